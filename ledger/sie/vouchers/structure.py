"""Which voucher a row belongs to: the grammar of #VER, braces and rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import numpy as np

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.text.lines import HASH, IS_ROW, ROWS, Bytes, Kind, Lines, Mask, Places, is_kind


class Place(Enum):
    """Where in the grammar a line stands."""

    OUTSIDE = auto()
    WAITING = auto()
    """After a #VER, before its block."""
    INSIDE = auto()
    ORPHAN = auto()
    """Inside a block that has no #VER."""


@dataclass
class Position:
    """Where the last block of text ended: the grammar goes on over block after block."""

    place: Place = Place.OUTSIDE
    voucher_line: int = 0


@dataclass(frozen=True)
class Shape:
    """The lines of a block that hold anything; every array has shape (lines,).

    `opens`: a #VER line that ends in ``{``. `more`: a line with more than its brace; `closes`:
    that more is the ``}`` of an empty block. `labelled`: the line starts with ``#``.
    """

    kind: Bytes
    number: Places
    opens: Mask
    more: Mask
    closes: Mask
    labelled: Mask


def shape_of(data: Bytes, lines: Lines, opening: Places) -> Shape:
    """Gather what the grammar looks at; `opening`: the #VER lines that open their block."""
    size = len(lines)
    opens, more, closes = (np.zeros(size, np.bool_) for _ in range(3))
    opens[opening] = True
    longer, rests = _behind_braces(data, lines)
    more[longer] = [bool(rest) for rest in rests]
    closes[longer] = [rest == b"}" for rest in rests]
    closes &= is_kind(lines.kind, Kind.OPEN)
    return Shape(
        kind=lines.kind,
        number=lines.number,
        opens=opens,
        more=more,
        closes=closes,
        labelled=data[lines.start] == HASH,
    )


def _behind_braces(data: Bytes, lines: Lines) -> tuple[Places, list[bytes]]:
    """The lines that go on behind their brace, and what is there without its margin."""
    is_brace = is_kind(lines.kind, Kind.OPEN) | is_kind(lines.kind, Kind.CLOSE)
    longer = np.flatnonzero(is_brace & (lines.end - lines.start > 1))
    ends = zip(lines.start[longer].tolist(), lines.end[longer].tolist(), strict=True)
    return longer, [data[start + 1 : end].tobytes().strip(b" \t\r") for start, end in ends]


def _allowed() -> bytes:
    """Which kind may follow which in a valid file, each pair as one byte."""
    pairs = {(before, after) for before in _OUTSIDE for after in (Kind.OTHER, Kind.VOUCHER)}
    pairs.add((Kind.VOUCHER, Kind.OPEN))
    pairs |= {(before, after) for before in (Kind.OPEN, *ROWS) for after in (*ROWS, Kind.CLOSE)}
    return bytes(before * len(Kind) + after for before, after in pairs)


_OUTSIDE: Final = (Kind.OTHER, Kind.CLOSE)
ALLOWED: Final = _allowed()


def place_rows(
    data: Bytes, lines: Lines, opening: Places, *, position: Position, log: DiagnosticLog
) -> Mask:
    """Return which lines are rows inside a voucher, shape (lines,); moves `position` to the end.

    A valid block is settled by looking at each pair of neighbours; any other is walked through.
    `opening`: the #VER lines that open their block.
    """
    if position.place is Place.OUTSIDE and not len(opening) and _is_valid(data, lines):
        return IS_ROW[lines.kind]
    return _Walk(shape_of(data, lines, opening), position, log).walk()


def _is_valid(data: Bytes, lines: Lines) -> bool:
    kind = lines.kind
    if not len(kind):
        return True
    if kind[0] not in (Kind.OTHER, Kind.VOUCHER) or kind[-1] not in _OUTSIDE:
        return False
    pairs = kind[:-1] * np.uint8(len(Kind)) + kind[1:]
    return not pairs.tobytes().translate(None, ALLOWED) and not any(_behind_braces(data, lines)[1])


class _Walk:
    """Walks through a block line by line, noting what bends the grammar."""

    def __init__(self, shape: Shape, position: Position, log: DiagnosticLog) -> None:
        self._shape = shape
        self._at = position
        self._log = log
        self._steps = {
            Kind.VOUCHER: self._voucher,
            Kind.OPEN: self._open,
            Kind.CLOSE: self._close,
            Kind.OTHER: self._other,
        }

    def walk(self) -> Mask:
        """Take every line; shape (lines,), true for the rows of a voucher."""
        inside = np.zeros(len(self._shape.kind), np.bool_)
        kinds, numbers = self._shape.kind.tolist(), self._shape.number.tolist()
        for index, (kind, line) in enumerate(zip(kinds, numbers, strict=True)):
            if kind in ROWS:
                inside[index] = self._row(line)
            elif kind != Kind.TOO_LONG:
                self._steps[Kind(kind)](index, line)
        return inside

    def _voucher(self, index: int, line: int) -> None:
        leave(self._at, self._log)
        self._at.voucher_line = line
        self._at.place = Place.INSIDE if self._shape.opens[index] else Place.WAITING

    def _open(self, index: int, line: int) -> None:
        place = self._at.place
        if place is Place.WAITING:
            self._at.place = Place.INSIDE
        elif place is Place.OUTSIDE:
            self._log.add("orphan_block", line, "{")
            self._at.place = Place.ORPHAN
        else:
            self._log.add("open_brace_stray", line, "{")
        if self._shape.closes[index]:
            self._close(index, line)
        elif self._shape.more[index]:
            self._log.add("brace_line", line, "{")

    def _close(self, index: int, line: int) -> None:
        if self._shape.more[index] and not self._shape.closes[index]:
            self._log.add("brace_line", line, "}")
        if self._at.place is Place.OUTSIDE:
            self._log.add("close_brace_stray", line, "}")
        elif self._at.place is Place.WAITING:
            self._log.add("open_brace_missing", self._at.voucher_line, "#VER")
        self._at.place = Place.OUTSIDE

    def _row(self, line: int) -> bool:
        if self._at.place is Place.WAITING:
            self._log.add("open_brace_missing", self._at.voucher_line, "#VER")
            self._at.place = Place.INSIDE
        if self._at.place is Place.INSIDE:
            return True
        self._log.add("row_outside_voucher", line)
        return False

    def _other(self, index: int, line: int) -> None:
        if self._at.place is not Place.OUTSIDE and self._shape.labelled[index]:
            self._log.add("record_in_voucher", line)


def leave(position: Position, log: DiagnosticLog) -> None:
    """Note a voucher that is left, by the next one or the end, with its block open or missing."""
    if position.place in (Place.INSIDE, Place.ORPHAN):
        log.add("block_unclosed", position.voucher_line, "#VER")
    elif position.place is Place.WAITING:
        log.add("block_missing", position.voucher_line, "#VER")
    position.place = Place.OUTSIDE
