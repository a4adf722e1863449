"""Text of files that others write: UTF-8, with or without a mark at its beginning."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, TextIO

from blocks.invoices.refusals import refused

CHUNK_BYTES: Final = 1024 * 1024


@contextmanager
def text_of(file: BinaryIO, name: str) -> Iterator[TextIO]:
    """Read a file as text with its line ends as they are; the file itself stays open.

    Raises:
        InvoiceFileRefused: It is no UTF-8, from a line that is named.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield text
    except UnicodeDecodeError:
        text.detach()
        raise refused(name, f"line {_line_without(file)}", "it is no UTF-8.") from None
    else:
        text.detach()


def _line_without(file: BinaryIO) -> int:
    """Return the first line that is no UTF-8, from 1."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as found:
            return line + found.object[: found.start].count(b"\n")
        line += chunk.count(b"\n")
    return line
