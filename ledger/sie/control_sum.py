"""The sum of #KSUMMA over a whole file, block by block, on byte columns.

What `ledger.sie.checksum` says of a line is done here to a block at once: blanks and braces
outside quotation marks are set to NUL, and one pass of `bytes.translate` takes them out.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from ledger.sie.checksum import CODE_PAGE, LABEL, add_line
from ledger.sie.columns import CLOSE, OPEN, QUOTE, Quotes, on_lines
from ledger.sie.encoding import decode
from ledger.sie.lines import Bytes, Kind, Lines, Mask, is_blank

_ESCAPED: Final = 0x01
"""Stands for a quotation mark that is data, until the others are taken out."""
_RESTORE: Final = bytes.maketrans(bytes([_ESCAPED]), b'"')
_TAKEN_OUT: Final = b'\0"\r\n'
_SHIFTS: Final = tuple(np.uint64(1 << power) for power in range(6))
_TOP: Final = np.uint64(63)


@dataclass(frozen=True)
class Readable:
    """A block whose lines are found. `plain`: lines that the columns could read, shape (lines,)."""

    data: Bytes
    size: int
    encoding: str
    lines: Lines
    quotes: Quotes
    plain: Mask


class ControlSum:
    """Sums a file from its first #KSUMMA to the last, block after block.

    `value` is the sum so far, or at the last #KSUMMA that closed it.
    """

    def __init__(self) -> None:
        self._running = False
        self._total = 0
        self.value = 0

    def add(self, block: Readable) -> None:
        """Go on over one block."""
        lines = block.lines
        is_brace = (lines.kind == Kind.OPEN) | (lines.kind == Kind.CLOSE)
        plain = block.plain | (is_brace & (lines.end - lines.start == 1))
        kept = _kept(block, plain)
        if kept is None:
            plain[:] = False
            kept = block.data
        begin = 0
        for at in np.flatnonzero(~plain).tolist():
            self._add_kept(block, kept, begin, int(lines.start[at]))
            begin = int(lines.end[at])
            self._add_line(block, int(lines.start[at]), begin)
        self._add_kept(block, kept, begin, block.size)

    def _add_line(self, block: Readable, start: int, end: int) -> None:
        raw = block.data[start:end].tobytes()
        if raw[: len(LABEL)].upper() == LABEL:
            self.value, self._running = self._total, True
        elif self._running:
            self._total = add_line(self._total, decode(raw, block.encoding))

    def _add_kept(self, block: Readable, kept: Bytes, start: int, end: int) -> None:
        if not self._running or start >= end:
            return
        content = kept[start:end].tobytes().translate(_RESTORE, _TAKEN_OUT)
        if block.encoding != CODE_PAGE and not content.isascii():
            content = decode(content, block.encoding).encode(CODE_PAGE, errors="replace")
        self._total = zlib.crc32(content, self._total)


def _kept(block: Readable, plain: Mask) -> Bytes | None:
    """The block with NUL for all that does not count on plain lines, shape (size,).

    None when a brace stands where it may be data, or the stand-in for a mark is in use: such a
    block is summed line by line.
    """
    data, lines = block.data[: block.size], block.lines
    bent = np.flatnonzero(~plain)
    marks = data == QUOTE
    marks[block.quotes.escaped] = False
    for start, end in zip(lines.start[bent].tolist(), lines.end[bent].tolist(), strict=True):
        marks[start:end] = False
    outside = ~_between(marks)
    braces = ((data == OPEN) | (data == CLOSE)) & outside
    for start, end in zip(lines.start[bent].tolist(), lines.end[bent].tolist(), strict=True):
        braces[start:end] = False
    if np.count_nonzero(braces) != _braces_expected(lines, plain) or (data == _ESCAPED).any():
        return None
    kept: Bytes = data * ~(braces | (is_blank(data) & outside))
    escaped, _ = on_lines(block.quotes.escaped, lines.start[plain], lines.end[plain])
    kept[escaped], kept[escaped - 1] = _ESCAPED, 0
    return kept


def _braces_expected(lines: Lines, plain: Mask) -> int:
    """Two for the object list of each row, one for each line that is a brace."""
    counts = np.bincount(lines.kind[plain], minlength=len(Kind))
    rows = counts[[Kind.ROW, Kind.ADDED, Kind.STRUCK]].sum()
    return int(2 * rows + counts[[Kind.OPEN, Kind.CLOSE]].sum())


def _between(marks: Mask) -> Mask:
    """Say which bytes lie between an odd mark and the next even one, shape (bytes,).

    A running exclusive-or over bits: within words of 64 by doubling shifts, then from word to
    word, which is much faster than byte by byte.
    """
    bits = np.packbits(marks, bitorder="little")
    words = np.zeros(-(-len(bits) // 8), np.uint64)
    words.view(np.uint8)[: len(bits)] = bits
    for shift in _SHIFTS:
        words ^= words << shift
    odd = np.bitwise_xor.accumulate(words >> _TOP)
    words[1:] ^= np.uint64(0) - odd[:-1]
    return np.unpackbits(words.view(np.uint8), count=len(marks), bitorder="little").view(np.bool_)
