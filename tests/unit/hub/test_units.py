from __future__ import annotations

import itertools

import pytest

from blocks.hub import LeaseLost, Load, Refused, UnitState, UnknownTenant, unit_resource
from blocks.hub.events import MAX_MESSAGE_CHARS
from blocks.hub.states import WORKING, may_follow

GOOD = [UnitState.FETCHING, UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED]


@pytest.fixture
def go(hub, acme, y2024):
    def go(*states: UnitState, **facts):
        for state in states:
            unit = hub.units.set_status(acme, y2024, state, **facts)
        return unit

    return go


def test_good_load_passes_through_all_states(go, hub, acme, y2024, clock):
    unit = go(*GOOD, load_id="l1", source="sie", digest="d1", run_id="r1", voucher_count=3)

    assert unit == hub.units.find(acme, y2024)
    assert (clock.now, "l1", "d1", "sie", 3) == (
        unit.last_published_at,
        unit.published_load_id,
        unit.published_digest,
        unit.published_source,
        unit.voucher_count,
    )


@pytest.mark.parametrize("bad_end", [UnitState.HELD, UnitState.FAILED])
def test_last_good_load_stays_when_a_later_one_is_not(go, clock, bad_end):
    good = go(*GOOD, load_id="l1", source="sie", digest="d1", voucher_count=3)
    clock.advance(3_600)

    unit = go(*GOOD[:3], bad_end, load_id="l2", digest="d2", reason="1910 differs")

    assert (bad_end, "l2", "d2", "1910 differs") == (
        unit.status,
        unit.load_id,
        unit.digest,
        unit.reason,
    )
    assert (good.last_published_at, "l1", "d1", "sie", 3) == (
        unit.last_published_at,
        unit.published_load_id,
        unit.published_digest,
        unit.published_source,
        unit.voucher_count,
    )


def test_facts_stay_while_the_load_is_the_same(go):
    go(UnitState.STAGED, load_id="l1", source="sie", digest="d1", run_id="r1")

    unit = go(UnitState.RECONCILING)

    assert (unit.load_id, unit.source, unit.digest, unit.run_id) == ("l1", "sie", "d1", "r1")


@pytest.mark.parametrize("start", [UnitState.FETCHING, UnitState.STAGED])
def test_another_load_does_not_inherit_facts(go, start):
    go(*GOOD, load_id="l1", source="sie", digest="d1", run_id="r1")

    unit = go(start, load_id="l2", run_id="r2")

    assert (unit.load_id, unit.source, unit.digest, unit.run_id) == ("l2", "", "", "r2")


def test_fetch_begins_with_no_load_at_all(go):
    go(*GOOD, load_id="l1", source="sie", digest="d1", run_id="r1")

    unit = go(UnitState.FETCHING, run_id="r2")

    assert (unit.load_id, unit.source, unit.digest, unit.run_id) == ("", "", "", "r2")
    assert unit.published_load_id == "l1"


def test_token_stays_when_somebody_without_one_speaks(go):
    go(UnitState.FETCHING, token=5)

    assert go(UnitState.FAILED).lease_token == 5


def test_held_load_may_be_published_once_accepted(go):
    go(*GOOD[:3], UnitState.HELD, load_id="l1")

    assert go(UnitState.PUBLISHED).status == UnitState.PUBLISHED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], UnitState.PUBLISHED),
        ([], UnitState.HELD),
        ([UnitState.FETCHING], UnitState.PUBLISHED),
        ([UnitState.STAGED], UnitState.PUBLISHED),
        ([UnitState.FAILED], UnitState.PUBLISHED),
        ([*GOOD], UnitState.HELD),
        ([*GOOD[:3]], UnitState.EVIDENCE),
        ([*GOOD[:3]], UnitState.PARTIAL),
        ([*GOOD[:3], UnitState.HELD], UnitState.REJECTED),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else str(value),
)
def test_outcome_out_of_nowhere_is_refused(go, hub, y2024, before, after):
    if before:
        go(*before)
    known = hub.units.find("acme", y2024)

    with pytest.raises(Refused, match=f"cannot become {after}"):
        go(after)

    assert known == hub.units.find("acme", y2024)


def test_failure_and_a_new_start_are_possible_from_everywhere():
    starts = [*UnitState, None]

    assert all(may_follow(UnitState.FAILED, old) for old in starts)
    assert all(may_follow(new, old) for new, old in itertools.product(WORKING, starts))


def test_same_status_again_is_no_fault():
    """A retried step says what it said before."""
    assert all(may_follow(state, state) for state in UnitState)


def test_unit_of_an_unknown_tenant_is_refused(hub, y2024):
    with pytest.raises(UnknownTenant):
        hub.units.set_status("nobody", y2024, UnitState.FETCHING)


def test_late_holder_cannot_set_the_status(go, hub, acme, y2024):
    go(UnitState.STAGED, token=5, run_id="new")

    with pytest.raises(LeaseLost, match="token 4"):
        go(UnitState.FAILED, token=4, run_id="old")

    assert (
        (unit := hub.units.find(acme, y2024)).run_id,
        unit.status,
        unit.lease_token,
    ) == ("new", UnitState.STAGED, 5)


def test_late_holder_is_refused_before_its_successor_has_said_a_word(hub, acme, y2024, clock):
    old = hub.leases.acquire(unit_resource(acme, y2024), holder="old", ttl_s=60)
    hub.units.set_status(acme, y2024, UnitState.FETCHING, token=old.token)
    clock.advance(60)
    new = hub.leases.acquire(unit_resource(acme, y2024), holder="new")

    with pytest.raises(LeaseLost):
        hub.units.set_status(acme, y2024, UnitState.STAGED, token=old.token)

    staged = hub.units.set_status(acme, y2024, UnitState.STAGED, token=new.token)
    assert (UnitState.STAGED, new.token) == (staged.status, staged.lease_token)


def test_load_takes_over_the_status_of_its_unit(go, hub, acme, y2024):
    load = hub.loads.save(Load(acme, y2024.key, "sie"))

    go(UnitState.STAGED, UnitState.RECONCILING, UnitState.HELD, load_id=load.load_id)

    assert hub.loads.get(load.load_id).status == UnitState.HELD


def test_every_change_is_logged_with_its_reason(go, hub, acme, y2024):
    go(UnitState.FETCHING, run_id="r1")
    go(UnitState.FAILED, reason="the file was cut short", run_id="r1")

    newest = hub.events.recent(tenant=acme, kind="status")[0]

    assert ("fetching -> failed: the file was cut short", y2024.key, "r1") == (
        newest.message,
        newest.fiscal_year,
        newest.run_id,
    )


@pytest.mark.parametrize("length", [MAX_MESSAGE_CHARS, MAX_MESSAGE_CHARS + 1])
def test_reason_is_kept_up_to_its_limit(go, length):
    unit = go(UnitState.FAILED, reason="x" * length)

    assert len(unit.reason) == MAX_MESSAGE_CHARS
    assert (length > MAX_MESSAGE_CHARS) is unit.reason.endswith("…")


def test_dead_run_fails_only_what_it_left_working(hub, acme, year):
    for text, end, run_id in [
        ("2022", [UnitState.STAGED], "dead"),
        ("2023", [UnitState.RECONCILING, UnitState.PUBLISHED], "dead"),
        ("2024", [UnitState.FETCHING], "alive"),
    ]:
        for state in end:
            hub.units.set_status(acme, year(text), state, run_id=run_id)

    failed = hub.units.fail_run("dead", reason="the process was killed")

    assert [year("2022").key] == [unit.fiscal_year for unit in failed]
    assert [unit.status for unit in hub.units.of_tenant(acme)] == [
        UnitState.FAILED,
        UnitState.PUBLISHED,
        UnitState.FETCHING,
    ]
    assert hub.units.fail_run("", reason="no run has an empty id") == []
    assert [year("2024").key] == [unit.fiscal_year for unit in hub.units.in_states(WORKING)]


PERIOD = {"digest": "d", "voucher_count": 7, "posting_count": 20}


def test_the_ledger_is_the_source_s_whose_whole_year_was_published_last(go, hub, acme, y2024):
    first = go(*GOOD, load_id="l1", source="fortnox")
    held = go(*GOOD[:3], UnitState.HELD, load_id="l2", source="sie")
    part = hub.units.set_period(acme, y2024, load_id="l3", source="journal", **PERIOD)
    whole = go(*GOOD, load_id="l4", source="sie")

    assert ["fortnox", "fortnox", "fortnox", "sie"] == [
        unit.ledger_source for unit in (first, held, part, whole)
    ]
    assert "journal" == part.published_source


def test_part_of_a_year_that_was_nobody_s_makes_it_its_source_s(hub, acme, y2024):
    part = hub.units.set_period(acme, y2024, load_id="l1", source="journal", **PERIOD)

    assert ("journal", UnitState.PUBLISHED) == (part.ledger_source, part.status)


def test_published_period_answers_no_hold_of_the_whole_year(go, hub, acme, y2024):
    go(*GOOD, load_id="l1", source="sie")
    held = go(*GOOD[:3], UnitState.HELD, load_id="l2", source="sie", reason="it differs")

    part = hub.units.set_period(acme, y2024, load_id="l3", source="journal", **PERIOD)

    assert (held.status, held.reason, held.load_id) == (part.status, part.reason, part.load_id)
    assert ("l3", 7, 20) == (part.published_load_id, part.voucher_count, part.posting_count)


@pytest.mark.parametrize("is_whole_year", [True, False])
def test_a_refresh_leaves_the_year_whose_it_was(go, hub, acme, y2024, is_whole_year):
    coverage = "whole_year" if is_whole_year else "period:2024-02-01:2024-02-29"
    refresh = Load(acme, y2024.key, "sie", load_id="l2", is_refresh=True, coverage=coverage)
    go(*GOOD, load_id="l1", source="fortnox")
    hub.loads.save(refresh)

    if is_whole_year:
        unit = go(*GOOD, load_id="l2", source="sie")
    else:
        unit = hub.units.set_period(acme, y2024, load_id="l2", source="sie", **PERIOD)

    assert ("fortnox", "sie") == (unit.ledger_source, unit.published_source)


def test_a_refresh_of_a_year_that_was_nobody_s_leaves_it_so(go, hub, acme, y2024):
    hub.loads.save(Load(acme, y2024.key, "sie", load_id="l1", is_refresh=True))

    assert "" == go(*GOOD, load_id="l1", source="sie").ledger_source
