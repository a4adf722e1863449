r"""The sum of #KSUMMA: CRC-32 over labels and fields, so that it survives new line ends.

It covers the bytes, in code page 437, of the label (with its ``#``) and of each field of every
record after the first #KSUMMA up to the last: no blanks between fields, no line ends, no
quotation marks around fields, no braces; ``\"`` counts as ``"`` (SIE 4B §10).
"""

from __future__ import annotations

import zlib
from typing import Final

from ledger.sie.encoding import decode
from ledger.sie.tokenizer import read_record

CODE_PAGE: Final = "cp437"
LABEL: Final = b"#KSUMMA"


def add_line(total: int, text: str) -> int:
    """Go on with a sum over one line, given without its line end."""
    stripped = text.strip(" \t\r")
    if stripped in ("", "{", "}"):
        return total
    contents = "".join(read_record(stripped).contents)
    return zlib.crc32(contents.encode(CODE_PAGE, errors="replace"), total)


def control_sum(content: bytes, *, encoding: str = CODE_PAGE) -> int:
    """Compute the sum over the records between the first #KSUMMA and the next, or the end.

    Line by line, exactly; `ledger.sie.control_sum` does the same in columns for whole files.
    """
    total, running = 0, False
    for raw in content.split(b"\n"):
        if raw.lstrip(b" \t\r")[: len(LABEL)].upper() == LABEL:
            if running:
                return total
            running = True
        elif running:
            total = add_line(total, decode(raw, encoding))
    return total
