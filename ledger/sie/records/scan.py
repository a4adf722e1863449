"""The first pass over a file: where its records are, where its vouchers can be cut into blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.limits import SieLimits
from ledger.sie.records.objects_used import ObjectsUsed
from ledger.sie.text.lines import (
    HASH,
    NEWLINE,
    SPACE,
    Kind,
    Places,
    count_newlines,
    guess_kind,
    is_kind,
    line_end,
    opens_line,
    view,
    words_of,
)

_ENDS_LABEL: Final = (b"", b" ", b"\t", b"\r", b"\n")


class Span(NamedTuple):
    """Some whole lines of the file: bytes from `start` to `end`, the first of them `number`."""

    start: int
    end: int
    number: int


@dataclass
class Plan:
    """What the first pass found.

    `records`: those that belong to no voucher. `blocks`: the whole file, cut at #VER lines, lines
    over the limit left out. `first_voucher`: the line of the first #VER, 0 when there is none.
    """

    records: list[Span] = field(default_factory=list)
    blocks: list[Span] = field(default_factory=list)
    first_voucher: int = 0


class Scanner:
    """Walks over a file piece by piece."""

    def __init__(
        self, content: bytes, *, objects: ObjectsUsed, limits: SieLimits, log: DiagnosticLog
    ) -> None:
        self._objects = objects
        self._content = content
        self._data = np.frombuffer(content, np.uint8)
        self._limits = limits
        self._log = log
        self._plan = Plan()
        self._block = Span(0, 0, 1)

    def scan(self) -> Plan:
        """Take the whole file."""
        number = 1
        size = self._limits.piece_bytes
        for start, end in _pieces(self._content, size):
            newlines = count_newlines(self._data[start:end])
            piece = Span(start, end, number)
            number += newlines
            if end - start > size:
                self._log.add("line_too_long", piece.number)
                self._close(start)
                self._block = Span(end, end, number)
            else:
                self._piece(piece)
                self._cut_long(end, number)
        self._close(len(self._content))
        return self._plan

    def _piece(self, piece: Span) -> None:
        data = view(self._content, piece.start, piece.end)
        size = piece.end - piece.start
        hashes = np.flatnonzero(data[:size] == HASH)
        guess = guess_kind(words_of(data)[hashes])
        self._objects.look(data, piece.start, hashes, guess, number=piece.number)
        vouchers = hashes[is_kind(guess, Kind.VOUCHER)]
        if self._is_long(piece):
            self._find_cut(piece, vouchers)
        if not self._plan.first_voucher:
            self._find_first(piece, vouchers)
        self._find_records(piece, hashes[is_kind(guess, Kind.OTHER)])

    def _is_long(self, piece: Span) -> bool:
        lines, size = piece.number - self._block.number, piece.end - self._block.start
        return size > self._limits.block_bytes or lines > self._limits.block_lines

    def _find_cut(self, piece: Span, vouchers: Places) -> None:
        for place in vouchers[::-1].tolist():
            at = piece.start + place
            if self._is_voucher(at):
                line = self._line_at(piece, at)
                self._close(at)
                self._block = Span(at, at, line)
                return

    def _find_first(self, piece: Span, vouchers: Places) -> None:
        for place in vouchers.tolist():
            at = piece.start + place
            if self._is_voucher(at):
                self._plan.first_voucher = self._line_at(piece, at)
                return

    def _is_voucher(self, at: int) -> bool:
        label = self._content[at : at + 5].upper()
        return label[:4] == b"#VER" and label[4:] in _ENDS_LABEL and opens_line(self._content, at)

    def _find_records(self, piece: Span, hashes: Places) -> None:
        """Note the records; a ``#`` inside a line is none."""
        before = self._data[hashes + piece.start - 1]
        hashes = hashes[(before <= SPACE) | (hashes + piece.start == 0)]
        if not len(hashes):
            return
        newlines = np.flatnonzero(self._data[piece.start : piece.end] == NEWLINE)
        lines = np.searchsorted(newlines, hashes) + piece.number
        room = self._limits.records - len(self._plan.records)
        if len(hashes) > room and not self._log.count("too_many_records"):
            self._log.add("too_many_records", int(lines[room]))
        for place, line in zip(hashes[:room].tolist(), lines[:room].tolist(), strict=True):
            at = piece.start + place
            if opens_line(self._content, at):
                self._record(at, line)

    def _record(self, at: int, line: int) -> None:
        end = line_end(self._content, at)
        if end - at > self._limits.line_bytes:
            return
        self._plan.records.append(Span(at, end, line))

    def _line_at(self, piece: Span, at: int) -> int:
        return piece.number + count_newlines(self._data[piece.start : at])

    def _cut_long(self, end: int, number: int) -> None:
        """Cut between lines where no #VER comes for very long."""
        if end - self._block.start > self._limits.voucher_bytes:
            self._close(end)
            self._block = Span(end, end, number)

    def _close(self, end: int) -> None:
        if end > self._block.start:
            self._plan.blocks.append(Span(self._block.start, end, self._block.number))


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
