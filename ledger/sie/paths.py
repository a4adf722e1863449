"""The two paths of a block: columns for the lines they can read, the exact one for the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.fast.reading import FastReader
from ledger.sie.text.columns import find_quotes
from ledger.sie.text.encoding import decode
from ledger.sie.text.lines import LABELS, ROWS, Bytes, Lines, Places, is_kind
from ledger.sie.vouchers.assembly import Rows
from ledger.sie.vouchers.exact import read_rows, read_vouchers
from ledger.sie.vouchers.rows import RowColumns, VoucherColumns, drop_unreadable, interleave, part


@dataclass
class PathCounts:
    """How many #VER and row lines each path read.

    `set_aside_rows`: of those, how many belong to vouchers of other years than the one wanted.
    """

    fast_rows: int = 0
    exact_rows: int = 0
    set_aside_rows: int = 0

    def add(self, other: PathCounts) -> None:
        """Count those of another block."""
        self.fast_rows += other.fast_rows
        self.exact_rows += other.exact_rows


class Paths:
    """Reads the #VER lines and the rows of one block, by line in the path that fits.

    `plain` says, shape (lines,), which lines the columns could read; `listless` counts the rows
    among them that have no object list.
    """

    def __init__(
        self, data: Bytes, lines: Lines, log: DiagnosticLog, *, encoding: str, exact_only: bool
    ) -> None:
        self._data = data
        self._lines = lines
        self._log = log
        self._encoding = encoding
        self.quotes = find_quotes(data)
        self._fast = None
        if not exact_only:
            self._fast = FastReader(data, lines, self.quotes, encoding=encoding)
        self.counts = PathCounts()
        self.listless = 0
        self.plain = np.zeros(len(lines), np.bool_)

    def vouchers(self, at: Places) -> VoucherColumns:
        """Read the #VER lines at some places among the lines."""
        if self._fast is None:
            return read_vouchers(self._texts(at), self._log)
        fast, valid = self._fast.vouchers(at)
        self.plain[at[valid]] = True
        self.counts.fast_rows += len(fast)
        if len(fast) == len(at):
            return fast
        return interleave(fast, read_vouchers(self._texts(at[~valid]), self._log), ~valid)

    def rows(self, booked: Places, history: Places, voucher: Places) -> tuple[Rows, Rows]:
        """Read the rows at some places among the lines; `voucher`, of each line, is kept.

        Both kinds are read at once, one after the other, which spares small steps.
        """
        columns = self._columns(np.concatenate((booked, history)))
        return (
            self._rows(part(columns, 0, len(booked)), booked, voucher),
            self._rows(part(columns, len(booked), len(columns)), history, voucher),
        )

    def _rows(self, columns: RowColumns, at: Places, voucher: Places) -> Rows:
        readable = at if columns.readable.all() else at[columns.readable]
        return Rows(
            columns=drop_unreadable(columns),
            kind=self._lines.kind[readable],
            place=readable,
            line=self._lines.number[readable],
            voucher=voucher[readable],
        )

    def _columns(self, at: Places) -> RowColumns:
        if self._fast is None:
            return read_rows(self._texts(at), self._log)
        fast, valid, is_listed = self._fast.rows(at)
        self.plain[at[valid]] = True
        self.counts.fast_rows += len(fast)
        self._note_listless(at[valid & ~is_listed])
        if len(fast) == len(at):
            return fast
        return interleave(fast, read_rows(self._texts(at[~valid]), self._log), ~valid)

    def _note_listless(self, at: Places) -> None:
        """Note the rows, of those read in columns, that have no object list."""
        self.listless += len(at)
        kinds = self._lines.kind[at]
        for kind in ROWS if len(at) else ():
            label = LABELS[kind].decode()
            self._log.add_many(
                "object_list_missing", self._lines.number[at[is_kind(kinds, kind)]], label
            )

    def _texts(self, at: Places) -> list[tuple[str, int]]:
        """Some lines, as text with their numbers, for the exact path."""
        self.counts.exact_rows += len(at)
        start, end = self._lines.start[at].tolist(), self._lines.end[at].tolist()
        return [
            (decode(self._data[first:last].tobytes(), self._encoding), line)
            for first, last, line in zip(start, end, self._lines.number[at].tolist(), strict=True)
        ]
