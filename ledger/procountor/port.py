"""A year of Procountor's as one of the formats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger.account_class import AccountClass
from ledger.coverage import VOUCHERS, WHOLE_YEAR
from ledger.fiscal_year import FiscalYear
from ledger.organisation import plain_digits
from ledger.procountor.counting import Use
from ledger.procountor.log import Log
from ledger.procountor.parts import (
    ASKED,
    CARRIED,
    CHART,
    COMPANY,
    DIMENSIONS,
    YEARS,
    Unreadable,
    read_json,
    receipt_name,
)
from ledger.procountor.receipts import RECEIPT, read_receipts
from ledger.procountor.summaries import judged_months
from ledger.procountor.tables import (
    carried_table,
    chart_table,
    dimension_items,
    opening_table,
    reported_opening,
    years_table,
)
from ledger.procountor.uses import newest_summaries, with_keys, with_uses, within
from ledger.procountor.vat import summed_vat
from ledger.procountor.vouchers import batches_of, sums
from ledger.source import LedgerFile, LedgerReader, Part, SourceFacts

VERSION: Final = 2

AGREED, UNTRIED = "agreed", "untried"
"""Kinds of source, by which `controls.csv` says what a break is worth: whether Procountor's report
of ledger accounts has agreed with its receipts before."""

ACCOUNT_CLASSES: Final = {
    "1": AccountClass.BALANCE,
    "2": AccountClass.BALANCE,
    **dict.fromkeys(("20", "21", "22", "23"), AccountClass.EQUITY),
    **dict.fromkeys("3456789", AccountClass.RESULT),
}
"""The classes of the Finnish charts; Procountor gives no types of accounts."""


@dataclass(frozen=True)
class Books:
    """The receipts of a year, read, with their days.

    `counted`: in the books, with keys. `opening`: of opening accounts. `every`: with those that do
    not count.
    """

    counted: pa.Table
    opening: pa.Table
    every: pa.Table


def open_year(parts: Sequence[Part]) -> LedgerFile:
    """Open the parts of a year; see `parts` for their names."""
    log = Log()
    try:
        return _opened({part.name: part for part in parts}, log)
    except Unreadable as problem:
        nothing = SourceFacts(kind=UNTRIED, coverage=VOUCHERS)
        refusal = f"no year of Procountor's API: {problem}. Pull the year again."
        return LedgerFile(nothing, {}, log, log.counts, lambda: iter(()), refusal)


def _opened(by_name: Mapping[str, Part], log: Log) -> LedgerFile:
    asked, company = _body(by_name, ASKED), _body(by_name, COMPANY)
    year = _year(asked)
    counts_openings = asked.get("counts_period_openings") is True
    receipts = [part for name, part in by_name.items() if receipt_name(name)]
    books = read_books(receipts, year, log, counts_period_openings=counts_openings)
    items, dimensions = dimension_items(_body(by_name, DIMENSIONS))
    opening = opening_table(sums(books.opening))
    is_own = len(books.opening) > 0
    log.counts.fast_rows = _lines(books.counted)
    return LedgerFile(
        facts=_facts(asked, company, year, books),
        tables={
            "ledger_account": chart_table(_body(by_name, CHART)),
            "opening_balance": opening if is_own else carried_table(_body(by_name, CARRIED)),
            "reported_balance": reported_opening(opening),
            "reported_fiscal_year": years_table(_body(by_name, YEARS), year),
            **dimensions,
        },
        diagnostics=log,
        path_counts=log.counts,
        batches=lambda: batches_of(books.counted, items),
    )


def read_books(
    parts: Sequence[Part], year: FiscalYear, log: Log, *, counts_period_openings: bool
) -> Books:
    """Read the receipts of a year, and say of each what becomes of it.

    What cannot be read, or is not in the table of uses, is noted in the log.
    """
    ordered = sorted(parts, key=lambda part: part.name)
    found = pa.concat_tables([RECEIPT.empty_table(), *read_receipts(ordered, log)])
    dated = within(found, year, log)
    used = with_uses(dated, log, counts_period_openings=counts_period_openings)
    is_opening = pc.equal(used["use"], str(Use.OPENING))
    counted = newest_summaries(used.filter(pc.equal(used["use"], str(Use.COUNTED))), log)
    return Books(with_keys(counted, log), used.filter(is_opening), dated)


def _facts(
    asked: Mapping[str, Any], company: Mapping[str, Any], year: FiscalYear, books: Books
) -> SourceFacts:
    months = judged_months(books.counted, books.every)
    identifier = company.get("businessIdentifier")
    number = identifier.get("code") if isinstance(identifier, dict) else ""
    return SourceFacts(
        kind=AGREED if asked.get("report") == AGREED else UNTRIED,
        coverage=WHOLE_YEAR,
        year=year,
        organisation_number=plain_digits(str(number or "")),
        company_name=str(company.get("name") or ""),
        currency=str(company.get("companyCurrency") or ""),
        program="Procountor",
        program_name="Procountor",
        encoding="utf-8",
        account_classes=ACCOUNT_CLASSES,
        reports_balances=False,
        balances_by="month",
        balanced_months=months.balanced,
        outdated_months=months.outdated,
        summed_vat=summed_vat(books.counted, months.balanced),
        keys_outlive_years=True,
        moved_vouchers=_moved(asked),
        unseen_vouchers=tuple(asked.get("unseen") or ()),
        lost_rights=tuple(asked.get("lost_rights") or ()),
    )


def _moved(asked: Mapping[str, Any]) -> dict[str, dt.date]:
    moved = asked.get("moved") or {}
    return {key: dt.date.fromisoformat(day) for key, day in sorted(moved.items())}


def _lines(counted: pa.Table) -> int:
    rows = pc.sum(pc.list_value_length(counted["transactions"])).as_py() or 0
    return len(counted) + int(rows)


def _year(asked: Mapping[str, Any]) -> FiscalYear:
    try:
        return FiscalYear.parse(str(asked.get("year")))
    except ValueError:
        raise Unreadable(f"{ASKED} names no fiscal year") from None


def _body(by_name: Mapping[str, Part], name: str) -> Any:
    if name not in by_name:
        raise Unreadable(f"the part {name} is missing")
    return read_json(by_name[name].read(), name)


READER: Final = LedgerReader(
    version=VERSION,
    open_parts=open_year,
    says_year=f"the part {ASKED}",
    says_company=f"the part {COMPANY}",
)
