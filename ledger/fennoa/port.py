"""A year of Fennoa's as one of the formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger.account_class import AccountClass
from ledger.coverage import VOUCHERS, WHOLE_YEAR
from ledger.fennoa.answers import (
    ACCOUNTS,
    ASKED,
    OPENING,
    PAGES_BEGIN,
    PERIODS,
    Unreadable,
    ledger_rows,
    pages_count,
    read_json,
)
from ledger.fennoa.log import Log
from ledger.fennoa.statements import batches_of, booked_rows, unreadable
from ledger.fennoa.tables import (
    chart_table,
    dimension_tables,
    opening_table,
    reported_opening,
    reported_years,
)
from ledger.fiscal_year import FiscalYear
from ledger.source import LedgerFile, LedgerReader, Part, SourceFacts

VERSION: Final = 1

KIND: Final = "v1"
"""Of the API, by which `controls.csv` says what a break is worth."""

ACCOUNT_CLASSES: Final = {
    "1": AccountClass.BALANCE,
    "2": AccountClass.BALANCE,
    **dict.fromkeys(("20", "21", "22", "23"), AccountClass.EQUITY),
    **dict.fromkeys("3456789", AccountClass.RESULT),
}
"""The classes of the Finnish charts of four digits and more.

Source:
    docs/systems/fennoa.md: accounts have no type in the answers.
"""


@dataclass
class _Counts:
    fast_rows: int = 0
    exact_rows: int = 0
    set_aside_rows: int = 0


def open_year(parts: Sequence[Part]) -> LedgerFile:
    """Open the answers of which a year consists; see `answers` for their names."""
    by_name = {part.name: part for part in parts}
    try:
        return _opened(by_name)
    except Unreadable as problem:
        nothing = SourceFacts(kind=KIND, coverage=VOUCHERS)
        refusal = f"no year of Fennoa's API: {problem}. Pull the year again."
        return LedgerFile(nothing, {}, Log(), _Counts(), lambda: iter(()), refusal)


def _opened(by_name: Mapping[str, Part]) -> LedgerFile:
    log = Log()
    year = _year(_body(by_name, ASKED))
    rows = _rows(by_name, log)
    booked = _readable(booked_rows(rows), log)
    opening = opening_table(_body(by_name, OPENING), rows, log)
    counts = _Counts(fast_rows=len(booked) + pc.count_distinct(booked["statement"]).as_py())
    return LedgerFile(
        facts=SourceFacts(
            kind=KIND,
            coverage=WHOLE_YEAR,
            year=year,
            program="Fennoa",
            program_name="Fennoa",
            encoding="utf-8",
            account_classes=ACCOUNT_CLASSES,
            reports_balances=False,
        ),
        tables={
            "ledger_account": chart_table(_body(by_name, ACCOUNTS)),
            "opening_balance": opening,
            "reported_balance": reported_opening(opening),
            "reported_fiscal_year": reported_years(_body(by_name, PERIODS), year),
            **dimension_tables(booked),
        },
        diagnostics=log,
        path_counts=counts,
        batches=lambda: batches_of(booked),
    )


def _year(asked: Mapping[str, Any]) -> FiscalYear:
    try:
        return FiscalYear.parse(str(asked.get("year")))
    except ValueError:
        raise Unreadable(f"{ASKED} names no fiscal year") from None


def _body(by_name: Mapping[str, Part], name: str) -> dict[str, Any]:
    if name not in by_name:
        raise Unreadable(f"the part {name} is missing")
    return read_json(by_name[name].read(), name)


def _rows(by_name: Mapping[str, Part], log: Log) -> pa.Table:
    names = sorted(name for name in by_name if name.startswith(PAGES_BEGIN))
    bodies = [_body(by_name, name) for name in names]
    declared = {max(pages_count(body, name), 1) for name, body in zip(names, bodies, strict=True)}
    if declared != {len(names)}:
        log.left_out("pages", f"{len(names)} pages came; the pages say {sorted(declared)}")
    return ledger_rows(bodies)


def _readable(rows: pa.Table, log: Log) -> pa.Table:
    kept = pa.array([True] * len(rows), pa.bool_())
    for key, is_missing in unreadable(rows):
        if count := pc.sum(is_missing).as_py():
            message = f"{count:,} rows of the ledger have none that can be read"
            log.left_out(key, message, count=count)
        kept = pc.and_(kept, pc.invert(is_missing))
    return rows.filter(kept)


READER: Final = LedgerReader(
    version=VERSION,
    open_parts=open_year,
    says_year=f"the part {ASKED}",
    says_company="nothing: an API user is of one company",
)
