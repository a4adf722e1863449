"""Records of JSON: one array, or a line for each invoice; numbers keep their decimals."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO, Final, TextIO

from blocks.invoices.refusals import refused
from blocks.invoices.texts import text_of
from ledger.invoice.contract import Record

MAX_RECORD_BYTES: Final = 8 * 1024 * 1024
"""Longest invoice in a file: 5,000 rows with long texts fit."""
CHUNK_CHARS: Final = 256 * 1024

_SPACE: Final = re.compile(r"[ \t\r\n]*")


class _Repeated(ValueError):
    """An object names a field twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise _Repeated("a field is given twice")
    return content


def _no_constant(name: str) -> Any:
    raise _Repeated(f"{name} is no number")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Decimal, parse_constant=_no_constant
)


def json_lines(file: BinaryIO, name: str) -> Iterator[Record]:
    """Yield a record for each line; a line that cannot be read is a record without content.

    Raises:
        InvoiceFileRefused: A line is longer than `MAX_RECORD_BYTES`.
    """
    for number, line in enumerate(_lines(file, name), 1):
        text = line.removeprefix(BOM_UTF8) if number == 1 else line
        if text.strip():
            yield _record(number, text)


def _lines(file: BinaryIO, name: str) -> Iterator[bytes]:
    number = 0
    while line := file.readline(MAX_RECORD_BYTES + 1):
        number += 1
        if len(line) > MAX_RECORD_BYTES:
            raise refused(name, f"line {number}", f"it has more than {MAX_RECORD_BYTES:,} bytes.")
        yield line


def _record(number: int, line: bytes) -> Record:
    try:
        content, end = _DECODER.raw_decode(text := line.decode("utf-8").strip())
    except UnicodeDecodeError as found:
        return Record(number, None, unreadable=f"byte {found.start + 1} of the line is no UTF-8")
    except json.JSONDecodeError as found:
        return Record(number, None, unreadable=f"no JSON at character {found.pos + 1}")
    except (ValueError, RecursionError) as found:
        return Record(number, None, unreadable=_why(found))
    return _of_content(number, content if end == len(text) else None)


def _why(found: ValueError | RecursionError) -> str:
    return str(found) if isinstance(found, _Repeated) else "it is nested too deeply or too long"


def _of_content(number: int, content: Any) -> Record:
    if isinstance(content, dict):
        return Record(number, content)
    return Record(number, None, unreadable="expected one JSON object, which is an invoice")


def json_array(file: BinaryIO, name: str) -> Iterator[Record]:
    """Yield a record for each element of the one array of a file, or for its one object.

    The file is read piece by piece, so memory stays bounded.

    Raises:
        InvoiceFileRefused: It is no array of JSON values from some place on.
    """
    with text_of(file, name) as text:
        yield from _Array(text, name).records()


class _Array:
    """The text that is read and not yet taken."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file, self._name = file, name
        self._text, self._at, self._number = "", 0, 0

    def records(self) -> Iterator[Record]:
        if self._next() == "{":
            yield self._record()
        else:
            self._take("[")
            while self._next() != "]":
                if self._number:
                    self._take(",")
                yield self._record()
            self._take("]")
        if self._next():
            raise self._refused("there is more after its end.")

    def _record(self) -> Record:
        self._number += 1
        while True:
            try:
                content, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if not self._more():
                    raise self._refused("no JSON follows.") from None
                continue
            except (ValueError, RecursionError) as found:
                raise self._refused(f"{_why(found)}.") from None
            self._at = end
            return _of_content(self._number, content)

    def _next(self) -> str:
        """Return the next sign that is no space, empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _take(self, sign: str) -> None:
        if self._next() != sign:
            raise self._refused(f"expected {sign!r}.")
        self._at += 1
        self._next()

    def _more(self) -> bool:
        """Read on; False at the end of the file."""
        if len(self._text) - self._at > MAX_RECORD_BYTES:
            raise self._refused(f"it has more than {MAX_RECORD_BYTES:,} characters or is no JSON.")
        # At least as much as is left over, so that a long record is not decoded many times.
        piece = self._file.read(max(CHUNK_CHARS, len(self._text) - self._at))
        self._text, self._at = self._text[self._at :] + piece, 0
        return bool(piece)

    def _refused(self, reason: str) -> Exception:
        return refused(self._name, f"record {self._number or 1}", reason)
