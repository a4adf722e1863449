"""Header and small tables of a file, from the records that are not vouchers."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from ledger.diagnostics import Level
from ledger.fiscal_year import FiscalYear
from ledger.schemas import REPORTED_FISCAL_YEAR
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.limits import SieLimits
from ledger.sie.records.balances import BalanceReader
from ledger.sie.records.chart import ChartReader
from ledger.sie.records.checks import check_records, tell_type
from ledger.sie.records.closing_sum import SumRecords
from ledger.sie.records.header import HeaderReader, SieHeader
from ledger.sie.records.reading import Records
from ledger.sie.records.scan import Plan


@dataclass(frozen=True)
class Contents:
    """What the records say; `sums` are the #KSUMMA among them."""

    header: SieHeader
    tables: dict[str, pa.Table]
    sums: SumRecords


class ContentsReader:
    """Reads the records that the first pass found."""

    def __init__(
        self, content: bytes, *, encoding: str, limits: SieLimits, log: DiagnosticLog
    ) -> None:
        self._content = content
        self._encoding = encoding
        self._log = log
        self._records = Records(log, limits=limits)
        self._head = HeaderReader(log)
        self._chart = ChartReader(log)
        self._balances = BalanceReader(log)
        self._sums = SumRecords()

    def read(self, plan: Plan, *, used: dict[tuple[str, str], int], suffix: str) -> Contents:
        """Read them. `used`: the objects of rows, each with the line of its first use."""
        handlers = {
            **self._head.handlers,
            **self._chart.handlers,
            **self._balances.handlers,
            "#KSUMMA": self._sums.take,
        }
        self._records.read(self._content, plan.records, encoding=self._encoding, handlers=handlers)
        self._chart.settle()
        if plan.first_voucher:
            self._records.first_lines["#VER"] = plan.first_voucher
        sie_type = tell_type(
            self._head.declared_type, suffix=suffix, records=self._records, log=self._log
        )
        self._check(sie_type, used)
        return Contents(self._head.header(sie_type), self._tables(used), self._sums)

    @property
    def is_sie(self) -> bool:
        """Whether any record of SIE 1-4 was found."""
        return bool(self._records.counts) or "#VER" in self._records.first_lines

    def _check(self, sie_type: str, used: dict[tuple[str, str], int]) -> None:
        if not self.is_sie:
            return
        check_records(self._records, sie_type, self._log)
        self._head.check(self._encoding)
        self._chart.check_used({**dict.fromkeys(self._balances.used_objects, 0), **used})
        if "#VER" in self._records.first_lines and 0 not in self._head.fiscal_years:
            # A pre-system need not know the receiver's fiscal years.
            level = Level.INFO if sie_type == "4I" else Level.ERROR
            self._log.add("fiscal_year_missing", 0, "#RAR", level=level)

    def _tables(self, used: dict[tuple[str, str], int]) -> dict[str, pa.Table]:
        dimensions = {dimension for dimension, _ in (*used, *self._balances.used_objects)}
        return {
            **self._chart.tables(frozenset(dimensions)),
            **self._balances.tables(),
            "reported_fiscal_year": _years(self._head.fiscal_years),
        }


def _years(years: dict[int, FiscalYear]) -> pa.Table:
    rows = [
        {"year_offset": number, "start_date": year.start_date, "end_date": year.end_date}
        for number, year in sorted(years.items(), reverse=True)
    ]
    return pa.Table.from_pylist(rows, schema=REPORTED_FISCAL_YEAR)
