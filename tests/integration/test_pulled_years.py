"""Which years a pull takes, what it brings of them, and what it leaves: a simulated Fortnox over
HTTP, the pipeline of the runs, no Prefect server."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re

import pytest

from blocks.hub import Connection, Method, Tenant
from blocks.systems.fortnox import pages
from flows.cli.local import import_here
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from simulators.books.chart import NUMBERS
from simulators.books.company import Company
from simulators.books.faults import Fault
from simulators.books.model import BOOKED
from simulators.books.years import calendar_years
from simulators.fortnox import LEDGER_SCOPES, FortnoxSimulator, SimulatedTenant
from tasks.pages.unit import changes_page
from tests import quick_fortnox
from tests.homes import add_sharing, opened_new
from tests.published_statements import statement

NUMBER, OTHER, LARGE = 503072, 503073, 503074
FAULTY = {Fault.UNBALANCED_VOUCHER: 503081, Fault.MISSING_ACCOUNT: 503082}
"""Companies whose SIE file of the last year has a fault."""

COMPANIES = {
    NUMBER: Company(seed=7, years=calendar_years(2021, 2025), vouchers_per_year=60),
    OTHER: Company(seed=8, years=calendar_years(2021, 2025), vouchers_per_year=60),
    LARGE: Company(seed=9, years=calendar_years(2025, 2025), vouchers_per_year=1_203),
}
NIGHT = dt.date(2026, 11, 22)


@pytest.fixture
def simulator(monkeypatch):
    quick_fortnox.shorten_waits(monkeypatch)
    made = [
        SimulatedTenant(number, company, consented=LEDGER_SCOPES)
        for number, company in COMPANIES.items()
    ]
    made += [
        SimulatedTenant(number, COMPANIES[NUMBER], consented=LEDGER_SCOPES, sie_fault=fault)
        for fault, number in FAULTY.items()
    ]
    with FortnoxSimulator(made, rate_window_s=quick_fortnox.PERIOD_S) as simulator:
        quick_fortnox.lead_to(simulator, monkeypatch)
        yield simulator


@pytest.fixture
def stores(tmp_path, empty_hub):
    with opened_new(tmp_path, empty_hub) as stores:
        yield stores


@pytest.fixture
def tenant(stores, simulator):
    """Add a connected tenant: ``tenant("acme", defined=("2024",), number=503072)``."""

    def add(name="acme", *, defined=(), number=NUMBER, schedule=False):
        company = simulator.tenant(number).edition.company
        own = company.organisation_number
        add_sharing(
            stores.hub, Tenant(name, "Test AB", organisation_number=own, has_schedule=schedule)
        )
        for year in defined:
            stores.hub.years.define(name, FiscalYear.parse(year))
        stores.hub.connections.save(
            Connection(name, "fortnox", Method.CLIENT_CREDENTIALS, source_tenant_id=str(number))
        )
        return name

    return add


def pull(stores, tenant, *, found=None, **wish):
    """Pull, and return the name and message of the end; `found` takes what the steps found."""
    steps = LocalSteps(found or LoadResult(tenant), lambda _step: None)
    ending = asyncio.run(
        pull_tenant(stores, tenant, PullOptions(**wish), steps=steps, wait_limit_s=5)
    )
    return ending.outcome.state_name, ending.message


def drop(stores, tenant, folder, content):
    """Bring a file by hand."""
    path = folder / "dropped.se"
    path.write_bytes(content)
    return import_here(stores, tenant, path, watch=lambda _step: None)


def years_published(stores, tenant):
    return [str(year)[:4] for year in stores.warehouse.units(tenant)]


def vouchers_and_rows(stores, tenant, year):
    """Read what is published: (series, number, date) and (series, number, account, amount)."""
    key = [FiscalYear.parse(year).key]
    with stores.warehouse.read(tenant) as db:
        vouchers = db.execute(
            "select voucher_series, voucher_number, voucher_date from voucher"
            " where fiscal_year = ?",
            key,
        ).fetchall()
        rows = db.execute(
            "select voucher_series, voucher_number, account_number, amount from posting"
            " join voucher using (fiscal_year, voucher_key) where fiscal_year = ?",
            key,
        ).fetchall()
    return sorted(vouchers), sorted(rows)


def booked(company, place):
    """Give the same of the program that invented the books, without a SIE file between."""
    first = company.years[place].start_date
    vouchers, rows = [], []
    for chunk in company.book(place).chunks():
        numbers = [str(number) for number in chunk.number]
        days = [first + dt.timedelta(days=int(day)) for day in chunk.day]
        vouchers += [(chunk.series, *parts) for parts in zip(numbers, days, strict=True)]
        kept = chunk.rows.take(chunk.rows.kind == BOOKED)
        rows += [
            (chunk.series, numbers[voucher], NUMBERS[account], ore)
            for voucher, account, ore in zip(kept.voucher, kept.account, kept.ore, strict=True)
        ]
    return sorted(vouchers), sorted(rows)


def in_ore(found):
    vouchers, rows = found
    return vouchers, sorted((*row, int(amount * 100)) for *row, amount in rows)


def balances(stores, tenant, year="2025"):
    query = (
        "select account_number, arg_max(closing, period) as balance from trial_balance "
        "where fiscal_year = ? group by account_number having balance <> 0"
    )
    with stores.warehouse.read(tenant) as db:
        return dict(db.execute(query, [FiscalYear.parse(year).key]).fetchall())


# --- which years ------------------------------------------------------------------------------


@pytest.mark.requirement("R-FIN-4a", "R-FIN-4b")
def test_first_transfer_brings_the_years_named_in_full_and_nothing_of_the_others(
    stores, tenant, simulator
):
    """The source has 2021 to 2025."""
    name = tenant(defined=("2024", "2025"))

    end = pull(stores, name)

    assert "Published" == end[0]
    for place, year in ((3, "2024"), (4, "2025")):
        assert booked(COMPANIES[NUMBER], place) == in_ore(vouchers_and_rows(stores, name, year))
    assert ["2024", "2025"] == years_published(stores, name)
    with stores.warehouse.read(name) as db:
        (dates,) = db.execute("select min(voucher_date), max(voucher_date) from voucher").fetchall()
    assert (2024, 2025) == tuple(date.year for date in dates)
    assert 2 == simulator.count(NUMBER, "/3/sie/"), "no other year was even fetched"


@pytest.mark.requirement("R-SEN-27a", "R-SEN-27b", "R-SEN-26a")
def test_two_latest_years_are_the_last_two_of_those_that_exist_here(stores, tenant):
    """Fortnox has 2025 too, and 2022 exists here."""
    name = tenant(defined=("2022", "2024", "2023"))

    pull(stores, name, which="two latest years")

    assert ["2023", "2024"] == years_published(stores, name)


@pytest.mark.requirement("R-SEN-27c")
def test_two_latest_years_of_one_that_exists_here_are_that_one(stores, tenant):
    name = tenant(defined=("2022",))

    pull(stores, name, which="two latest years")

    assert ["2022"] == years_published(stores, name)


@pytest.mark.requirement("R-SEN-28", "R-SEN-26b")
def test_fetching_one_year_leaves_every_other_as_it_was_though_the_source_changed(
    stores, tenant, simulator
):
    name = tenant(defined=("2023", "2024", "2025"))
    pull(stores, name)
    before = {year: vouchers_and_rows(stores, name, year) for year in ("2023", "2025")}
    records = {year: stores.warehouse.load_record(name, FiscalYear.parse(year)) for year in before}
    for place in (2, 3, 4):  # 2023, 2024 and 2025
        simulator.tenant(NUMBER).edit(removed=[("B", 2)], changed=[("L", 2)], year=place)

    end = pull(stores, name, years=("2024",))

    assert "Published" == end[0]
    books = simulator.tenant(NUMBER).edition.company
    assert booked(books, 3) == in_ore(vouchers_and_rows(stores, name, "2024"))
    assert before == {year: vouchers_and_rows(stores, name, year) for year in before}
    assert records == {
        year: stores.warehouse.load_record(name, FiscalYear.parse(year)) for year in before
    }


# --- what comes ------------------------------------------------------------------------------


@pytest.mark.requirement("R-SEN-12a", "R-SEN-11a", "R-SEN-11b")
def test_every_voucher_and_row_of_many_series_and_pages_is_stored(
    stores, tenant, simulator, monkeypatch
):
    """1,203 vouchers of five series; by the hundred, their list has thirteen pages."""
    monkeypatch.setattr(pages, "PAGE_ROWS", 100)
    name = tenant(defined=("2025",), number=LARGE)

    end = pull(stores, name)

    listed = [call.query for call in simulator.calls if call.path == "/3/vouchers"]
    found = in_ore(vouchers_and_rows(stores, name, "2025"))
    assert "Published" == end[0]
    assert 13 == len({query for query in listed if "page=" in query})
    assert (1_203, 5) == (len(found[0]), len({series for series, *_ in found[0]}))
    assert booked(COMPANIES[LARGE], 0) == found


@pytest.mark.requirement("R-SEN-12b")
def test_sums_per_account_are_the_sources(stores, tenant, monkeypatch):
    monkeypatch.setattr(pages, "PAGE_ROWS", 100)
    name = tenant(defined=("2025",), number=LARGE)

    pull(stores, name)

    assert COMPANIES[LARGE].trial_balance() == balances(stores, name)


TABLES = {
    "accounts": ("ledger_account",),
    "opening balances": ("opening_balance",),
    "vouchers": ("voucher",),
    "rows": ("posting", "posting_correction"),
    "dimensions": ("dimension", "dimension_object", "posting_dimension"),
}
NOT_COMPARED = {"tenant", "load_id", "source_ref"}
"""Whose it is and by which load; the rest of a row is what it says."""


@pytest.fixture
def both(stores, tenant, tmp_path):
    """One year by the API and from Fortnox's own export of it, and all rows of a table of each."""
    by_api, by_file = tenant("by-api", defined=("2025",)), tenant("by-file", number=NUMBER)
    pull(stores, by_api)
    (load,) = stores.hub.loads.of_unit(by_api, FiscalYear.parse("2025"))
    landed = stores.lake.find(by_api, "fortnox", load.landed_sha256)
    imported = drop(stores, by_file, tmp_path, stores.lake.read(landed))
    assert "published" == imported.outcome

    def rows(table):
        found = []
        for name in (by_api, by_file):
            with stores.warehouse.read(name) as db:
                table_rows = db.execute(f'from "{table}"')
                names = [column[0] for column in table_rows.description]
                kept = [place for place, column in enumerate(names) if column not in NOT_COMPARED]
                found.append(
                    sorted(repr([row[place] for place in kept]) for row in table_rows.fetchall())
                )
        return found

    return rows


def equal_and_there(both, *kinds):
    for table in (table for kind in kinds for table in TABLES[kind]):
        by_api, by_file = both(table)
        assert by_api == by_file, table
        assert by_api or table == "posting_correction", table


@pytest.mark.requirement("R-SEN-14a", "R-SEN-14b", "R-SEN-14e")
def test_year_by_api_has_the_accounts_openings_and_dimensions_of_its_exported_file(both):
    equal_and_there(both, "accounts", "opening balances", "dimensions")


@pytest.mark.requirement("R-SEN-14c", "R-SEN-14d", "R-FIN-31b")
def test_year_by_api_has_the_vouchers_and_rows_of_its_exported_file(both):
    equal_and_there(both, "vouchers", "rows")


EVIDENCE = {"source_vouchers", "source_opening_balances", "source_closing_balances"}
"""Controls that need what only the API was asked."""


@pytest.mark.requirement("R-FIN-31a")
@pytest.mark.parametrize("fault", FAULTY)
def test_file_dropped_by_hand_is_read_and_judged_as_the_same_file_fetched(
    stores, tenant, tmp_path, fault
):
    by_api = tenant("by-api", defined=("2025",), number=FAULTY[fault])
    by_hand = tenant("by-hand", defined=("2025",), number=FAULTY[fault])
    fetched = LoadResult(by_api)
    end = pull(stores, by_api, found=fetched)
    content = stores.lake.read(
        stores.lake.find(by_api, "fortnox", fetched.load.staged.facts.landed_sha256)
    )

    dropped = drop(stores, by_hand, tmp_path, content)

    def judged(found):
        return {
            result.control: (result.outcome, result.breaks, result.holds)
            for result in found.judgement.results
            if result.control not in EVIDENCE
        }

    assert ("Held", "held") == (end[0], dropped.outcome)
    assert fetched.load.staged.digest == dropped.load.staged.digest
    # Of Fortnox's own balances some only warn, since its lists prove more.
    held_by = {name for name, (*_, holds) in judged(fetched).items() if holds}
    assert set() < held_by <= {name for name, (*_, holds) in judged(dropped).items() if holds}
    for name in judged(fetched).keys() & judged(dropped).keys():
        assert judged(fetched)[name][:2] == judged(dropped)[name][:2], name


def made_later(content):
    """Let a file be newer than what the API brought."""
    return re.sub(rb"#GEN \d{8}", b"#GEN 20991231", content)


@pytest.mark.requirement("R-FIN-1a", "R-FIN-1b", "R-FIN-1d")
def test_file_dropped_by_hand_replaces_what_the_api_brought_and_the_nights_go_on(
    stores, tenant, tmp_path
):
    name = tenant(defined=("2025",), schedule=True)
    pull(stores, name)
    corrected = COMPANIES[NUMBER].next_night(removed=[("B", 2)], changed=[("L", 2)])

    dropped = drop(stores, name, tmp_path, made_later(corrected.sie()))
    found = in_ore(vouchers_and_rows(stores, name, "2025"))
    night = pull(stores, name, night=NIGHT)

    assert "published" == dropped.outcome
    assert booked(corrected, 4) == found
    assert corrected.trial_balance() == balances(stores, name)
    assert stores.hub.tenants.get(name).has_schedule
    assert "Kept" == night[0], "it was neither skipped nor did it fail"


@pytest.mark.requirement("R-FIN-1c")
def test_page_of_a_dropped_file_names_each_voucher_that_it_replaced(stores, tenant, tmp_path):
    name = tenant(defined=("2025",))
    pull(stores, name)
    corrected = COMPANIES[NUMBER].next_night(removed=[("B", 2)], changed=[("L", 2)])

    dropped = drop(stores, name, tmp_path, made_later(corrected.sie()))

    unit = Unit(name, FiscalYear.parse("2025"))
    page = changes_page(unit, dropped.plan, verdict=dropped.outcome)
    assert "added: 0, changed: 1, removed: 1" in dropped.message
    _, _, vouchers = page.partition("## Vouchers")
    named = [line.split(" | ")[:2] for line in vouchers.splitlines() if line.startswith("| ")]
    assert [["| Change", "Voucher"], ["| changed", "L:2"], ["| removed", "B:2"]] == sorted(
        row for row in named if "---" not in row[0]
    )


def reports(stores, tenant):
    """Give the definition of each report, and what the balance sheet says."""
    with stores.warehouse.read(tenant) as db:
        views = db.execute(
            "select view_name, sql from duckdb_views() where not internal order by 1"
        )
        return views.fetchall(), statement(db, "balance_sheet", FiscalYear.parse("2025"))


@pytest.mark.requirement("R-FIN-17a", "R-FIN-17b", "R-SEN-33a")
def test_night_after_a_change_the_same_reports_show_the_new_balance(stores, tenant, simulator):
    name = tenant(defined=("2025",), schedule=True)
    pull(stores, name)
    before = reports(stores, name)
    simulator.tenant(NUMBER).edit(changed=[("L", 2)])
    books = simulator.tenant(NUMBER).edition.company

    pull(stores, name, night=NIGHT)

    definitions, sheet = reports(stores, name)
    assert COMPANIES[NUMBER].trial_balance() != books.trial_balance() == balances(stores, name)
    assert before[0] == definitions != []
    assert before[1] != sheet


@pytest.mark.requirement("R-X-10a", "R-X-10b")
def test_what_nobody_decided_takes_the_safe_side_and_the_log_says_so(
    stores, tenant, tmp_path, caplog
):
    """Neither the first transfer was approved, nor was it said to overwrite an uploaded year."""
    caplog.set_level(logging.INFO)
    pending, uploaded = (
        tenant("pending", defined=("2025",)),
        tenant("uploaded", defined=("2025",), schedule=True),
    )
    drop(stores, uploaded, tmp_path, COMPANIES[NUMBER].sie())
    before = stores.warehouse.load_record(uploaded, FiscalYear.parse("2025"))

    ends = [pull(stores, name, night=NIGHT)[0] for name in (pending, uploaded)]

    assert ["Skipped", "Kept"] == ends
    assert [] == stores.warehouse.units(pending)
    assert before == stores.warehouse.load_record(uploaded, FiscalYear.parse("2025"))
    logged = {(getattr(line, "tenant", ""), line.getMessage()) for line in caplog.records}
    assert any(name == pending and "First transfer pending" in text for name, text in logged)
    assert any(name == uploaded and "which is kept" in text for name, text in logged)


# --- what fails ------------------------------------------------------------------------------


DYING = {
    "silent": ("lose_answer", {}),
    "cut": ("cut_body", {}),
    "down": ("status", {"status": 503}),
}


@pytest.mark.requirement("R-FIN-34a", "R-FIN-34b", "R-FIN-34c")
@pytest.mark.parametrize("how", DYING)
def test_source_that_dies_half_way_through_its_pages_leaves_what_was_there(
    stores, tenant, simulator, monkeypatch, how
):
    """Sixty vouchers on four pages: the last two never come."""
    monkeypatch.setattr(pages, "PAGE_ROWS", 15)
    name = tenant(defined=("2025",))
    pull(stores, name)
    before = balances(stores, name)
    simulator.tenant(NUMBER).edit(removed=[("B", 2)], changed=[("L", 2)])
    fault, details = DYING[how]
    simulator.faults.add(fault, tenant=NUMBER, path="/3/vouchers", after=2, times=None, **details)
    asked = simulator.count(NUMBER, "/3/vouchers")

    failed = pull(stores, name)
    unit = stores.hub.units.find(name, FiscalYear.parse("2025"))
    light = [str(row.light) for row in stores.hub.overview(tenant=name)]
    left = balances(stores, name)
    tried = simulator.count(NUMBER, "/3/vouchers") - asked
    simulator.faults.clear()
    again = pull(stores, name)

    assert tried > 2, "the source did not die on its third page"
    assert "Failed" == failed[0]
    assert ("failed", True) == (unit.status, bool(unit.reason))
    assert ["red"] == light
    assert before == left
    assert "Published" == again[0]
    assert simulator.tenant(NUMBER).edition.company.trial_balance() == balances(stores, name)


@pytest.mark.requirement("R-FIN-35a", "R-X-1f", "R-X-1g")
def test_tenant_whose_credentials_are_broken_touches_no_other(stores, tenant, simulator):
    broken, sound = (
        tenant("broken", defined=("2025",)),
        tenant("sound", defined=("2025",), number=OTHER),
    )
    for name in (broken, sound):
        pull(stores, name)
    file = stores.warehouse.root / f"{sound}.duckdb"
    before = file.read_bytes()
    simulator.revoke_consent(NUMBER)
    simulator.tenant(OTHER).edit(changed=[("L", 2)])

    with pytest.raises(Exception, match="administrator"):
        pull(stores, broken)
    untouched = file.read_bytes()
    other = pull(stores, sound)

    assert before == untouched
    assert "Published" == other[0]
    assert simulator.tenant(OTHER).edition.company.trial_balance() == balances(stores, sound)
    assert COMPANIES[NUMBER].trial_balance() == balances(stores, broken)


def everything(folder):
    """Give each file of lake, warehouse and inbox with its bytes."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.requirement("R-FIN-10a", "R-FIN-10b", "R-X-1e")
def test_night_of_a_pending_tenant_writes_and_asks_nothing_and_stops_no_other(
    stores, tenant, simulator, tmp_path
):
    pending = tenant("pending", defined=("2025",))
    approved = tenant("approved", defined=("2025",), number=OTHER, schedule=True)
    events = stores.hub.events.recent(tenant=pending)

    skipped = pull(stores, pending, night=NIGHT)
    written = everything(stores.lake.root) | everything(stores.warehouse.root)
    night = pull(stores, approved, night=NIGHT)

    assert ("Skipped", True) == (skipped[0], "First transfer pending" in skipped[1])
    assert ({}, 0) == (written, simulator.count(NUMBER))
    assert [] == stores.hub.units.of_tenant(pending)
    assert events == stores.hub.events.recent(tenant=pending)
    assert "Published" == night[0]
