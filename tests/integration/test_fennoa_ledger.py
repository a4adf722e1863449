"""A Fennoa company's ledger on the way of all others: first transfer, nights, what goes wrong."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from blocks.http import CallRefused
from blocks.hub import Tenant
from blocks.lake import ExtractPart
from blocks.systems.ports import KnownYear
from blocks.systems.registry import open_books
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from simulators.fennoa import Fault, Ledger, Manners
from simulators.fennoa.resources import ledger as answers
from tests.harnesses import fennoa as harness
from tests.nights import tenants_of

BOOKS = Company(31, calendar_years(2024, 2025), 300, country=FINLAND)
YEAR = FiscalYear.parse("2025")
PAGES = 2
"""Pages of 500 rows that the last year has."""


@pytest.fixture(autouse=True)
def on_a_day_within_a_month(monkeypatch):
    """On the first of one all accounts are asked for."""
    monkeypatch.setattr(Tenant, "day_of", lambda _tenant, _moment: dt.date(2026, 11, 17))


@pytest.fixture
def there(monkeypatch):
    with harness.opened(monkeypatch) as there:
        there.simulator.company(harness.USER).ledger = Ledger(BOOKS)
        yield there


@pytest.fixture
def acme(house, there):
    hub = house.stores.hub
    number = BOOKS.organisation_number
    hub.tenants.add(
        Tenant("acme", "Acme Oy", number, country="FI", currency="EUR", time_zone="Europe/Helsinki")
    )
    hub.years.define("acme", YEAR)
    there.connect(hub, "acme")
    return "acme"


def calls(there):
    """Count the calls that were made, by the word after ``get/``, and forget them."""
    made = Counter(call.path.split("/")[2] for call in there.simulator.world.calls)
    there.simulator.world.calls.clear()
    return dict(made)


def extract(house, acme, **known):
    """Ask the port for the year."""

    async def work():
        async with open_books(house.stores.hub, acme, "fennoa", wait_limit_s=1) as books:
            years = await books.ledger.fiscal_years()
            return await books.ledger.extract(years[-1], known=KnownYear(**known))

    return asyncio.run(work())


def asked(extract_):
    evidence = extract_.evidence.get("source_balance")
    return [] if evidence is None else evidence["account_number"].to_pylist()


def booked(there):
    return {k: v for k, v in there.books.company.trial_balance().items() if v}


def nonzero(balances):
    return {account: amount for account, amount in balances.items() if amount}


@pytest.mark.share(4)
@pytest.mark.parametrize("balances", ["natural", "debit", "credit", "columns"])
@pytest.mark.parametrize("as_text", [True, False])
def test_first_transfer_equals_the_books_however_balances_are_shown(
    house, there, acme, balances, as_text
):
    there.books.manners = Manners(balances=balances, as_text=as_text)

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert booked(there) == nonzero(house.balances(acme))
    unit = house.units(acme)["2025"]
    assert ("fennoa", "fennoa") == (unit.published_source, unit.ledger_source)


@pytest.mark.requirement("R-FEN-P2d")
def test_first_transfer_asks_every_account_that_is_booked_for_its_balance(house, there, acme):
    house.pull(acme)

    opening = {number for number, ore in there.books.opening(1).items() if ore}
    moved = {account for account, _ in there.books.company.movements()}
    expected = {"periods": 1, "accounts": 1, "opening_balances": 1, "ledger": PAGES}
    assert expected | {"account_balance": len(opening | moved)} == calls(there)


def test_quiet_night_takes_three_calls_and_the_pages(house, there, acme):
    house.pull(acme)
    calls(there)

    end, message = house.pull(acme)

    assert "Unchanged" == end, message
    assert {"periods": 1, "accounts": 1, "opening_balances": 1, "ledger": PAGES} == calls(there)


def test_parts_of_a_quiet_night_are_named_and_not_written_again(house, there, acme):
    house.pull(acme)
    (load,) = house.stores.hub.loads.of_unit(acme, YEAR)
    lake = house.stores.lake
    parts = lake.parts_of(lake.find(acme, "fennoa", load.landed_sha256))

    quiet = extract(house, acme, is_published_from_here=True, parts=tuple(parts))

    assert sorted(part.name for part in parts) == sorted(part.name for part in quiet.parts)
    assert parts == sorted(quiet.parts, key=lambda part: part.name)


@pytest.mark.requirement("R-FIN-P1")
def test_changed_statement_is_seen_the_next_night_and_only_its_accounts_are_asked(
    house, there, acme
):
    house.pull(acme)
    calls(there)
    there.books.edit(changed=[("IN", 20)])

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "changed: 1" in message
    assert booked(there) == nonzero(house.balances(acme))
    assert {"account_balance": 2, "ledger": PAGES} == {
        name: count for name, count in calls(there).items() if name in {"account_balance", "ledger"}
    }


@pytest.mark.requirement("R-FIN-33b")
def test_statement_that_was_deleted_or_added_is_seen_the_next_night(house, there, acme):
    house.pull(acme)
    there.books.edit(removed=[("PU", 7)])
    there.books.book("2025-03-03", ("7230", "10.00"), ("1910", "-10.00"), number=77)

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "added: 1, changed: 0, removed: 1" in message


def test_statement_that_was_made_anew_or_moved_to_another_month_is_seen_the_next_night(
    house, there, acme
):
    """The key is the statement's id: what is made anew is another voucher, what moves is one."""
    rows = ("7230", "10.00"), ("1910", "-10.00")
    there.books.book("2025-03-03", *rows, number=77)
    there.books.book("2025-03-04", *rows, number=78)
    house.pull(acme)
    there.books.unbook()
    there.books.book("2025-03-03", *rows, number=79)
    there.books.book("2025-06-04", *rows, number=78)

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "added: 1, changed: 1, removed: 1" in message


def test_deletions_that_sum_to_nothing_are_seen_the_next_night(house, there, acme):
    there.books.book("2025-05-05", ("7230", "10.00"), ("1910", "-10.00"), number=77)
    there.books.book("2025-05-06", ("7230", "-10.00"), ("1910", "10.00"), number=78)
    house.pull(acme)
    there.books.unbook()

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "added: 0, changed: 0, removed: 2" in message


def test_text_that_changed_is_seen_though_no_balance_moved(house, there, acme, monkeypatch):
    house.pull(acme)
    calls(there)
    monkeypatch.setattr(answers, "_shown", lambda *a, shown=answers._shown: shown(*a) | WORDS)

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert {"ledger": 2 * PAGES} == {k: v for k, v in calls(there).items() if k == "ledger"}


WORDS = {"description": "Otherwise worded"}


def test_books_that_move_between_two_pages_are_read_as_they_are_afterwards(house, there, acme):
    """The statement that goes shifts rows of the second page onto the first."""
    there.books.after_page.append(lambda books: books.edit(removed=[("GL", 1)]))

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert booked(there) == nonzero(house.balances(acme))
    assert 2 * PAGES == calls(there)["ledger"]


def test_books_that_never_stand_still_load_nothing(house, there, acme):
    for number in range(2, 40):
        there.books.after_page.append(lambda books, n=number: books.edit(changed=[("IN", n)]))

    end, message = house.pull(acme)

    assert "Failed" == end
    assert "kept changing" in message
    assert {} == house.balances(acme)


def test_server_that_ignores_the_page_loads_nothing(house, there, acme):
    """C24: the same rows for ever."""
    there.books.manners = Manners(ignores_page=True)

    end, message = house.pull(acme)

    assert "Failed" == end, message
    assert {} == house.balances(acme)
    assert 6 == calls(there)["ledger"], "three walks of two pages"


def test_statement_that_the_pages_leave_out_holds_the_year(house, there, acme, monkeypatch):
    """C23 the other way round: no sum inside the pages shows it, the balances do."""
    rows = Ledger.rows
    hidden = there.books.rows(1)[0].id

    def without(books, place):
        return [row for row in rows(books, place) if row.id != hidden]

    monkeypatch.setattr(answers, "_running", running_of(without))
    end, message = house.pull(acme)

    assert "Held" == end, message
    assert "source_closing_balances" in message


def running_of(rows):
    def running(ledger, place):
        seen = dict(ledger.opening(place))
        for row in rows(ledger, place):
            before = seen.get(row.account, 0)
            seen[row.account] = before + row.ore
            yield row, before

    return running


def test_closed_year_opens_with_what_the_one_before_closed_with(house, there, acme):
    house.stores.hub.years.define(acme, FiscalYear.parse("2024"))

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert {"published"} == {str(unit.status) for unit in house.units(acme).values()}
    for name in ("opening_continuity", "opening_sums_to_zero"):
        assert name not in message


def test_first_night_of_a_month_asks_every_account(house, there, acme):
    first = extract(house, acme)
    nights = {
        day: asked(
            extract(
                house,
                acme,
                is_published_from_here=True,
                parts=known_parts(first),
                today=dt.date(2025, 12, day),
            )
        )
        for day in (1, 2)
    }

    assert {1: asked(first), 2: []} == nights


def known_parts(extract_):
    contents = ((part.name, part.read()) for part in extract_.parts)
    return tuple(
        ExtractPart(name=name, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))
        for name, content in contents
    )


def test_accounts_of_the_income_statement_may_be_left_unasked(house, there, acme, monkeypatch):
    monkeypatch.setenv("TASMA_FENNOA_ASKS_RESULTS", "false")

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert {"1", "2"} == {
        call.path.split("/")[3][0]
        for call in there.simulator.world.calls
        if "account_balance" in call.path
    }


def test_error_inside_an_answer_of_200_is_a_refusal(house, there, acme):
    there.simulator.faults.add("accounting_api/get/accounts", Fault.REFUSED_OK)

    with pytest.raises(CallRefused, match="Virhe"):
        house.pull(acme)

    assert "connected" == str(house.stores.hub.connections.get(acme, "fennoa").status)


@pytest.mark.share(7)
@pytest.mark.parametrize("fault", [Fault.HTML, Fault.FAULT, Fault.CUT, Fault.LOST])
@pytest.mark.parametrize(
    "path", ["periods", "accounts", "opening_balances", "ledger", "account_balance"]
)
def test_answer_that_fails_once_is_asked_again(house, there, acme, fault, path):
    there.simulator.faults.add(f"accounting_api/get/{path}", fault)

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert booked(there) == nonzero(house.balances(acme))


def test_right_that_goes_in_mid_run_loads_nothing_and_names_who_acts(house, there, acme):
    house.pull(acme)
    there.books.edit(changed=[("IN", 20)])
    there.books.after_page.append(lambda _books: lock_out(there))
    before = house.balances(acme)

    with pytest.raises(CallRefused, match="Kirjanpito"):
        house.pull(acme)

    assert before == house.balances(acme)
    assert "permission_missing" == str(house.stores.hub.connections.get(acme, "fennoa").status)


def lock_out(there):
    there.simulator.company(harness.USER).may_read_accounting = False


def test_tenant_in_helsinki_has_its_night_there(house, acme, monkeypatch):
    monkeypatch.setenv("TASMA_HUB_URL", f"sqlite:///{house.stores.hub.database.file.path}")

    assert (["acme"], []) == (tenants_of("Europe/Helsinki"), tenants_of("Europe/Stockholm"))


def test_another_years_rows_are_not_in_the_year(house, there, acme):
    house.pull(acme)

    total = sum(Decimal(amount) for amount in house.balances(acme).values())
    assert Decimal(0) == total
    assert replace(BOOKS).trial_balance() == nonzero(house.balances(acme))
