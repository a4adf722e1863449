from __future__ import annotations

import pytest

from blocks.hub import LeaseLost, Load, UnitState, unit_resource
from ledger.controls import Answer, ControlResult, Severity

PASSED = ControlResult("currency", Severity.BLOCKS, Answer.PASSED)
WARNED = ControlResult("control_sum", Severity.WARNS, Answer.BROKEN, break_count=1)
INFORMED = ControlResult("series_gaps", Severity.INFORMS, Answer.BROKEN, break_count=1)


@pytest.fixture
def bring(hub, acme, y2024):
    """Bring a load of less than a year to an end; return it."""

    def bring(end, *results, sha="aa", coverage="partial", kind="4I", run_id="r1"):
        load = hub.loads.save(
            Load(
                acme,
                y2024.key,
                "sie",
                source_kind=kind,
                landed_sha256=sha,
                coverage=coverage,
                run_id=run_id,
            )
        )
        hub.loads.save_results(load.load_id, results)
        return hub.side_loads.set_status(load.load_id, end, reason=f"it is {end}", run_id=run_id)

    return bring


@pytest.fixture
def waiting(hub):
    def waiting():
        (row,) = hub.overview()
        return list(row.side_loads)

    return waiting


def test_load_at_work_waits_for_nobody_yet(hub, bring, acme, waiting):
    bring(UnitState.RECONCILING)

    assert hub.units.of_tenant(acme) == []
    assert waiting() == []
    assert hub.side_loads.unfinished() == {acme}


@pytest.mark.parametrize(
    ("end", "found", "is_open"),
    [
        (UnitState.PARTIAL, PASSED, False),
        (UnitState.PARTIAL, INFORMED, False),
        (UnitState.PARTIAL, WARNED, True),
        (UnitState.HELD, PASSED, True),
        (UnitState.FAILED, PASSED, True),
    ],
)
def test_what_a_person_should_see_is_open(bring, waiting, end, found, is_open):
    assert bring(end, found).is_open is is_open
    assert waiting() == (
        [f"beside the year, a partial file of 2026-01-01 is {end}: it is {end}"] if is_open else []
    )


@pytest.mark.parametrize(
    ("later", "is_replaced"),
    [
        ({"sha": "aa"}, True),
        ({"sha": "bb"}, False),
        ({"sha": "aa", "coverage": "evidence", "kind": "1"}, False),
    ],
)
def test_vouchers_are_replaced_by_the_same_file_alone(hub, bring, clock, later, is_replaced):
    held = bring(UnitState.HELD)
    clock.advance(1)
    bring(UnitState(later.get("coverage", "partial")), **later)

    assert hub.loads.get(held.load_id).is_open is not is_replaced


@pytest.mark.parametrize(
    ("end", "kind", "is_replaced"),
    [
        (UnitState.EVIDENCE, "2", True),
        (UnitState.HELD, "2", False),
        (UnitState.FAILED, "2", False),
        (UnitState.EVIDENCE, "3", False),
    ],
)
def test_balances_are_replaced_by_later_ones_of_their_kind_unless_held(
    hub, bring, end, kind, is_replaced
):
    held = bring(UnitState.HELD, coverage="evidence", kind="2")
    hub.database.now.advance(1)
    bring(end, coverage="evidence", kind=kind, sha="bb")

    assert hub.loads.get(held.load_id).is_open is not is_replaced


@pytest.mark.parametrize("end", [UnitState.EVIDENCE, UnitState.HELD, UnitState.FAILED])
def test_balances_are_replaced_by_the_same_file_whatever_it_comes_to(hub, bring, end):
    held = bring(UnitState.HELD, coverage="evidence", kind="2")
    hub.database.now.advance(1)
    bring(end, coverage="evidence", kind="2")

    assert not hub.loads.get(held.load_id).is_open


def test_unit_of_a_whole_year_keeps_its_status_whatever_comes_beside(hub, bring, acme, y2024):
    before = hub.units.set_status(acme, y2024, UnitState.FAILED, reason="cut short")
    for end in (UnitState.PARTIAL, UnitState.HELD, UnitState.FAILED):
        bring(end)

    assert hub.units.find(acme, y2024) == before


def test_dead_run_fails_what_it_left_beside_its_unit(hub, bring, waiting):
    done = bring(UnitState.PARTIAL, run_id="dead")
    bring(UnitState.RECONCILING, sha="bb", run_id="alive")
    left = bring(UnitState.STAGED, sha="cc", run_id="dead")

    (failed,) = hub.side_loads.fail_run("dead", reason="the process was killed")

    assert (failed.load_id, failed.status) == (left.load_id, UnitState.FAILED)
    assert "is failed: the process was killed" in waiting()[0]
    assert hub.loads.get(done.load_id).status == UnitState.PARTIAL
    assert hub.side_loads.fail_run("", reason="no run has an empty id") == []


def test_run_that_judges_it_again_is_the_one_whose_death_counts(hub, bring):
    held = bring(UnitState.HELD, run_id="first")
    hub.side_loads.set_status(held.load_id, UnitState.RECONCILING, run_id="second")

    assert hub.side_loads.fail_run("first", reason="over long ago") == []
    assert len(hub.side_loads.fail_run("second", reason="killed")) == 1


def test_repair_fails_what_nobody_works_on(hub, bring, acme, y2024, waiting):
    bring(UnitState.RECONCILING)
    lease = hub.leases.acquire(unit_resource(acme, y2024), holder="me")
    hub.repair(acme, [])
    assert waiting() == []

    hub.leases.release(lease)
    hub.repair(acme, [])
    assert "interrupted" in waiting()[0]
    assert hub.side_loads.unfinished() == set()


def test_late_holder_cannot_speak_of_it(hub, bring, acme, y2024, clock):
    load = bring(UnitState.STAGED)
    resource = unit_resource(acme, y2024)
    old = hub.leases.acquire(resource, holder="old", ttl_s=60)
    clock.advance(60)
    hub.leases.acquire(resource, holder="new")

    with pytest.raises(LeaseLost):
        hub.side_loads.set_status(load.load_id, UnitState.PARTIAL, token=old.token)
    assert hub.loads.get(load.load_id).status == UnitState.STAGED


def test_every_end_is_logged_with_its_load(hub, bring, acme):
    load = bring(UnitState.HELD)

    (event,) = hub.events.recent(tenant=acme, kind="beside")
    assert (event.load_id, event.message) == (
        load.load_id,
        "partial file, beside the year: held: it is held",
    )
