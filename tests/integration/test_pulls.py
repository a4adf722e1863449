"""Pulling ledgers from a simulated Fortnox: which years, what holds, what stays."""

from __future__ import annotations

import asyncio
import datetime as dt
import re

import pytest

from blocks.systems.fortnox.preflight import preflight
from ledger.fiscal_year import FiscalYear
from tasks.approve import NotToBeApproved, approve
from tasks.ledger_sources import year_sources
from tasks.pages.preflight import in_one_line, preflight_page

NIGHT = dt.date(2026, 11, 22)
UPLOADED_KEPT = "2025 Kept: its ledger came from an uploaded file"


def sources(house, tenant):
    return {
        item.year.key[:4]: (item.source, item.action)
        for item in year_sources(house.stores.hub, tenant)
    }


def statuses(house, tenant):
    return {year: str(unit.status) for year, unit in house.units(tenant).items()}


@pytest.mark.requirement("R-SEN-13a")
def test_a_broken_year_is_found_by_its_dates_and_one_that_is_not_there_creates_nothing(
    house, connected
):
    ledger = connected(broken_year=True)
    there = ledger.company.years[0]
    key = f"{there.start_date}_{there.end_date}"

    wrong = house.pull(ledger.tenant, years=("2023",))
    undefined = house.pull(ledger.tenant, years=(key,))
    nothing = house.units(ledger.tenant), sources(house, ledger.tenant)
    right = house.pull(ledger.tenant, years=(key,), defines=True)

    assert ("Failed", "Failed", ({}, {})) == (wrong[0], undefined[0], nothing)
    assert f"has no fiscal year {key} here" in undefined[1]
    assert "the source has no fiscal year 2023; " in wrong[1]
    assert key in wrong[1].partition("those it has: ")[2]
    assert ("Published", [key]) == (
        right[0],
        [unit.fiscal_year for unit in house.units(ledger.tenant).values()],
    )


@pytest.mark.requirement("R-FIN-10a", "R-FIN-10c")
def test_a_night_before_the_first_transfer_is_approved_writes_nothing(house, connected, fortnox):
    ledger = connected(defined=("2025",))
    person = {"approved_by": "A. Person", "note": "agrees with the statements"}

    skipped = house.pull(ledger.tenant, night=NIGHT)
    with pytest.raises(NotToBeApproved, match="nothing is published yet"):
        approve(house.stores, ledger.tenant, **person)
    calls = fortnox.count(ledger.number)
    first = house.pull(ledger.tenant)
    approve(house.stores, ledger.tenant, **person)
    night = house.pull(ledger.tenant, night=NIGHT)

    assert ("Skipped", 0) == (skipped[0], calls)
    assert "First transfer pending" in skipped[1]
    assert ("Published", "Unchanged") == (first[0], night[0])


@pytest.mark.requirement("R-FIN-17a", "R-FIN-33b", "R-SEN-33a")
def test_a_changed_and_a_deleted_voucher_are_seen_the_next_night(house, connected):
    ledger = connected(defined=("2025",), schedule=True)
    house.pull(ledger.tenant)
    ledger.there.edit(removed=[("B", 2)], changed=[("L", 2)])

    nights = [house.pull(ledger.tenant, night=NIGHT) for _ in range(3)]

    assert ["Published", "Unchanged", "Unchanged"] == [name for name, _ in nights]
    assert "added: 0, changed: 1, removed: 1" in nights[0][1]
    assert ledger.company.trial_balance() == house.balances(ledger.tenant)


@pytest.mark.requirement("R-FIN-P1", "R-FIN-P2a")
def test_a_voucher_of_the_first_days_of_the_year_that_changed_is_seen_the_next_night(
    house, connected
):
    ledger = connected(defined=("2025",), schedule=True)
    house.pull(ledger.tenant)
    chunk = next(iter(ledger.company.book().chunks()))
    first = (chunk.series, int(chunk.number[0]))
    ledger.there.edit(changed=[first])

    night, said = house.pull(ledger.tenant, night=dt.date(2025, 12, 30))

    assert ("Published", True) == (night, "changed: 1" in said)
    assert ledger.company.trial_balance() == house.balances(ledger.tenant)


def test_a_voucher_that_fortnox_lists_but_does_not_export_holds_the_year(house, connected):
    ledger = connected(defined=("2025",))
    house.pull(ledger.tenant)
    good = ledger.company.trial_balance()
    ledger.there.hide_from_sie(("L", 3))

    held, why = house.pull(ledger.tenant)

    assert "Held" == held
    assert "source_vouchers (1 break, first:" in why
    assert "L:3" in why
    assert good == house.balances(ledger.tenant)


def test_a_voucher_that_both_nights_hide_is_found_as_soon_as_the_list_has_it(house, connected):
    ledger = connected(defined=("2025",))
    ledger.there.hide_from_sie(("L", 3), in_balances=False)

    held, _ = house.pull(ledger.tenant)

    assert ("Held", {"2025": "held"}) == (held, statuses(house, ledger.tenant))


@pytest.mark.requirement("R-SEN-34b", "R-SEN-34d", "R-SEN-32a")
def test_an_uploaded_year_is_kept_until_somebody_says_overwrite(house, connected):
    ledger = connected(defined=("2024", "2025"), schedule=True)
    house.take(ledger.tenant, ledger.company.next_night(removed=[("B", 1)]).sie())
    uploaded = house.units(ledger.tenant)["2025"].published_digest

    night = house.pull(ledger.tenant, night=NIGHT)
    kept = house.units(ledger.tenant)
    told = house.pull(ledger.tenant, years=("2025",), overwrites=True)
    replaced = house.units(ledger.tenant)["2025"]

    assert ("Published", True) == (night[0], UPLOADED_KEPT in night[1])
    assert ("sie", uploaded) == (kept["2025"].published_source, kept["2025"].published_digest)
    assert "fortnox" == kept["2024"].published_source
    assert ("Published", "fortnox") == (told[0], replaced.published_source)


@pytest.mark.requirement("R-SEN-35a", "R-SEN-35b")
def test_file_over_a_year_of_fortnox_makes_it_the_files_and_the_next_sync_asks(house, connected):
    ledger = connected(defined=("2025",))
    house.pull(ledger.tenant)
    (before,) = year_sources(house.stores.hub, ledger.tenant)
    written = ledger.company.next_night(changed=[("B", 1)]).sie()
    # A day ahead, since the tenant's own day may have begun already.
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    dated = later.strftime("#GEN %Y%m%d").encode()
    taken = house.take(ledger.tenant, re.sub(rb"#GEN \d{8}", dated, written))
    (after,) = year_sources(house.stores.hub, ledger.tenant)
    unanswered = house.pull(ledger.tenant)
    (kept,) = year_sources(house.stores.hub, ledger.tenant)

    assert ("fortnox", False) == (before.source, before.asks)
    assert "Published" == taken[0], taken
    assert ("uploaded SIE", True, "sync") == (after.source, after.asks, after.action)
    assert "its ledger came from an uploaded file, which is kept" in unanswered[1]
    assert ("uploaded SIE", True) == (kept.source, kept.asks)


def test_the_same_year_by_fortnox_and_by_its_exported_file_is_the_same_ledger(house, connected):
    by_api, by_file = connected(defined=("2025",), documents=True), connected()
    by_api.there.attach(("B", 1))
    house.pull(by_api.tenant)
    (load,) = house.stores.hub.loads.of_unit(by_api.tenant, FiscalYear.parse("2025"))
    landed = house.stores.lake.find(by_api.tenant, "fortnox", load.landed_sha256)

    house.take(by_file.tenant, house.stores.lake.read(landed))

    found = [house.units(item.tenant)["2025"] for item in (by_api, by_file)]
    assert ["fortnox", "sie"] == [unit.published_source for unit in found]
    assert found[0].published_digest == found[1].published_digest
    assert [1, 0] == [len(documents(house, item.tenant)) for item in (by_api, by_file)]
    assert house.balances(by_api.tenant) == house.balances(by_file.tenant)


@pytest.mark.requirement("R-FIN-32a")
def test_a_pull_at_noon_and_the_night_give_what_the_night_alone_gives(house, connected):
    noon, night = (connected(defined=("2025",), schedule=True) for _ in range(2))
    house.pull(noon.tenant)
    noon.there.edit(changed=[("B", 3)])
    night.there.edit(changed=[("B", 3)])

    for ledger in (noon, night):
        house.pull(ledger.tenant, night=NIGHT)

    for ledger in (noon, night):
        assert ledger.company.trial_balance() == house.balances(ledger.tenant)


def test_a_dry_run_publishes_nothing(house, connected):
    ledger = connected(defined=("2025",))

    planned, _ = house.pull(ledger.tenant, dry_run=True)

    assert ("Planned", {}) == (planned, house.units(ledger.tenant))


@pytest.mark.requirement("R-FIN-15a")
def test_a_closing_balance_that_fortnox_answers_otherwise_holds_the_year(house, connected):
    ledger = connected(defined=("2025",))
    agreeing = house.pull(ledger.tenant, asks_closing=True)
    later = house.pull(ledger.tenant)
    ledger.there.hide_from_sie(("L", 3), in_balances=False)
    held = house.pull(ledger.tenant, asks_closing=True)

    assert ("Published", "Unchanged", "Held") == (agreeing[0], later[0], held[0])
    assert "source_closing_balances (" in held[1]
    loads = house.stores.hub.loads
    (load, *_) = loads.of_unit(ledger.tenant, FiscalYear.parse("2025"))
    outcomes = {item.control: item.outcome for item in loads.results(load.load_id)}
    assert "broken" == outcomes["source_closing_balances"]


def test_asking_for_closing_balances_is_the_second_half_of_fetching_a_year(house, connected):
    """They are as many calls as there are accounts, and nothing is known of them meanwhile else."""
    ledger = connected(defined=("2025",))

    house.pull(ledger.tenant, asks_closing=True)

    told = [re.fullmatch(r"fetching (\d+) % of", step) for step in house.told]
    fetching = [int(found[1]) for found in told if found]
    assert 100 == fetching[-1]
    assert sorted(fetching) == fetching
    assert len([percent for percent in fetching if 50 < percent < 100]) > 3


# --- the connection ----------------------------------------------------------------------------


@pytest.mark.requirement("R-SEN-6b", "R-SEN-7a")
def test_the_connection_page_shows_the_three_requirements_and_helps_with_the_missing_one(
    house, connected
):
    ledger = connected()

    def checked():
        return asyncio.run(preflight(house.stores.hub, ledger.tenant))

    ready = checked()
    ledger.there.switch("licence_missing")
    missing = checked()
    ledger.there.switch("licence_missing", on=False)
    mended = checked()

    page = preflight_page(ledger.tenant, missing)
    assert [True, False, True] == [
        all(item.passed is not False for item in found) for found in (ready, missing, mended)
    ]
    assert "integration licence: missing" in in_one_line(missing)
    assert "Does the company have a licence?" in page
    assert 3 == sum(page.count(sign) for sign in ("| ✓", "| ✗", "| ○"))


# --- documents ---------------------------------------------------------------------------------


def documents(house, tenant):
    """Series, number and key of the vouchers of the documents that a test hung somewhere.

    The books bring three more, all on L 10.
    """
    query = "select connected_key, voucher_key from document order by all"
    with house.stores.warehouse.read(tenant) as db:
        rows = [(*key.split(":"), found) for key, found in db.execute(query).fetchall()]
    return [row for row in rows if row[1] != "10"]


@pytest.fixture
def uploaded(house, connected):
    """A tenant with the right to documents whose ledger a closing program wrote.

    It lacks voucher B 1, and has all others.
    """
    ledger = connected(defined=("2025",), schedule=True, documents=True)
    house.take(ledger.tenant, ledger.company.next_night(removed=[("B", 1)]).sie())
    return ledger


@pytest.mark.requirement("R-SEN-16a", "R-SEN-16b", "R-SEN-30b")
def test_documents_come_to_an_uploaded_year_and_its_ledger_stays_as_it_is(house, uploaded):
    uploaded.there.attach(("L", 2))
    uploaded.there.attach(("B", 1))
    before = house.units(uploaded.tenant)["2025"]
    vouchers, figures = before.voucher_count, house.balances(uploaded.tenant)

    night, told = house.pull(uploaded.tenant, night=NIGHT)

    after = house.units(uploaded.tenant)["2025"]
    assert "Kept" == night
    assert "Documents: 5 new, 0 known, 0 removed, 1 without voucher" in told
    assert [("B", "1", None), ("L", "2", "L:2")] == documents(house, uploaded.tenant)
    assert (before.published_digest, "sie") == (after.published_digest, after.published_source)
    assert figures == house.balances(uploaded.tenant)
    assert house.stores.warehouse.verify(uploaded.tenant, after.year).is_intact
    page = house.pages[f"{uploaded.tenant}-2025-documents"]
    assert f"| Vouchers without a document | {vouchers - 2} |" in page


@pytest.mark.requirement("R-SEN-29a")
def test_documents_alone_turn_the_action_of_an_uploaded_year_to_sync(house, uploaded):
    uploaded.there.switch("archive_missing")
    house.pull(uploaded.tenant)
    without = sources(house, uploaded.tenant)
    uploaded.there.switch("archive_missing", on=False)
    house.pull(uploaded.tenant)

    assert {"2025": ("uploaded SIE", "fetch")} == without
    assert {"2025": ("uploaded SIE", "sync")} == sources(house, uploaded.tenant)


@pytest.mark.requirement("R-SEN-31a", "R-SEN-31b", "R-SEN-30a")
def test_documents_come_alone_when_the_ledger_is_declined(house, connected):
    ledger = connected(defined=("2025",), documents=True)
    ledger.there.attach(("L", 3))

    alone = house.pull(ledger.tenant, leaves_ledger=True)
    without = house.units(ledger.tenant)
    whole = house.pull(ledger.tenant)

    assert ("Kept", {}) == (alone[0], without)
    assert "Documents: 4 new" in alone[1]
    assert "Published" == whole[0]


@pytest.mark.requirement("R-SEN-30a")
def test_documents_come_though_the_ledger_is_held(house, connected):
    ledger = connected(defined=("2025",), documents=True)
    ledger.there.hide_from_sie(("L", 3), in_balances=False)
    ledger.there.attach(("L", 3))

    held, told = house.pull(ledger.tenant)

    assert "Held" == held
    assert "Documents: 4 new, 0 known, 0 removed, 4 without voucher" in told
    assert [("L", "3", None)] == documents(house, ledger.tenant)


def test_documents_that_fail_make_the_run_red_and_take_no_ledger_back(house, connected, fortnox):
    ledger = connected(defined=("2025",), documents=True)
    ledger.there.attach(("L", 3))
    fortnox.faults.add("status", tenant=ledger.number, path="/3/voucherfileconnections", status=400)

    failed, told = house.pull(ledger.tenant)
    published = statuses(house, ledger.tenant)
    mended, _ = house.pull(ledger.tenant)

    assert ("Failed", {"2025": "published"}) == (failed, published)
    assert "Published: First load" in told
    assert "Documents failed: " in told
    assert "Unchanged" == mended
    assert [("L", "3", "L:3")] == documents(house, ledger.tenant)


@pytest.mark.requirement("R-SEN-36b", "R-SEN-36c")
def test_a_document_that_is_lost_is_named_on_the_page_and_holds_up_no_other(house, connected):
    ledger = connected(defined=("2025",), documents=True)
    ledger.there.attach(("L", 3))
    lost = ledger.there.attach(("L", 2), content=None)

    name, told = house.pull(ledger.tenant)

    assert "Published" == name
    assert "1 file failed" in told
    assert [("L", "3", "L:3")] == documents(house, ledger.tenant)
    page = house.pages[f"{ledger.tenant}-2025-documents"]
    assert f"| L:2 | {lost} | 2000423 |" in page
