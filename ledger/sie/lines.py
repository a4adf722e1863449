"""Where the lines of a file are and what kind each is, found on byte columns.

The first pass over a file needs no more: it picks out the records that are not vouchers, and
the places at which the vouchers can be cut into blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.limits import SieLimits

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

PADDING: Final = 64
"""Bytes of line end put behind a block, so that reading ahead of a line never leaves it."""
NEWLINE: Final = 0x0A
RETURN: Final = 0x0D
SPACE: Final = 0x20
TAB: Final = 0x09


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


@dataclass(frozen=True)
class Lines:
    """The lines of some text that hold anything, blanks around them left out.

    `start`, `end`: places in the text, shape (lines,). `number`: line numbers in the file.
    `kind`: `Kind`, shape (lines,).
    """

    start: Places
    end: Places
    number: Places
    kind: Bytes

    def __len__(self) -> int:
        return len(self.start)


def pad(text: bytes) -> Bytes:
    """Make a block readable: always ends with line ends, shape (len(text) + PADDING,)."""
    return np.frombuffer(text + b"\n" * PADDING, np.uint8)


def find_lines(data: Bytes, *, first_number: int, line_bytes: int) -> Lines:
    """Find the lines in padded text, shape (bytes + PADDING,), and their kinds."""
    size = len(data) - PADDING
    ends = np.flatnonzero(data[: size + 1] == NEWLINE)
    start = np.empty_like(ends)
    start[0] = 0
    start[1:] = ends[:-1] + 1
    start = _skip_blanks(data, start, ends)
    end = _drop_blanks(data, start, ends)
    filled = start < end
    start, end = start[filled], end[filled]
    number = np.flatnonzero(filled) + first_number
    kind = classify(data, start)
    kind[end - start > line_bytes] = Kind.TOO_LONG
    return Lines(start, end, number, kind)


BLANKS_STEPPED: Final = 32
"""Blanks around a line that are passed in columns; a line with more is looked at alone."""


def _skip_blanks(data: Bytes, start: Places, ends: Places) -> Places:
    """Move past the blanks that open a line; those are few, and on few lines."""
    start = start.copy()
    live = np.flatnonzero(_is_margin(data[start]))
    for _ in range(BLANKS_STEPPED):
        if not len(live):
            break
        start[live] += 1
        live = live[_is_margin(data[start[live]])]
    for at in live:
        line = data[start[at] : ends[at]].tobytes()
        start[at] += len(line) - len(line.lstrip(b" \t\r"))
    return start


def _is_margin(values: Bytes) -> Mask:
    """Say which bytes may stand around a line: blanks, tabs and carriage returns."""
    margin: Mask = is_blank(values) | (values == RETURN)
    return margin


def _drop_blanks(data: Bytes, start: Places, ends: Places) -> Places:
    """Move before the blanks and carriage returns that close a line."""
    end = ends.copy()
    live = np.flatnonzero(end > start)
    for _ in range(BLANKS_STEPPED):
        if not len(live):
            break
        live = live[_is_margin(data[end[live] - 1])]
        end[live] -= 1
        live = live[end[live] > start[live]]
    for at in live:
        end[at] = start[at] + len(data[start[at] : end[at]].tobytes().rstrip(b" \t\r"))
    return end


def is_blank(values: Bytes) -> Mask:
    """Say which bytes are blanks or tabs."""
    blank: Mask = (values == SPACE) | (values == TAB)
    return blank


_LABELS: Final = (
    (b"#VER", Kind.VOUCHER),
    (b"#TRANS", Kind.ROW),
    (b"#RTRANS", Kind.ADDED),
    (b"#BTRANS", Kind.STRUCK),
)


def classify(data: Bytes, start: Places) -> Bytes:
    """Tell the kind of each line from its first bytes, shape (lines,)."""
    kind = np.zeros(len(start), np.uint8)
    first = data[start]
    kind[first == ord("{")] = Kind.OPEN
    kind[first == ord("}")] = Kind.CLOSE
    labelled = np.flatnonzero(first == ord("#"))
    words = first_words(data, start[labelled])
    for label, value in _LABELS:
        kind[labelled[_has_label(words, label)]] = value
    return kind


def words_of(data: Bytes) -> Words:
    """Show padded text as overlapping words of eight bytes, the first byte lowest."""
    return np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))


def first_words(data: Bytes, start: Places) -> Words:
    """The first eight bytes at each place."""
    return words_of(data)[start]


def _has_label(words: Words, label: bytes) -> Mask:
    """Say which words open with a label, in capitals or not, and a blank or line end."""
    size = len(label)
    letters = int.from_bytes(b"\x00" + b"\x20" * (size - 1), "little")
    mask = np.uint64((1 << 8 * size) - 1)
    same = ((words | np.uint64(letters)) & mask) == int.from_bytes(label.lower(), "little")
    after = (words >> np.uint64(8 * size)) & np.uint64(0xFF)
    ends = (after == SPACE) | (after == TAB) | (after == RETURN) | (after == NEWLINE)
    labelled: Mask = same & ends
    return labelled


@dataclass(frozen=True)
class Span:
    """Some whole lines of the file: bytes from `start` to `end`, the first of them `number`."""

    start: int
    end: int
    number: int


@dataclass(frozen=True)
class Plan:
    """What the first pass found. `others`: records that are not vouchers; `blocks`: vouchers.

    `first_voucher`: the line of the first #VER, 0 when there is none.
    """

    others: list[Span]
    blocks: list[Span]
    first_voucher: int


def plan(content: bytes, *, limits: SieLimits, log: DiagnosticLog) -> Plan:
    """Walk over the file once and say where its records and its vouchers are."""
    others: list[Span] = []
    cutter = _Cutter(limits)
    number, first_voucher = 1, 0
    for start, end in _pieces(content, limits.block_bytes):
        if end - start > limits.block_bytes:
            log.add("line_too_long", number)
            number += content.count(b"\n", start, end)
            cutter.skip(Span(start, end, number))
            continue
        lines = find_lines(
            pad(content[start:end]), first_number=number, line_bytes=limits.line_bytes
        )
        log.add_many("line_too_long", lines.number[lines.kind == Kind.TOO_LONG])
        _collect_others(lines, start, others, limits=limits, log=log)
        if not first_voucher:
            first_voucher = int(next(iter(lines.number[lines.kind == Kind.VOUCHER]), 0))
        number += content.count(b"\n", start, end)
        cutter.add(lines, Span(start, end, number))
    return Plan(others, cutter.finish(len(content)), first_voucher)


def _pieces(content: bytes, size: int) -> Iterator[tuple[int, int]]:
    """Cut into whole lines of at most `size` bytes; a longer line comes alone."""
    start = 0
    while start < len(content):
        end = len(content) if len(content) - start <= size else start + size
        if end < len(content):
            end = content.rfind(b"\n", start, end) + 1
        if end <= start:
            end = content.find(b"\n", start + size) + 1 or len(content)
        yield start, end
        start = end


def _collect_others(
    lines: Lines, offset: int, others: list[Span], *, limits: SieLimits, log: DiagnosticLog
) -> None:
    at = np.flatnonzero(lines.kind == Kind.OTHER)
    room = limits.records - len(others)
    if len(at) > room:
        log.add_many("too_many_records", lines.number[at[room:]])
        at = at[:room]
    starts, ends = (lines.start[at] + offset).tolist(), (lines.end[at] + offset).tolist()
    others.extend(map(Span, starts, ends, lines.number[at].tolist()))


class _Cutter:
    """Gathers pieces into blocks that begin at a #VER."""

    def __init__(self, limits: SieLimits) -> None:
        self._limits = limits
        self._blocks: list[Span] = []
        self._start: tuple[int, int] | None = None

    def add(self, lines: Lines, piece: Span) -> None:
        """Take a piece (with the number of the line after it): its last #VER closes a block."""
        if self._start is None:
            ours = np.flatnonzero(lines.kind != Kind.OTHER)
            if not len(ours):
                return
            self._start = (piece.start + int(lines.start[ours[0]]), int(lines.number[ours[0]]))
        vouchers = np.flatnonzero(lines.kind == Kind.VOUCHER)
        if len(vouchers):
            last = vouchers[-1]
            self._cut(piece.start + int(lines.start[last]), int(lines.number[last]))
        elif piece.end - self._start[0] > self._limits.voucher_bytes:
            self._cut(piece.end, piece.number)

    def skip(self, piece: Span) -> None:
        """Leave out a piece (with the number of the line after it)."""
        if self._start is not None:
            self._cut(piece.start, 0)
            self._start = (piece.end, piece.number)

    def _cut(self, at: int, number: int) -> None:
        self._close(at)
        self._start = (at, number)

    def _close(self, at: int) -> None:
        if self._start is not None and at > self._start[0]:
            self._blocks.append(Span(self._start[0], at, self._start[1]))

    def finish(self, end: int) -> list[Span]:
        """Close the last block."""
        self._close(end)
        return self._blocks
