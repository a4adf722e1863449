r"""Fields of many lines at once, on byte columns: one cursor per line, moved a field at a time.

All arrays have shape (lines,) unless said otherwise. A line that the columns cannot split beyond
doubt (a stray or unclosed quotation mark, a very long bare field) is marked as not valid and is
left to the exact tokenizer; what its cursor does from there on no longer matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ledger.sie.text.lines import (
    BLANKS_STEPPED,
    SPACE,
    Bytes,
    Mask,
    Places,
    Words,
    words_of,
)

QUOTE: Final = ord('"')
BACKSLASH: Final = ord("\\")
OPEN: Final = ord("{")
CLOSE: Final = ord("}")

BARE_WORDS: Final = 8
"""Words of eight bytes that a bare field is followed for; a longer one is read exactly."""
QUOTES_BEHIND: Final = 64
"""Quotation marks pretended behind the text, so that looking for the next ones never ends."""

_ONES: Final = np.uint64(0x0101010101010101)
_HIGH: Final = np.uint64(0x8080808080808080)
_BLANKS: Final = _ONES * np.uint64(SPACE)
_CLOSES: Final = _ONES * np.uint64(CLOSE)


def merged(field: Field, at: Places, other: Field) -> Field:
    """The field with that of some lines put in; what was quoted is forgotten."""
    start, stop = field.start.copy(), field.stop.copy()
    start[at], stop[at] = other.start, other.stop
    return Field(start, stop, field.quoted)


Chosen = slice | Places
"""Some of the lines; a slice when all of them, which spares copies."""


@dataclass(frozen=True)
class Quotes:
    r"""Quotation marks of a block, each places in the text, ascending.

    `plain` open and close fields (some are pretended behind the text), `escaped` are data,
    `doubtful` come after two backslashes and may be either.
    """

    plain: Places
    escaped: Places
    doubtful: Places


def find_quotes(data: Bytes) -> Quotes:
    """Find the quotation marks in padded text, shape (bytes,)."""
    size = len(data)
    is_plain = np.ones(size + QUOTES_BEHIND, np.bool_)
    np.equal(data, QUOTE, out=is_plain[:size])
    escaped = np.flatnonzero(data == BACKSLASH) + 1
    escaped = escaped[data[np.minimum(escaped, size - 1)] == QUOTE]
    is_plain[escaped] = False
    plain = np.flatnonzero(is_plain)
    plain[-QUOTES_BEHIND:] = size
    return Quotes(plain, escaped, doubtful=escaped[data[escaped - 2] == BACKSLASH])


@dataclass(frozen=True)
class Field:
    """One field of every line: its content lies from `start` to `stop`, empty when missing."""

    start: Places
    stop: Places
    quoted: Mask

    @cached_property
    def filled(self) -> Mask:
        """Return which lines have something in the field."""
        filled: Mask = self.stop > self.start
        return filled


class Cursor:
    """Stands on the next field of each line, between its `start` and its `end`.

    The text is `without_tabs`. `here` is the byte under each cursor; `left` says which lines have
    more fields; `valid` says which lines could be split so far.
    """

    def __init__(self, data: Bytes, quotes: Quotes, start: Places, end: Places) -> None:
        self.data = data
        self.words = words_of(data)
        self.start = start
        self.end = end
        self.valid: Mask = np.ones(len(start), np.bool_)
        self._quotes = quotes.plain
        self._next_quote = np.searchsorted(quotes.plain, start)
        self.move(start)

    def move(self, after: Places) -> None:
        """Go behind a field, which a blank or the line's end must follow, to the next field."""
        at = np.minimum(after, self.end)
        inside = at < self.end
        blank = self.data[at] == SPACE
        self.valid &= blank | ~inside
        self.at = at + (blank & inside)
        self.skip_blanks()

    def skip_blanks(self) -> None:
        """Go past blanks; most fields are parted by one, so few cursors move."""
        self.here = self.data[self.at]
        self.left: Mask = self.at < self.end
        live = np.flatnonzero((self.here == SPACE) & self.left)
        if not len(live):
            return
        for _ in range(BLANKS_STEPPED):
            self.at[live] += 1
            blank = self.data[self.at[live]] == SPACE
            live = live[blank & (self.at[live] < self.end[live])]
            if not len(live):
                break
        self.valid[live] = False
        self.here = self.data[self.at]
        self.left = self.at < self.end

    def field(self) -> Field:
        """Read the field under each cursor and move behind it."""
        quoted = (self.here == QUOTE) & self.left
        bare = self.left & ~quoted
        start, stop = self.at + quoted, self.at.copy()
        self.read_quoted(choose(quoted), stop)
        self.read_bare(choose(bare), stop)
        if self.left.any():
            self.move(stop + quoted)
        return Field(start, stop, quoted)

    def read_quoted(self, lines: Chosen, stop: Places) -> None:
        """Find where quoted fields stop; the mark that opens must be the next of its line."""
        rank, end = self._next_quote[lines], self.end[lines]
        if not len(rank):
            return
        close = self._quotes[rank + 1]
        self.valid[lines] &= (self._quotes[rank] == self.at[lines]) & (close < end)
        self._next_quote[lines] = rank + 2
        stop[lines] = np.minimum(close, end - 1)

    def read_bare(self, lines: Chosen, stop: Places, *, in_list: bool = False) -> None:
        """Find where bare fields stop: before the next blank, in a list also before its ``}``."""
        at, end = self.at[lines], self.end[lines]
        if not len(at):
            return
        size = first_blank(self.words[at], in_list=in_list)
        found = np.minimum(at + size, end)
        live = np.flatnonzero((size == 8) & (found < end))
        for _ in range(BARE_WORDS - 1):
            if not len(live):
                break
            size = first_blank(self.words[found[live]], in_list=in_list)
            found[live] = np.minimum(found[live] + size, end[live])
            live = live[(size == 8) & (found[live] < end[live])]
        stop[lines] = found
        if len(live):
            self.valid[live if isinstance(lines, slice) else lines[live]] = False

    def tight(self, field: Field) -> Mask:
        """Say where a code has no padding inside its quotation marks."""
        tight = np.ones(len(self.at), np.bool_)
        lines = np.flatnonzero(field.quoted & field.filled)
        first, last = self.data[field.start[lines]], self.data[field.stop[lines] - 1]
        tight[lines[(first == SPACE) | (last == SPACE)]] = False
        return tight

    def finish(self) -> Mask:
        """Return which lines were split beyond doubt, all their quotation marks accounted for."""
        valid: Mask = self.valid & (self._quotes[self._next_quote] >= self.end)
        return valid


def choose(mask: Mask) -> Chosen:
    """Choose the lines where a mask is true."""
    return slice(None) if mask.all() else np.flatnonzero(mask)


def first_blank(words: Words, *, in_list: bool = False) -> Places:
    """Where the first blank of each word of eight bytes is, in a list also ``}``; 8 for none."""
    #   text        1  9  3  0     {  }         the lowest byte first
    #   ^ blanks   11 19 13 10 00 5b 5d 00      zero where a blank is
    #   marks      00 00 00 00 80 00 00 80      the lowest of them true: 4
    marks = _zero_bytes(words ^ _BLANKS)
    return _lowest(marks | _zero_bytes(words ^ _CLOSES) if in_list else marks)


def first_close(words: Words) -> Places:
    """Where the first ``}`` of each word of eight bytes is; 8 when there is none."""
    return _lowest(_zero_bytes(words ^ _CLOSES))


def _lowest(marks: Words) -> Places:
    #   marks    00 00 00 00 80 00 00 80
    #   below    ff ff ff ff 7f 00 00 00      39 bits, >> 3: byte 4; without a mark 64, 8
    below = (marks & (~marks + np.uint64(1))) - np.uint64(1)
    return (np.bitwise_count(below) >> 3).astype(np.int64)


def _zero_bytes(words: Words) -> Words:
    """Mark the zero bytes of words, the lowest of them truly.

    Subtracting borrows from above a zero byte only, so nothing below the first is ever marked.
    """
    #   word             11 00 01 80
    #   - 01             10 ff ff 7e      the zero borrows from the byte above it
    #   & ~word, & 80    00 80 80 00      true for the 00, false for the 01 above it
    zero: Words = (words - _ONES) & ~words & _HIGH
    return zero


def on_lines(places: Places, start: Places, end: Places) -> tuple[Places, Places]:
    """Which of some places in the text lie on the lines given, and on which: shapes (found,)."""
    if not len(start) or not len(places):
        return places[:0], places[:0]
    order = np.argsort(start, kind="stable")
    before = np.searchsorted(start, places, side="right", sorter=order) - 1
    line = order[before]
    found = (before >= 0) & (places < end[line])
    return places[found], line[found]
