"""The sum of #KSUMMA over a whole file, block by block, on byte columns.

What `ledger.sie.checksum` says of a line is done here to a block at once: blanks inside
quotation marks get a stand-in, and one pass of `bytes.translate` takes out all other blanks,
the marks, the braces and the line ends.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from ledger.sie.checksum import CODE_PAGE, LABEL, add_line
from ledger.sie.columns import CLOSE, OPEN, QUOTE, Quotes, on_lines
from ledger.sie.encoding import decode
from ledger.sie.lines import SPACE, WINDOW_BYTES, Bytes, Kind, Lines, Mask

_ESCAPED: Final = 0x01
_BLANK: Final = 0x02
"""Stand for a quotation mark and a blank that are data, until the others are taken out."""
_TO_BLANK: Final = np.uint8(SPACE ^ _BLANK)
_RESTORE: Final = bytes.maketrans(bytes([_ESCAPED, _BLANK]), b'" ')
_TAKEN_OUT: Final = b' \t{}"\r\n'
_SHIFTS: Final = tuple(np.uint64(1 << power) for power in range(6))
_TOP: Final = np.uint64(63)


LINE_END_BYTES: Final = 2
"""Between two lines that are summed by the letter stands nothing that counts."""


@dataclass(frozen=True)
class Readable:
    """A block whose lines are found.

    `plain`: lines that the columns could read, shape (lines,); `listless` of them are rows without
    an object list.
    """

    data: Bytes
    size: int
    encoding: str
    lines: Lines
    quotes: Quotes
    plain: Mask
    listless: int


class ControlSum:
    """Sums a file from its first #KSUMMA to the last, block after block.

    `value` is the sum so far, or at the last #KSUMMA that closed it. `by_line`: for a file with
    control characters, which cannot have stand-ins.
    """

    def __init__(self, *, by_line: bool) -> None:
        self._by_line = by_line
        self._running = False
        self._total = 0
        self.value = 0

    def add(self, block: Readable) -> None:
        """Go on over one block."""
        lines = block.lines
        is_brace = (lines.kind == Kind.OPEN) | (lines.kind == Kind.CLOSE)
        plain = block.plain | (is_brace & (lines.end - lines.start == 1))
        kept = None if self._by_line else _kept(block, plain)
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
        if not self._running or end - start <= LINE_END_BYTES:
            return
        content = kept[start:end].tobytes().translate(_RESTORE, _TAKEN_OUT)
        if block.encoding != CODE_PAGE and not content.isascii():
            content = decode(content, block.encoding).encode(CODE_PAGE, errors="replace")
        self._total = zlib.crc32(content, self._total)


def _kept(block: Readable, plain: Mask) -> Bytes | None:
    """The block with stand-ins for the blanks and marks that count on plain lines, shape (size,).

    None when a brace stands where it may be data, or a tab or the like between marks: such a
    block is summed line by line.
    """
    data, lines = block.data[: block.size], block.lines
    bent = [*zip(lines.start[~plain].tolist(), lines.end[~plain].tolist(), strict=True)]
    inside = _inside(block, bent)
    kept = np.empty_like(data)
    braces = 0
    for start in range(0, block.size, WINDOW_BYTES):
        window = slice(start, start + WINDOW_BYTES)
        text = data[window]
        if ((text < SPACE) & inside[window]).any():
            return None
        braces += int(np.count_nonzero(text == OPEN) + np.count_nonzero(text == CLOSE))
        counts = (text == SPACE) & inside[window]
        np.bitwise_xor(text, counts.view(np.uint8) * _TO_BLANK, out=kept[window])
    braces -= sum(_count_braces(data[start:end]) for start, end in bent)
    if braces != _braces_expected(lines, plain) - 2 * block.listless:
        return None
    escaped, _ = on_lines(block.quotes.escaped, lines.start[plain], lines.end[plain])
    kept[escaped], kept[escaped - 1] = _ESCAPED, SPACE
    return kept


def _count_braces(text: Bytes) -> int:
    content = text.tobytes()
    return content.count(b"{") + content.count(b"}")


def _inside(block: Readable, bent: list[tuple[int, int]]) -> Mask:
    """Say which bytes lie inside quotation marks, shape (size,); bent lines have none."""
    marks = block.data[: block.size] == QUOTE
    escaped = block.quotes.escaped
    marks[escaped[: np.searchsorted(escaped, block.size)]] = False
    for start, end in bent:
        marks[start:end] = False
    return _between(marks)


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
