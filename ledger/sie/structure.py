"""Which voucher a row belongs to: the grammar of #VER, braces and rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import numpy as np

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.lines import HASH, IS_ROW, ROWS, Bytes, Kind, Lines, Mask, Places


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
    is_open = lines.kind == Kind.OPEN
    longer = np.flatnonzero((is_open | (lines.kind == Kind.CLOSE)) & (lines.end - lines.start > 1))
    rests = [
        data[start + 1 : end].tobytes().strip(b" \t\r")
        for start, end in zip(lines.start[longer].tolist(), lines.end[longer].tolist(), strict=True)
    ]
    more[longer] = [bool(rest) for rest in rests]
    closes[longer] = [rest == b"}" for rest in rests]
    closes &= is_open
    return Shape(
        kind=lines.kind,
        number=lines.number,
        opens=opens,
        more=more,
        closes=closes,
        labelled=data[lines.start] == HASH,
    )


def _allowed() -> Mask:
    """Which kind may follow which in a sound file, shape (kinds, kinds)."""
    table = np.zeros((len(Kind), len(Kind)), np.bool_)
    for before in (Kind.OTHER, Kind.CLOSE):
        table[before, [Kind.OTHER, Kind.VOUCHER]] = True
    table[Kind.VOUCHER, Kind.OPEN] = True
    for before in (Kind.OPEN, *ROWS):
        table[before, [*ROWS, Kind.CLOSE]] = True
    return table


ALLOWED: Final = _allowed()


def place_rows(shape: Shape, position: Position, log: DiagnosticLog) -> Mask:
    """Say which lines are rows inside a voucher, shape (lines,); moves `position` to the end.

    A sound block is settled by looking up each pair of neighbours; any other is walked through.
    """
    if not len(shape.kind):
        return np.zeros(0, np.bool_)
    before = np.concatenate(([Kind.CLOSE], shape.kind[:-1]))
    sound = (
        position.place is Place.OUTSIDE
        and ALLOWED[before, shape.kind].all()
        and shape.kind[-1] in (Kind.CLOSE, Kind.OTHER)
        and not (shape.opens.any() or shape.more.any())
    )
    if not sound:
        return _Walk(shape, position, log).walk()
    return IS_ROW[shape.kind]


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
