"""What a shard of the night sees of a tenant, what it leaves to a run, and what it writes."""

from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub import NightState
from ledger.unit import Unit
from tasks.accept import accept_breaks
from tests.nights import work_on

NIGHT = dt.date(2026, 11, 23)
ZONE = "Europe/Stockholm"


@pytest.fixture
def night(house, monkeypatch):
    """Work on a night of the house; return the rows by tenant, and who was handed on."""
    monkeypatch.setenv("TASMA_NIGHT_SHARDS", "1")

    def night(day=0, **how):
        date, handed_on = NIGHT + dt.timedelta(days=day), []
        work_on(house.stores, ZONE, date, handed_on=handed_on, **how)
        rows = {row.tenant: row for row in house.stores.hub.nights.of_night(date)}
        return rows, [tenant for tenant, _ in handed_on]

    return night


@pytest.fixture
def pulled(house, connected):
    """Connect an approved tenant whose books are published."""

    def pulled(**more):
        ledger = connected(defined=("2025",), schedule=True, **more)
        assert "Published" == house.pull(ledger.tenant)[0]
        return ledger

    return pulled


def said(house, tenant):
    """Return how a unit stands, without when it was last found to be so."""
    return {year: (str(unit.status), unit.load_id) for year, unit in house.units(tenant).items()}


def test_a_quiet_tenant_ends_in_the_shard_and_is_fresh(house, pulled, night):
    ledger = pulled()
    (before,) = house.units(ledger.tenant).values()

    rows, handed_on = night()

    (after,) = house.units(ledger.tenant).values()
    row = rows[ledger.tenant]
    assert ([], "unchanged", NightState.ENDED) == (handed_on, row.outcome, row.state)
    assert row.calls > 5
    assert row.took_s > 0
    assert ("published", True) == (after.status, after.last_published_at > before.last_published_at)


def test_what_is_new_is_left_to_a_run_that_takes_the_extract_of_the_look(
    house, pulled, night, fortnox
):
    ledger = pulled()
    before = said(house, ledger.tenant)
    ledger.there.edit(changed=[("L", 2)])

    rows, handed_on = night()
    after, calls = said(house, ledger.tenant), fortnox.count(ledger.number, "/3/sie/")
    assert [] == house.stores.hub.leases.live()
    end, message = house.pull(ledger.tenant, night=NIGHT, takes_look=True)
    asked = fortnox.count(ledger.number, "/3/sie/") - calls

    row = rows[ledger.tenant]
    assert ([ledger.tenant], NightState.HANDED_ON, "") == (handed_on, row.state, row.outcome)
    assert "2025" in row.reason
    assert before == after, "the look leaves the unit as it was"
    assert ("Published", True) == (end, "changed: 1" in message)
    assert 0 == asked, "the ledger was not asked for again"
    assert ledger.company.trial_balance() == house.balances(ledger.tenant)


def test_an_extract_is_fetched_anew_once_it_is_old_or_something_was_published(
    house, pulled, night, fortnox, monkeypatch
):
    ledger = pulled()
    ledger.there.edit(changed=[("L", 2)])
    night()
    ledger.there.edit(changed=[("L", 3)])
    house.pull(ledger.tenant)
    ledger.there.edit(changed=[("L", 4)])

    published_since = house.pull(ledger.tenant, night=NIGHT, takes_look=True)
    ledger.there.edit(changed=[("L", 5)])
    night(1)
    ledger.there.edit(changed=[("L", 6)])
    monkeypatch.setattr("tasks.look.EXTRACT_AGE", dt.timedelta())
    aged = house.pull(ledger.tenant, night=NIGHT, takes_look=True)

    assert ["Published", "Published"] == [published_since[0], aged[0]]
    assert "changed: 1" in published_since[1]
    assert "changed: 2" in aged[1], "both edits, so it was fetched"
    assert ledger.company.trial_balance() == house.balances(ledger.tenant)


def test_a_run_that_is_retried_fetches(house, pulled, night):
    ledger = pulled()
    ledger.there.edit(changed=[("L", 2)])
    night()
    ledger.there.edit(changed=[("L", 3)])

    end, message = house.pull(ledger.tenant, night=NIGHT, takes_look=False)

    assert ("Published", True) == (end, "changed: 2" in message)


def test_an_unchanged_hold_makes_no_run_and_says_since_when_it_is_held(house, pulled, night):
    ledger = pulled()
    ledger.there.hide_from_sie(("L", 3))

    first, handed_on = night()
    house.pull(ledger.tenant, night=NIGHT, takes_look=True)
    held = said(house, ledger.tenant)
    hold = house.stores.hub.loads.get(held["2025"][1])
    second, again = night(1)

    assert ([ledger.tenant], []) == (handed_on, again)
    assert "would be held: source_vouchers" in first[ledger.tenant].reason
    row = second[ledger.tenant]
    assert ("held", hold.created_at) == (row.outcome, row.held_since)
    assert "source_vouchers" in row.reason
    assert held == said(house, ledger.tenant)
    assert hold == house.stores.hub.loads.get(hold.load_id)


@pytest.mark.parametrize("change", ["another break", "other books", "accepted"])
def test_a_hold_that_is_not_what_it_was_gets_a_run(house, pulled, night, change):
    ledger = pulled()
    ledger.there.hide_from_sie(("L", 3))
    house.pull(ledger.tenant)
    if change == "another break":
        ledger.there.hide_from_sie(("L", 4))
    elif change == "other books":
        ledger.there.edit(changed=[("B", 2)])
    else:
        accept(house.stores, ledger.tenant)

    rows, handed_on = night()

    assert ([ledger.tenant], NightState.HANDED_ON) == (handed_on, rows[ledger.tenant].state)


def accept(stores, tenant):
    """Accept all that holds the tenant's year."""
    (status,) = stores.hub.units.of_tenant(tenant)
    unit = Unit(tenant, status.year)
    assert [] == accept_breaks(
        stores, unit, controls=(), reason="explained", accepted_by="A. Person"
    )


@pytest.mark.requirement("R-FIN-10a", "R-FIN-10b", "R-FIN-10c")
def test_until_the_first_transfer_is_approved_a_nights_row_is_skipped_and_nothing_is_asked(
    house, connected, night, fortnox
):
    pending = connected(defined=("2025",))
    files = house.stores.lake.root, house.stores.warehouse.root
    before = [sorted(folder.rglob("*")) for folder in files]

    rows, handed_on = night()
    calls = fortnox.count(pending.number)
    after = [sorted(folder.rglob("*")) for folder in files]
    house.pull(pending.tenant)
    house.stores.hub.tenants.update(pending.tenant, has_schedule=True)
    later, _ = night(1)

    row = rows[pending.tenant]
    assert ("skipped", [], 0, 0) == (row.outcome, handed_on, calls, row.calls)
    assert "First transfer pending" in row.reason
    assert before == after
    assert "unchanged" == later[pending.tenant].outcome


def test_a_night_that_is_worked_on_again_looks_at_nobody_who_has_an_outcome(
    house, pulled, night, fortnox
):
    ledger = pulled()
    first, _ = night()
    calls = fortnox.count(ledger.number)

    second, handed_on = night()

    assert (first, [], calls) == (second, handed_on, fortnox.count(ledger.number))


@pytest.mark.parametrize("name", ["MAX_POSTINGS", "MAX_EXTRACT_BYTES"])
def test_a_year_above_a_limit_of_size_is_not_staged_in_the_shard(
    pulled, night, fortnox, monkeypatch, name
):
    ledger = pulled()
    monkeypatch.setattr(f"flows.runs.look_steps.{name}", 10)
    asked = fortnox.count(ledger.number, "/3/sie/")

    rows, handed_on = night()

    assert [ledger.tenant] == handed_on
    assert "more than a look" in rows[ledger.tenant].reason
    if name == "MAX_POSTINGS":
        assert asked == fortnox.count(ledger.number, "/3/sie/"), "nothing was fetched"


def test_new_documents_are_left_to_a_run(house, pulled, night):
    ledger = pulled(documents=True)
    quiet, _ = night()
    ledger.there.attach(("L", 2), content=b"%PDF-receipt")

    _, handed_on = night(1)
    message = house.pull(ledger.tenant, night=NIGHT, takes_look=True)[1]
    after, none = night(2)

    assert "unchanged" == quiet[ledger.tenant].outcome
    assert ([ledger.tenant], []) == (handed_on, none)
    assert "1 new" in message
    assert "unchanged" == after[ledger.tenant].outcome
