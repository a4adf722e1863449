"""A writer of SIE files (types 1, 2, 3, 4E, 4I) that shares no code with the reader under test.

It writes an `Extract` of `simulators.books` in pieces, so that a book of ten million rows needs
the memory of one chunk.

Source: SIE file format 4B, 2008-09-30: 5 (records), 6 (which record in which type), 10 (#KSUMMA).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from simulators.books.model import Chunk, Extract
from simulators.books.sie.odd import choose, odd_fields, odd_heads, odd_rows
from simulators.books.sie.records import SIE_TYPES, Record, balances, content, identification, shown
from simulators.books.sie.rows import (
    Heads,
    contents,
    fields_of,
    head_contents,
    heads_of,
    join,
    plain_heads,
    plain_rows,
    text_of,
    with_heads,
)
from simulators.books.years import Year

VOUCHERS_IN_4I: Final = 25
"""A file from a pre-system holds at most so many vouchers, all of series L and unnumbered."""


@dataclass(frozen=True)
class Layout:
    """How a file is written.

    `encoding`: cp437, utf-8, utf-8-sig or cp1252; the file always claims PC8, as files do.
    `odd_percent`: vouchers and rows in a shape that only some systems write (`sie_odd`).
    """

    encoding: str = "cp437"
    control_sum: bool = False
    odd_percent: int = 0
    line_end: str = "\r\n"


PLAIN: Final = Layout()


def sie_pieces(
    extract: Extract, *, sie_type: str = "4E", layout: Layout = PLAIN
) -> Iterator[bytes]:
    """Yield the file's bytes, one chunk of vouchers at a time.

    Raises:
        ValueError: ``sie_type`` is none of 1, 2, 3, 4E, 4I.
    """
    if sie_type not in SIE_TYPES:
        raise ValueError(f"{sie_type!r} is not a SIE type: expected one of {SIE_TYPES}.")
    out = _Out(layout)
    yield out.start()
    yield out.records(identification(extract, sie_type))
    yield out.records(balances(extract, sie_type))
    for chunk in filter(len, _vouchers(extract, sie_type)):
        yield out.vouchers(chunk, extract.year, numbered=sie_type == "4E")
    yield out.end()


def _vouchers(extract: Extract, sie_type: str) -> Iterator[Chunk]:
    if sie_type == "4E":
        yield from extract.chunks()
    elif sie_type == "4I":
        chunk = next(chunk for chunk in extract.chunks() if chunk.series == "L")
        yield chunk.keep(np.arange(len(chunk)) < VOUCHERS_IN_4I)


class _Out:
    """Text to bytes, with the control sum kept on the way."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._control_sum = 0

    def start(self) -> bytes:
        first = ["#FLAGGA 0", "#KSUMMA"] if self._layout.control_sum else ["#FLAGGA 0"]
        mark = b"\xef\xbb\xbf" if self._layout.encoding == "utf-8-sig" else b""
        return mark + self._lines(first)

    def records(self, records: Iterator[Record]) -> bytes:
        known = list(records)
        self._count("".join(map(content, known)))
        return self._lines(map(shown, known))

    def vouchers(self, chunk: Chunk, year: Year, *, numbered: bool) -> bytes:
        """Render a chunk; a newline stands for the line end until all is joined."""
        heads = heads_of(chunk, year, numbered=numbered)
        head_lines, row_lines = self._rendered(chunk, heads)
        lines = with_heads(
            join(head_lines, "\n{\n"),
            join(row_lines, "\n"),
            voucher=chunk.rows.voucher,
            after="}\n",
        )
        return self._bytes(text_of(lines).replace("\n", self._layout.line_end))

    def _rendered(self, chunk: Chunk, heads: Heads) -> tuple[pa.StringArray, pa.StringArray]:
        head_shape, shape = choose(chunk, self._layout.odd_percent)
        rows = odd_fields(chunk, shape, heads.date) if shape.any() else fields_of(chunk)
        if self._layout.control_sum:
            voucher = chunk.rows.voucher
            counted = with_heads(head_contents(heads), contents(rows), voucher=voucher, after="")
            self._count(text_of(counted))
        return (
            odd_heads(heads, head_shape) if head_shape.any() else plain_heads(heads),
            odd_rows(rows, shape) if shape.any() else plain_rows(rows),
        )

    def end(self) -> bytes:
        return self._lines([f"#KSUMMA {self._control_sum}"] if self._layout.control_sum else [])

    def _count(self, text: str) -> None:
        self._control_sum = zlib.crc32(text.encode("cp437"), self._control_sum)

    def _lines(self, lines: Iterable[str]) -> bytes:
        return self._bytes("".join(line + self._layout.line_end for line in lines))

    def _bytes(self, text: str) -> bytes:
        return text.encode(self._layout.encoding.removesuffix("-sig"))
