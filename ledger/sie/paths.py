"""The two paths of a block: columns for the lines they can read, the exact one for the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.sie.assembly import Rows
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.encoding import decode
from ledger.sie.exact import read_rows, read_vouchers
from ledger.sie.fast import FastReader
from ledger.sie.lines import Bytes, Lines, Mask, Places
from ledger.sie.rows import RowColumns, VoucherColumns, drop_unreadable, interleave


@dataclass
class PathCounts:
    """How many #VER and row lines each path read."""

    fast_rows: int = 0
    exact_rows: int = 0

    def add(self, other: PathCounts) -> None:
        """Count those of another block."""
        self.fast_rows += other.fast_rows
        self.exact_rows += other.exact_rows


class Paths:
    """Reads the #VER lines and the rows of one block, by line in the path that fits."""

    def __init__(
        self, data: Bytes, lines: Lines, log: DiagnosticLog, *, encoding: str, exact_only: bool
    ) -> None:
        self._data = data
        self._lines = lines
        self._log = log
        self._encoding = encoding
        self._fast = None if exact_only else FastReader(data, lines, encoding=encoding)
        self.counts = PathCounts()

    def vouchers(self, chosen: Mask) -> VoucherColumns:
        """Read the #VER lines where `chosen`, shape (lines,), is true."""
        if self._fast is None:
            return read_vouchers(self._texts(chosen), self._log)
        fast, sound = self._fast.vouchers(chosen)
        exact = read_vouchers(self._texts(self._rest(chosen, sound)), self._log)
        return interleave(fast, exact, ~sound)

    def rows(self, chosen: Mask, voucher: Places) -> Rows:
        """Read the rows where `chosen` is true; `voucher` is each line's. Shapes (lines,)."""
        columns = self._columns(chosen)
        readable = np.flatnonzero(chosen)[columns.readable]
        return Rows(
            columns=drop_unreadable(columns),
            kind=self._lines.kind[readable],
            place=readable,
            line=self._lines.number[readable],
            voucher=voucher[readable],
        )

    def _columns(self, chosen: Mask) -> RowColumns:
        if self._fast is None:
            return read_rows(self._texts(chosen), self._log)
        fast, sound = self._fast.rows(chosen)
        exact = read_rows(self._texts(self._rest(chosen, sound)), self._log)
        return interleave(fast, exact, ~sound)

    def _rest(self, chosen: Mask, sound: Mask) -> Mask:
        """Those chosen lines that the columns could not read."""
        self.counts.fast_rows += int(np.count_nonzero(sound))
        rest = chosen.copy()
        rest[chosen] = ~sound
        return rest

    def _texts(self, chosen: Mask) -> list[tuple[str, int]]:
        """The lines chosen, as text with their numbers, for the exact path."""
        if not chosen.any():
            return []
        start, end = self._lines.start[chosen].tolist(), self._lines.end[chosen].tolist()
        number = self._lines.number[chosen].tolist()
        self.counts.exact_rows += len(number)
        whole = self._data
        return [
            (decode(whole[first:last].tobytes(), self._encoding), line)
            for first, last, line in zip(start, end, number, strict=True)
        ]
