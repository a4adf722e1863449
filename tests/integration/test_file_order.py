"""Older files that come back: held by their dates, and never in the place of newer books."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from blocks.hub import FileSeen, Tenant
from blocks.settings import REFERENCE
from ledger.coverage import WHOLE_YEAR
from ledger.file_order import of_moment
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import Transfer
from ledger.onboarding_form import OnboardingForm
from ledger.source import SourceFacts
from ledger.unit import Unit
from tasks.accept import accept_breaks
from tasks.file_dates import date_of_file
from tasks.onboarding import file_form
from tests.small_sie import small_sie

JOURNAL = (REFERENCE / "journal_template.csv").read_text().replace("SAMPLE", "A")


def made_on(day, *vouchers):
    return small_sie(*vouchers).replace(b"#GEN 20250101", f"#GEN {day}".encode())


OLD = made_on("20240601", ("1", 100, 100))
NEW = made_on("20240701", ("1", 100, 100), ("2", 7, 7))
CORRECTED = made_on("20240701", ("1", 100, 100), ("2", 8, 8))


@pytest.fixture
def take(house):
    house.stores.hub.tenants.add(Tenant("acme", "Testbolaget AB", "5599900007"))
    house.stores.hub.tenants.add(Tenant("euro", "Sample Company", "76543212", currency="EUR"))
    return lambda content, tenant="acme", **more: house.take(tenant, content, **more)


def published(house):
    return house.units("acme")["2024"].published_digest


@pytest.mark.requirement("R-FIN-33c")
def test_an_older_file_that_comes_back_is_held_and_the_newer_books_stay(house, take):
    first = take(OLD)
    second = take(NEW)
    kept = published(house)

    came_back, why = take(OLD)

    assert ("Published", "Published", "Held") == (first[0], second[0], came_back)
    assert "older_than_published (1 break, first: the source is of 2024-06-01, what is" in why
    assert published(house) == kept
    assert "Published" == take(CORRECTED)[0], "a file of the same day is not older"


@pytest.mark.requirement("R-FIN-33c")
@pytest.mark.parametrize("again", [NEW, NEW + b"\n"], ids=["same-file", "same-rows"])
def test_file_of_the_same_day_that_was_replaced_is_held_when_it_comes_back(house, take, again):
    first, second = take(NEW), take(CORRECTED)
    kept = published(house)

    came_back, why = take(again)

    assert ("Published", "Published", "Held") == (first[0], second[0], came_back)
    assert "older_than_published (1 break, first: these very books came on 20" in why
    assert published(house) == kept
    assert "Unchanged" == take(CORRECTED)[0], "what is published was replaced by nothing"


def test_replaced_books_of_the_same_day_are_let_pass_once(house, take):
    year = FiscalYear.parse("2024")
    take(NEW)
    take(CORRECTED)
    take(NEW)
    person = {"accepted_by": "anna", "reason": "the correction was wrong"}
    accept_breaks(house.stores, Unit("acme", year), controls=(), **person)

    back, other = take(NEW), take(CORRECTED)

    assert ("Published", "Held") == (back[0], other[0])


def test_replaced_books_of_a_later_day_are_newer(take):
    take(NEW)
    take(CORRECTED)

    assert "Published" == take(NEW.replace(b"#GEN 20240701", b"#GEN 20240702"))[0]


def test_pull_after_a_correction_was_taken_back_is_of_the_books_as_they_are(house, connected):
    ledger = connected(defined=("2025",))
    house.pull(ledger.tenant)
    before, books = ledger.company, house.balances(ledger.tenant)
    ledger.there.edit(changed=[("L", 2)])
    house.pull(ledger.tenant)
    ledger.there.replace_books(before)

    name, message = house.pull(ledger.tenant)

    year = FiscalYear.parse("2025")
    load = house.stores.hub.loads.published(ledger.tenant, year)
    answers = {it.control: it.outcome for it in house.stores.hub.loads.results(load.load_id)}
    assert ("Published", books) == (name, house.balances(ledger.tenant)), message
    assert "passed" == answers["older_than_published"]


def test_equal_content_stays_unchanged_whatever_its_date_and_makes_nothing_older(house, take):
    take(NEW)

    same = take(NEW.replace(b"#GEN 20240701", b"#GEN 20240501"))
    between = take(OLD)

    assert ("Unchanged", "Held") == (same[0], between[0])


def test_a_person_who_accepts_the_older_books_has_them_and_the_newer_may_come_again(house, take):
    take(NEW)
    take(OLD)
    year = FiscalYear.parse("2024")
    held = house.stores.hub.holds.find("acme", year)
    person = {"accepted_by": "anna", "reason": "as it was in June"}
    accept_breaks(house.stores, Unit("acme", year), controls=(), **person)

    assert "2024-06-01" == held.dated
    assert ("Published", "Published") == (take(OLD)[0], take(NEW)[0])


CHAIRS = JOURNAL.replace("Office chairs", "Green chairs")
NOON = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def test_a_file_that_says_no_date_is_of_its_time(take):
    first = take(JOURNAL.encode(), "euro", name="books.csv", at=NOON)
    older = take(CHAIRS.encode(), "euro", name="chairs.csv", at=NOON - SECOND)
    newer = take(CHAIRS.encode(), "euro", name="chairs.csv", at=NOON + SECOND)

    assert ("Published", "Held", "Published") == (first[0], older[0], newer[0]), older[1]


def test_a_file_that_lies_elsewhere_is_of_the_time_when_it_was_first_seen(house, take):
    """As one of a server is, and one that was moved from the inbox and is tried again."""
    hub, gone = house.stores.hub, house.folder / "gone.csv"
    seen = [
        hub.files.record(FileSeen("euro", sha256, name, 1, "received")).seen_at
        for sha256, name in (("a" * 64, "first.csv"), ("b" * 64, "x.csv"), ("a" * 64, "gone.csv"))
    ]
    facts = SourceFacts(kind="v1", coverage=WHOLE_YEAR)

    found = date_of_file(hub, "euro", gone, facts, sha256="a" * 64)

    assert of_moment(seen[0].astimezone(ZoneInfo("Europe/Stockholm"))) == found
    assert "" == date_of_file(hub, "euro", gone, facts, sha256="c" * 64)


@pytest.mark.parametrize(("pattern", "end"), [("tasma-*.csv", "Held"), ("", "Published")])
def test_the_date_in_a_name_counts_first_where_the_form_agrees_on_names(house, take, pattern, end):
    form = OnboardingForm(
        source_system="file",
        transfer=Transfer.MANUAL,
        fiscal_years=("2025",),
        file_pattern=pattern,
    )
    house.stores.hub.openings.begin("euro")
    file_form(house.stores.hub, "euro", form, who="anna")
    year = FiscalYear.parse("2025")
    house.stores.hub.approvals.add("euro", {year: {}}, who="anna", note="agrees")
    take(JOURNAL.encode(), "euro", name="tasma-2025-06-02.csv", at=NOON)

    later = take(CHAIRS.encode(), "euro", name="tasma-2025-06-01.csv", at=NOON + SECOND)

    assert end == later[0], later[1]


def test_a_period_is_compared_with_what_it_would_replace_alone(take):
    """A late January is not older than the February that came before it."""
    january, february = (part(month) for month in ("01", "02"))
    take(february.encode(), "euro", name="february.csv", at=NOON)

    late = take(january.encode(), "euro", name="january.csv", at=NOON - SECOND)
    again = take(
        february.replace("Office", "Green").encode(), "euro", name="old.csv", at=NOON - SECOND
    )

    assert ("Published", "Held") == (late[0], again[0]), late[1]


def part(month):
    """Return the journal's file of a month, of which it has one voucher each."""
    last, total, count = {"01": ("31", "125.50", "3"), "02": ("28", "250.00", "2")}[month]
    head, _, rows = JOURNAL.partition("row_text,cost_centre,project\n")
    head = (
        head.replace("covers_first_day,2025-01-01", f"covers_first_day,2025-{month}-01")
        .replace("covers_last_day,2025-12-31", f"covers_last_day,2025-{month}-{last}")
        .replace("row_count,5", f"row_count,{count}")
        .replace("debit_total,375.50", f"debit_total,{total}")
    )
    kept = [row for row in rows.splitlines() if f",2025-{month}-" in row]
    return "\n".join([f"{head}row_text,cost_centre,project", *kept, ""])
