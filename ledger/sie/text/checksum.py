r"""The sum of #KSUMMA: CRC-32 over labels and fields, so that it survives new line ends.

It covers the bytes, in code page 437, of the label (with its ``#``) and of each field of every
record after the first #KSUMMA up to the last: no blanks between fields, no line ends, no
quotation marks around fields, no braces; ``\"`` counts as ``"`` (SIE 4B §10).
"""

from __future__ import annotations

import re
import zlib
from typing import Final

from ledger.sie.text.encoding import decode
from ledger.sie.text.tokenizer import OBJECT_LABELS, read_record

CODE_PAGE: Final = "cp437"
AS_IT_STANDS: Final = "latin-1"
"""Gives each byte back as it was: for a sum over the bytes of the file, whatever they mean."""
LABEL: Final = b"#KSUMMA"

_NOTHING: Final = (b"", b"{", b"}")
_FIELDS: Final = rb'(?:[ \t]++(?:"[^"\\]*+"|[^ \t"\\{}]++)(?![^ \t]))*+'
_PLAIN: Final = re.compile(rb"(#[A-Z]++)%b(?:[ \t]++({})%b)?" % (_FIELDS, _FIELDS))
"""A record without escapes or objects, as nearly all outside vouchers are."""
_CONTENT: Final = re.compile(rb'"([^"]*+)"|([^ \t"{}]++)')
_TAKES_OBJECTS: Final = frozenset(label.encode() for label in OBJECT_LABELS)


def add_line(total: int, raw: bytes, encoding: str, *, over: str = CODE_PAGE) -> int:
    """Go on with a sum over one line, given without its line end.

    `over`: the encoding whose bytes are summed. The format knows code page 437 only, but programs
    that write another one sum their own bytes (both `encoding` and `over` are `AS_IT_STANDS`).
    """
    line = raw.strip(b" \t\r")
    return total if line in _NOTHING else zlib.crc32(_content(line, encoding, over), total)


def _content(line: bytes, encoding: str, over: str) -> bytes:
    """The label and the fields of a record, one behind the other, in the encoding `over`."""
    plain = _PLAIN.fullmatch(line) if encoding == over or line.isascii() else None
    if plain and (not plain[2] or plain[1] in _TAKES_OBJECTS):
        return b"".join(quoted or bare for quoted, bare in _CONTENT.findall(line))
    contents = "".join(read_record(decode(line, encoding)).contents)
    return contents.encode(over, errors="replace")


def control_sum(content: bytes, *, encoding: str = CODE_PAGE, over: str = CODE_PAGE) -> int:
    """Compute the sum over the records between the first #KSUMMA and the next, or the end.

    Line by line, exactly; `ledger.sie.text.control_sum` does the same in columns for whole files.
    """
    total, running = 0, False
    for raw in content.split(b"\n"):
        if raw.lstrip(b" \t\r")[: len(LABEL)].upper() == LABEL:
            if running:
                return total
            running = True
        elif running:
            total = add_line(total, raw, encoding, over=over)
    return total
