"""The sum of #KSUMMA over a whole file, block by block, on byte columns.

What `ledger.sie.text.checksum` says of a line is done here to many at once: blanks inside quotation
marks get a stand-in, and one pass of `bytes.translate` takes out all other blanks, the marks, the
braces and the line ends.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from ledger.sie.text.checksum import AS_IT_STANDS, CODE_PAGE, LABEL, add_line
from ledger.sie.text.columns import CLOSE, OPEN, QUOTE, Quotes
from ledger.sie.text.encoding import decode
from ledger.sie.text.lines import (
    RETURN,
    ROWS,
    SPACE,
    WINDOW_BYTES,
    Bytes,
    Kind,
    Lines,
    Mask,
    Places,
    is_kind,
)

_ESCAPED: Final = 0x01
_BLANK: Final = SPACE - 1
"""Stand for a quotation mark and a blank that are data, until the others are taken out."""
_TAB: Final = b"\x08"
"""What a tab becomes where it is taken for a blank that is data."""
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


class Sums(NamedTuple):
    """A sum over code page 437, as the format has it, and one over the file's own bytes."""

    code_page: int = 0
    own: int = 0


class _Sum(NamedTuple):
    """A sum up to some place. `closed`: what it was at the last #KSUMMA; `running`: after one."""

    total: Sums = Sums()
    closed: Sums = Sums()
    running: bool = False


class ControlSum:
    """Sums a file from its first #KSUMMA to the last, block after block.

    `by_line`: for a file with control characters, which cannot have stand-ins.
    """

    def __init__(self, *, by_line: bool) -> None:
        self._by_line = by_line
        self._sum = _Sum()

    @property
    def value(self) -> Sums:
        """The sums at the #KSUMMA that closed them last."""
        return self._sum.closed

    def add(self, block: Readable) -> None:
        """Go on over one block."""
        found = None if self._by_line else _over_columns(self._sum, block)
        self._sum = _over_lines(self._sum, block) if found is None else found


def _over_lines(so_far: _Sum, block: Readable) -> _Sum:
    """Go on over a block line by line, by the letter."""
    for line in range(len(block.lines)):
        so_far = _over_line(so_far, block, line)
    return so_far


def _over_columns(so_far: _Sum, block: Readable) -> _Sum | None:
    """Go on over a block; None where a brace, a tab or a return may be data."""
    lines = block.lines
    is_brace = is_kind(lines.kind, Kind.OPEN) | is_kind(lines.kind, Kind.CLOSE)
    is_brace &= lines.end - lines.start == 1
    plain = block.plain | is_brace
    rows = sum(int(np.count_nonzero(is_kind(lines.kind, kind) & plain)) for kind in ROWS)
    braces = 2 * (rows - block.listless) + int(np.count_nonzero(is_brace))
    returns = lines.returns
    irregular = np.flatnonzero(~plain)
    for window in _windows(lines, block.size):
        first, last = np.searchsorted(lines.start[irregular], (window.start, window.stop))
        kept = _kept(block, window, irregular[first:last])
        if kept is None:
            return None
        braces -= kept.braces
        returns -= kept.returns
        so_far = _over_kept(so_far, block, kept)
    return None if braces or returns else so_far


def _windows(lines: Lines, size: int) -> Iterator[slice]:
    """Cut a block before lines, into pieces that are mostly as long as a window."""
    begin = 0
    while size - begin > WINDOW_BYTES:
        line = int(np.searchsorted(lines.start, begin + WINDOW_BYTES))
        stop = int(lines.start[line]) if line < len(lines) else size
        yield slice(begin, stop)
        begin = stop
    yield slice(begin, size)


@dataclass(frozen=True)
class _Kept:
    """A window with stand-ins for the blanks and marks that count on its plain lines.

    `irregular`: its other lines, of the block's. `braces`: how many there are on the plain ones.
    `returns`: how many carriage returns there are.
    """

    text: bytes
    start: int
    irregular: list[int]
    braces: int
    returns: int


def _kept(block: Readable, window: slice, irregular: Places) -> _Kept | None:
    """Put the stand-ins in; None when a tab lies between quotation marks."""
    text, start = block.data[window], window.start
    marks = text == QUOTE
    first, last = np.searchsorted(block.quotes.escaped, (start, window.stop))
    escaped = block.quotes.escaped[first:last] - start
    marks[escaped] = False
    braces = int(np.count_nonzero(text == OPEN) + np.count_nonzero(text == CLOSE))
    spans = zip(
        block.lines.start[irregular].tolist(), block.lines.end[irregular].tolist(), strict=True
    )
    for begin, end in spans:
        line = text[begin - start : end - start]
        braces -= int(np.count_nonzero((line == OPEN) | (line == CLOSE)))
        marks[begin - start : end - start] = False
    counts = text <= SPACE
    counts &= _between(marks)
    kept = text - counts.view(np.uint8)
    kept[escaped], kept[escaped - 1] = _ESCAPED, SPACE
    content = kept.tobytes()
    if _TAB in content:
        return None
    return _Kept(content, start, irregular.tolist(), braces, int(np.count_nonzero(text == RETURN)))


def _over_kept(so_far: _Sum, block: Readable, kept: _Kept) -> _Sum:
    begin = 0
    for line in kept.irregular:
        stop = int(block.lines.start[line]) - kept.start
        if stop - begin > LINE_END_BYTES:
            so_far = _with(so_far, kept.text[begin:stop], block.encoding)
        so_far = _over_line(so_far, block, line)
        begin = int(block.lines.end[line]) - kept.start
    return _with(so_far, kept.text[begin:], block.encoding)


def _with(so_far: _Sum, kept: bytes, encoding: str) -> _Sum:
    if not so_far.running:
        return so_far
    content = kept.translate(_RESTORE, _TAKEN_OUT)
    own = zlib.crc32(content, so_far.total.own)
    if encoding == CODE_PAGE:
        return so_far._replace(total=Sums(own, own))
    if not content.isascii():
        content = decode(content, encoding).encode(CODE_PAGE, errors="replace")
    return so_far._replace(total=Sums(zlib.crc32(content, so_far.total.code_page), own))


def _over_line(so_far: _Sum, block: Readable, line: int) -> _Sum:
    """Go on over a line by the letter."""
    raw = block.data[block.lines.start[line] : block.lines.end[line]].tobytes()
    if raw[: len(LABEL)].upper() == LABEL:
        return so_far._replace(closed=so_far.total, running=True)
    if not so_far.running:
        return so_far
    code_page, own = so_far.total
    encoding = block.encoding
    own = add_line(own, raw, AS_IT_STANDS, over=AS_IT_STANDS)
    code_page = own if encoding == CODE_PAGE else add_line(code_page, raw, encoding)
    return so_far._replace(total=Sums(code_page, own))


def _between(marks: Mask) -> Mask:
    """Return which bytes lie between an odd mark and the next even one, shape (bytes,).

    A running exclusive-or over bits: within words of 64 by doubling shifts, then from word to
    word, which is much faster than byte by byte.
    """
    #   marks        0 0 1 0 0 0 1 0 0 1 0 1 0
    #   ^ by one     0 0 1 1 0 0 1 1 0 1 1 1 1      each shift doubles how far a mark reaches
    #   ^ by two     0 0 1 1 1 1 1 1 1 0 1 0 0
    #   at the end   0 0 1 1 1 1 0 0 0 1 1 0 0      a word that ends in 1 turns the next one round
    bits = np.packbits(marks, bitorder="little")
    words = np.zeros(-(-len(bits) // 8), np.uint64)
    words.view(np.uint8)[: len(bits)] = bits
    for shift in _SHIFTS:
        words ^= words << shift
    odd = np.bitwise_xor.accumulate(words >> _TOP)
    words[1:] ^= np.uint64(0) - odd[:-1]
    return np.unpackbits(words.view(np.uint8), count=len(marks), bitorder="little").view(np.bool_)
