"""One truth, four ways: the same books through Fortnox, Fennoa, a SIE file and Procountor."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import ExitStack
from decimal import Decimal

import pyarrow as pa
import pytest

from blocks.systems.ports import KnownYear
from blocks.systems.registry import open_books
from ledger.fiscal_year import FiscalYear
from ledger.readers import SIE, format_named
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.source import Part
from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.names import ROW_TEXTS
from simulators.books.years import broken_years, calendar_years
from simulators.fennoa import Ledger
from tests.harnesses import fennoa, fortnox, procountor

COMPANIES = {
    "calendar years": Company(51, calendar_years(2024, 2025), 200, country=FINLAND),
    "broken years": Company(52, broken_years(2023, 2024), 200, country=FINLAND),
}
LIKE_A_FILE = ("fortnox", "fennoa")


class Truth:
    """A year as one of the four gives it, in what all of them can say."""

    def __init__(self, file):
        batches = list(file.batches())
        found = {
            name: pa.Table.from_batches([batch[name] for batch in batches], CANONICAL[name])
            for name in VOUCHER_TABLES
        }
        self.year = file.facts.year
        self.chart = rows(file.tables["ledger_account"], "account_number", "name")
        opening = rows(file.tables["opening_balance"], "account_number", "amount")
        self.opening = {account: amount for account, amount in opening if amount}
        heads = rows(found["voucher"], *HEAD)
        self.heads = {key: tuple(rest) for key, *rest in heads}
        self.postings = defaultdict(list)
        for key, account, amount, text in rows(found["posting"], *ROW):
            # One description is all that some have: it is the row's own text, or the voucher's.
            self.postings[key].append((account, amount, text if text in ROW_TEXTS else None))

    def vouchers(self, *, nets_of=None):
        """Return series, number, date, rows of each voucher that books anything, in some order."""
        found = []
        for key, booked in self.postings.items():
            series, number, day, _text = self.heads[key]
            taken = [row for row in booked if nets_of is None or row[0] not in nets_of]
            found.append(
                (str(day), "" if nets_of else series, number, tuple(sorted(taken, key=str)))
            )
        return sorted(found)

    def by_month(self):
        """Return the sum of postings by account and month; zeros left out."""
        sums = defaultdict(Decimal)
        for key, booked in self.postings.items():
            for account, amount, _text in booked:
                sums[account, f"{self.heads[key][2]:%Y-%m}"] += amount
        return {place: amount for place, amount in sums.items() if amount}


HEAD = ("voucher_key", "voucher_series", "voucher_number", "voucher_date", "voucher_text")
ROW = ("voucher_key", "account_number", "amount", "posting_text")


def rows(table, *names):
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def extracted(hub, name, place):
    """Ask a system for a year by the port alone, and open what came by its reader."""

    async def work():
        async with open_books(hub, "acme", name, wait_limit_s=1) as books:
            years = await books.ledger.fiscal_years()
            return await books.ledger.extract(years[place], known=KnownYear())

    found = asyncio.run(work())
    parts = sorted(found.parts, key=lambda part: part.name)
    return Truth(format_named(found.format).reader.open_parts(parts))


@pytest.fixture(params=COMPANIES.values(), ids=COMPANIES.keys(), scope="module")
def company(request):
    return request.param


@pytest.fixture
def truths(company, stores, monkeypatch):
    """Give the last year of the company as each of the four tells it."""
    hub, last = stores.hub, len(company.years) - 1
    hub.tenants.update("acme", organisation_number=company.organisation_number)
    monkeypatch.setattr(fortnox, "COMPANY", company)
    with ExitStack() as stack:
        harnesses = {
            "fortnox": stack.enter_context(fortnox.opened(monkeypatch)),
            "fennoa": stack.enter_context(fennoa.opened(monkeypatch)),
            "procountor": stack.enter_context(procountor.opened(monkeypatch, company)),
        }
        harnesses["fennoa"].simulator.company(fennoa.USER).ledger = Ledger(company)
        found = {}
        for name, harness in harnesses.items():
            harness.connect(hub, "acme")
            found[name] = extracted(hub, name, last)
    sie = Part("books.se", company.sie)
    return found | {"sie": Truth(SIE.reader.open_parts([sie]))}


def test_year_chart_and_opening_balances_are_the_same_from_all_four(truths, company):
    year = company.years[-1]

    for name, truth in truths.items():
        assert FiscalYear(year.start_date, year.end_date) == truth.year, name
        assert sorted(truths["sie"].chart) == sorted(truth.chart), name
        assert truths["sie"].opening == truth.opening, name
    assert truths["sie"].opening


@pytest.mark.parametrize("name", LIKE_A_FILE)
def test_vouchers_and_postings_are_the_same_as_in_a_file(truths, name):
    assert truths["sie"].vouchers() == truths[name].vouchers()


def test_procountor_equals_the_file_by_account_and_month(truths, company):
    assert company.movements() == truths["sie"].by_month() == truths["procountor"].by_month()


def test_procountors_vouchers_are_the_files_without_their_vat(truths):
    """What VAT an invoice has is in the month's summary, which is a voucher of its own."""
    vat = {"17631", "29391"}
    summaries = {
        key for key, head in truths["procountor"].heads.items() if head[0] == "VAT_SUMMARY"
    }
    for key in summaries:
        del truths["procountor"].postings[key]

    assert truths["sie"].vouchers(nets_of=vat) == truths["procountor"].vouchers(nets_of=vat)
    texts = {
        name: sorted(
            str(head[3]) for key, head in truths[name].heads.items() if truths[name].postings[key]
        )
        for name in ("sie", "procountor")
    }
    assert texts["sie"] == texts["procountor"]


def test_voucher_that_changes_changes_in_all_of_them(company):
    """The comparison is of amounts: it would see one hundredth."""
    changed = company.next_night(changed=[("IN", 7)])
    one, other = (
        Truth(SIE.reader.open_parts([Part("books.se", lambda item=item: item.sie())]))
        for item in (company, changed)
    )

    assert one.vouchers() != other.vouchers()
    assert one.by_month() != other.by_month()
