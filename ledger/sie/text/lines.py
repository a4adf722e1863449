"""The lines of a piece of a SIE file and what kind each is, found on byte columns.

Text is looked at as it came, in its own code page: what matters to the format is ASCII in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

PADDING: Final = 64
"""Bytes that can be read behind the end of any text, so that reading ahead never leaves it."""
BLANKS_STEPPED: Final = 32
"""Blanks in a row that are passed in columns; a line with more is looked at alone."""

NEWLINE: Final = 0x0A
RETURN: Final = 0x0D
SPACE: Final = 0x20
TAB: Final = 0x09
HASH: Final = 0x23


class Kind(IntEnum):
    """What a line is for the structure of vouchers."""

    OTHER = 0
    """A record that is no part of a voucher, or no record at all."""
    VOUCHER = 1
    ROW = 2
    ADDED = 3
    STRUCK = 4
    OPEN = 5
    CLOSE = 6
    TOO_LONG = 7


def is_kind(kinds: Bytes, kind: Kind) -> Mask:
    """Return which lines are of a kind, shape (lines,)."""
    # Compared with a `Kind` itself, every byte would be made eight first.
    same: Mask = kinds == np.uint8(kind)
    return same


ROWS: Final = (Kind.ROW, Kind.ADDED, Kind.STRUCK)
IS_ROW: Final[Mask] = np.isin(np.arange(len(Kind)), ROWS)
"""By kind: whether a line is a row of a voucher."""

LABELS: Final = {
    Kind.VOUCHER: b"#VER",
    Kind.ROW: b"#TRANS",
    Kind.ADDED: b"#RTRANS",
    Kind.STRUCK: b"#BTRANS",
}
_MARGIN: Final = b" \t\r"
_NAMES: Final = [LABELS.get(kind, b"") for kind in Kind]
LABEL_SIZE: Final = np.array([len(name) for name in _NAMES], np.int64)
_LABEL_MASK: Final = np.array([(1 << 8 * len(name)) - 1 for name in _NAMES], np.uint64)
_LABEL_WORD: Final = np.array([int.from_bytes(name, "little") for name in _NAMES], np.uint64)
_LABEL_END: Final = np.array([8 * len(name) for name in _NAMES], np.uint64)
#   "#TRANS 1"    #  T  R  A  N  S  ␠  1      the lowest byte first
#   _ROW_MASK    ff ff ff ff ff ff ff 00      equal to _ROW in these: a row
#   _SMALL       00 20 20 20 20 20 20 20      | turns the letters into small ones
_ROW_MASK: Final = np.uint64((1 << 56) - 1)
_ROW: Final = np.uint64(int.from_bytes(b"#TRANS ", "little"))
_VOUCHER_MASK: Final = np.uint64((1 << 40) - 1)
_VOUCHER: Final = np.uint64(int.from_bytes(b"#VER ", "little"))
_SMALL: Final = np.uint64(0x2020202020202000)
"""Turns the letters behind a ``#`` into small ones."""


def _table(values: dict[int, int], size: int) -> Bytes:
    table = np.zeros(size, np.uint8)
    table[list(values)] = list(values.values())
    return table


_BRACES: Final = {ord("{"): Kind.OPEN, ord("}"): Kind.CLOSE}
_BY_FIRST: Final = _table({**_BRACES}, 256)
_ENDS_LABEL: Final = _table(dict.fromkeys((SPACE, TAB, RETURN, NEWLINE), 1), 256).astype(bool)
_BY_TWO_LETTERS: Final = _table(
    {int.from_bytes(name[1:3].lower(), "little"): kind for kind, name in LABELS.items()}, 1 << 16
)


def pad(text: bytes) -> Bytes:
    """Put line ends behind a text, shape (len(text) + PADDING,)."""
    return np.frombuffer(text + b"\n" * PADDING, np.uint8)


def view(content: bytes, start: int, end: int) -> Bytes:
    """Show a part of a file with padding behind it, shape (end - start + PADDING,).

    The padding is what follows in the file; only near the end of the file is a copy needed.
    """
    if end + PADDING > len(content):
        return pad(content[start:end])
    return np.frombuffer(content, np.uint8, end + PADDING - start, start)


def words_of(data: Bytes) -> Words:
    """Show text as overlapping words of eight bytes, the first byte lowest."""
    return np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))


def is_blank(values: Bytes) -> Mask:
    """Return which bytes are blanks or tabs."""
    blank: Mask = (values == SPACE) | (values == TAB)
    return blank


def count_newlines(data: Bytes) -> int:
    """Count the lines that end in some text."""
    return int(np.count_nonzero(data == NEWLINE))


def line_end(content: bytes, at: int) -> int:
    """Where the line that a place is on ends: at its newline, or with the text."""
    end = content.find(b"\n", at)
    return len(content) if end < 0 else end


def opens_line(content: bytes, at: int) -> bool:
    """Return whether nothing but blanks stands before a place on its line."""
    while at and content[at - 1] in _MARGIN:
        at -= 1
    return not at or content[at - 1] == NEWLINE


WINDOW_BYTES: Final = 256 * 1024
"""Bytes compared in one step: as many as stay in the cache close to the processor."""


def without_tabs(data: Bytes) -> Bytes:
    """The same text with a blank for each tab, which is how the format reads them."""
    tabs = np.flatnonzero(data == TAB)
    if not len(tabs):
        return data
    flat = data.copy()
    flat[tabs] = SPACE
    return flat


@dataclass(frozen=True)
class Lines:
    """The lines of some text that hold anything; arrays have shape (lines,).

    `start`: place of the first byte that is no blank. `end`: place behind the last byte, blanks
    included, a carriage return not. `number`: in the file. `kind`: `Kind`. `irregular_label`: the
    label of a voucher or row is not in capitals. `returns`: carriage returns that end lines, empty
    ones too.
    """

    start: Places
    end: Places
    number: Places
    kind: Bytes
    irregular_label: Mask
    returns: int

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def has_irregular(self) -> bool:
        """Whether any label is not in capitals."""
        return bool(self.irregular_label.any())


def find_lines(data: Bytes, size: int, *, first_number: int, line_bytes: int) -> Lines:
    """Find the lines of a text of `size` whole lines with padding, shape (size + PADDING,)."""
    newline = np.flatnonzero(data[:size] == NEWLINE)
    if size and data[size - 1] != NEWLINE:
        newline = np.append(newline, size)
    start = np.empty_like(newline)
    start[:1] = 0
    start[1:] = newline[:-1] + 1
    has_return = (data[newline - 1] == RETURN) & (newline > start)
    end = newline - has_return
    number = np.arange(first_number, first_number + len(start))
    kind = _plain_kinds(words_of(data)[start])
    irregular_label = np.zeros(len(start), np.bool_)
    rest = np.flatnonzero(is_kind(kind, Kind.OTHER))
    if len(rest):
        start[rest] = _skip_margin(data, start[rest], end[rest])
        kind[rest], irregular_label[rest] = classify(data, start[rest])
        filled = start < end
        if not filled.all():
            start, end, number = start[filled], end[filled], number[filled]
            kind, irregular_label = kind[filled], irregular_label[filled]
    kind[end - start > line_bytes] = Kind.TOO_LONG
    returns = int(np.count_nonzero(has_return))
    return Lines(start, end, number, kind, irregular_label, returns)


def _plain_kinds(words: Words) -> Bytes:
    """Tell the kind of the lines that most files are made of; `OTHER` for all that need a look."""
    first = words.astype(np.uint8)
    kind: Bytes = ((words & _ROW_MASK) == _ROW).view(np.uint8) * np.uint8(Kind.ROW)
    kind |= ((words & _VOUCHER_MASK) == _VOUCHER).view(np.uint8) * np.uint8(Kind.VOUCHER)
    for mark, brace in _BRACES.items():
        kind |= (first == mark).view(np.uint8) * np.uint8(brace)
    return kind


def _skip_margin(data: Bytes, start: Places, end: Places) -> Places:
    """Move past the blanks and carriage returns that open a line; most lines have none."""
    live = np.flatnonzero(_is_margin(data[start]) & (start < end))
    for _ in range(BLANKS_STEPPED):
        if not len(live):
            return start
        start[live] += 1
        live = live[_is_margin(data[start[live]]) & (start[live] < end[live])]
    for at in live:
        line = data[start[at] : end[at]].tobytes()
        start[at] += len(line) - len(line.lstrip(_MARGIN))
    return start


def _is_margin(values: Bytes) -> Mask:
    margin: Mask = is_blank(values) | (values == RETURN)
    return margin


def classify(data: Bytes, start: Places) -> tuple[Bytes, Mask]:
    """Tell the kind of each line from its first bytes, and whether its label is irregular."""
    first = data[start]
    kind = _BY_FIRST[first]
    irregular = np.zeros(len(start), np.bool_)
    labelled = np.flatnonzero(first == HASH)
    words = words_of(data)[start[labelled]]
    guess = guess_kind(words)
    #   word                #  V  E  R     1  9  3
    #   & mask of "#VER"    #  V  E  R  0  0  0  0      equal to the label's word
    #   >> its end                                      the byte behind must end the label
    mask = _LABEL_MASK[guess]
    in_capitals = (words & mask) == _LABEL_WORD[guess]
    small = ~in_capitals
    small &= ((words | _SMALL) & mask) == (_LABEL_WORD[guess] | _SMALL) & mask
    ends = _ENDS_LABEL[((words >> _LABEL_END[guess]) & np.uint64(0xFF)).astype(np.intp)]
    kind[labelled] = np.where((in_capitals | small) & ends, guess, Kind.OTHER)
    irregular[labelled] = small
    return kind, irregular


def guess_kind(words: Words) -> Bytes:
    """Guess the kind of records from the two letters behind ``#``; `OTHER` is never wrong."""
    #   # V E R ... | small >> 8:  v e r ...  & ffff:  v e      a place in a table of 65,536 kinds
    return _BY_TWO_LETTERS[(((words | _SMALL) >> np.uint64(8)) & np.uint64(0xFFFF)).astype(np.intp)]
