from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub import Load, UnitState, UnknownTenant, unit_resource
from blocks.hub.repair import GONE
from blocks.warehouse.records import LoadRecord
from ledger.controls import Answer, ControlResult, Severity
from ledger.fiscal_year import FiscalYear

Y = "2024-01-01_2024-12-31"
DAMAGED = ControlResult("damaged_text", Severity.WARNS, Answer.BROKEN, break_count=1)
PATH = [UnitState.FETCHING, UnitState.STAGED, UnitState.RECONCILING]


@pytest.fixture
def record(clock):
    def record(**changes) -> LoadRecord:
        facts = {
            "tenant": "acme",
            "fiscal_year": FiscalYear.parse("2024"),
            "load_number": 1,
            "load_id": "l1",
            "digest": "d1",
            "run_id": "r1",
            "token": 0,
            "source": "sie",
            "source_kind": "4E",
            "landed_sha256": "ab" * 32,
            "published_at": clock.now,
            "voucher_count": 3,
            "posting_count": 9,
            "vouchers_added": 3,
            "vouchers_changed": 0,
            "vouchers_removed": 0,
            "tables": {},
        }
        return LoadRecord(**(facts | changes))

    return record


@pytest.fixture
def unit_at(hub, acme, y2024):
    def unit_at(*states: UnitState, load_id="l1", digest="d1"):
        for state in states:
            facts = {} if state is UnitState.FETCHING else {"digest": digest, "source": "sie"}
            unit = hub.units.set_status(acme, y2024, state, load_id=load_id, **facts)
        return unit

    return unit_at


@pytest.mark.parametrize("left_in", PATH)
def test_interrupted_load_becomes_failed_and_the_last_good_one_stays(
    hub, acme, unit_at, record, left_in
):
    good = unit_at(*PATH, UnitState.PUBLISHED)
    unit_at(*PATH[: PATH.index(left_in) + 1], load_id="l2", digest="d2")

    (unit,) = hub.repair(acme, [record()])

    assert (
        UnitState.FAILED,
        f"interrupted: the run ended without a word while the unit was {left_in}",
    ) == (unit.status, unit.reason)
    assert (good.last_published_at, "l1", "d1") == (
        unit.last_published_at,
        unit.published_load_id,
        unit.published_digest,
    )


def test_publish_that_the_hub_never_heard_of_is_published(hub, acme, unit_at, record, clock):
    """Killed after the warehouse committed and before the hub was told."""
    unit_at(*PATH)
    load = hub.loads.save(Load(acme, Y, "sie", load_id="l1"))

    (unit,) = hub.repair(acme, [record()])

    assert (UnitState.PUBLISHED, clock.now, 3, 9, "sie") == (
        unit.status,
        unit.last_published_at,
        unit.voucher_count,
        unit.posting_count,
        unit.published_source,
    )
    assert hub.loads.get(load.load_id).status == UnitState.PUBLISHED


@pytest.mark.parametrize("wrongly", [UnitState.HELD, UnitState.FAILED])
def test_load_in_the_warehouse_is_published_whatever_was_said_of_it(
    hub, acme, unit_at, record, wrongly
):
    """Accepted and published, or marked by a hook, when the process died."""
    unit_at(*PATH, wrongly)

    assert [unit.status for unit in hub.repair(acme, [record()])] == [UnitState.PUBLISHED]


def test_load_with_nothing_new_that_passed_counts_as_published(hub, acme, unit_at, record):
    """An equal digest writes nothing, so the warehouse names the earlier load."""
    hub.loads.save(Load(acme, Y, "sie", load_id="l2", digest="d1"))
    unit_at(*PATH, load_id="l2", digest="d1")
    hub.loads.passed("l2", passed_by="v1")

    assert [unit.status for unit in hub.repair(acme, [record()])] == [UnitState.PUBLISHED]


def test_load_of_other_rows_that_passed_is_not_taken_for_published(hub, acme, unit_at, record):
    """It died before it wrote them."""
    hub.loads.save(Load(acme, Y, "sie", load_id="l2", digest="d2"))
    unit_at(*PATH, load_id="l2", digest="d2")
    hub.loads.passed("l2", passed_by="v1")

    assert [unit.status for unit in hub.repair(acme, [record()])] == [UnitState.FAILED]


def test_load_of_equal_rows_that_was_not_judged_is_not_taken_for_published(
    hub, acme, unit_at, record
):
    """Its rows are published, but they may be another company's."""
    hub.loads.save(Load(acme, Y, "sie", load_id="l2", digest="d1"))
    unit_at(*PATH, load_id="l2", digest="d1")

    assert [unit.status for unit in hub.repair(acme, [record()])] == [UnitState.FAILED]


@pytest.mark.parametrize("bad", [UnitState.HELD, UnitState.FAILED])
def test_held_or_failed_later_load_stays_so(hub, acme, unit_at, record, bad):
    unit_at(*PATH, UnitState.PUBLISHED)
    before = unit_at(*PATH, bad, load_id="l2", digest="d1")

    assert hub.repair(acme, [record()]) == []
    assert [before] == hub.units.of_tenant(acme)


def test_unit_that_only_the_warehouse_knows_is_taken_up(hub, acme, record):
    (unit,) = hub.repair(acme, [record()])

    assert (
        unit.status,
        unit.load_id,
        unit.digest,
        unit.source,
        unit.voucher_count,
    ) == (UnitState.PUBLISHED, "l1", "d1", "sie", 3)
    assert [unit] == hub.units.of_tenant(acme)


def test_publish_that_the_warehouse_has_not_is_no_longer_claimed(hub, acme, unit_at):
    unit_at(*PATH, UnitState.PUBLISHED)

    (unit,) = hub.repair(acme, [])

    assert (
        unit.status,
        unit.reason,
        unit.last_published_at,
        unit.published_digest,
        unit.voucher_count,
    ) == (UnitState.FAILED, GONE, None, "", 0)


def test_other_load_in_the_warehouse_takes_the_place_of_the_claimed_one(hub, acme, unit_at, record):
    """The hub was restored from a backup made before the last publish."""
    unit_at(*PATH, UnitState.PUBLISHED)

    (unit,) = hub.repair(acme, [record(load_id="l7", digest="d7")])

    assert (
        unit.status,
        unit.load_id,
        unit.digest,
        unit.published_digest,
    ) == (UnitState.PUBLISHED, "l7", "d7", "d7")


def test_unit_at_work_is_left_alone(hub, acme, y2024, unit_at, record):
    before = unit_at(*PATH, load_id="l2")
    lease = hub.leases.acquire(unit_resource(acme, y2024), holder="me")

    assert hub.repair(acme, [record()]) == []
    assert [before] == hub.units.of_tenant(acme)

    hub.leases.release(lease)
    assert len(hub.repair(acme, [record()])) == 1


def test_date_renewed_by_a_load_without_changes_is_kept(hub, acme, unit_at, record, clock):
    published = record()
    clock.advance(3_600)
    unit_at(*PATH, UnitState.PUBLISHED, load_id="l2", digest="d1")

    assert hub.repair(acme, [published]) == []
    assert clock.now == hub.units.of_tenant(acme)[0].last_published_at


@pytest.mark.parametrize("claimed", ["l1", "l0"], ids=["not heard of", "an old copy"])
def test_publication_that_is_taken_up_warns_of_its_damaged_text(
    hub, acme, unit_at, record, claimed
):
    hub.loads.save(Load(acme, Y, "sie", load_id="l1", digest="d1"))
    hub.loads.save_results("l1", [DAMAGED])
    unit_at(*PATH, load_id=claimed, digest="d1" if claimed == "l1" else "d0")
    if claimed == "l0":
        unit_at(UnitState.PUBLISHED, load_id="l0", digest="d0")

    (unit,) = hub.repair(acme, [record()])

    assert (unit.status, unit.reason) == (UnitState.PUBLISHED, "warns: damaged_text (1 break)")
    assert hub.units.of_tenant(acme) == [unit]
    assert hub.repair(acme, [record()]) == []


def test_second_repair_finds_nothing(hub, acme, unit_at, record, clock):
    unit_at(*PATH, load_id="l2", digest="d2")
    assert len(hub.repair(acme, [record()])) == 1
    clock.advance(60)

    assert hub.repair(acme, [record(published_at=clock.now - dt.timedelta(seconds=60))]) == []


def test_repair_is_logged(hub, acme, unit_at, record):
    unit_at(UnitState.FETCHING)
    hub.repair(acme, [record(load_id="l0")])

    assert [event.message for event in hub.events.recent(kind="repair")] == [
        "now failed: interrupted: the run ended without a word while the unit was fetching"
    ]


def test_tokens_go_on_above_the_warehouse_s(hub, acme, record):
    hub.repair(acme, [record(token=17), record(fiscal_year=FiscalYear.parse("2023"), token=4)])

    assert hub.leases.acquire("acme/x", holder="me").token == 18


def test_unknown_tenant_is_refused(hub, record):
    with pytest.raises(UnknownTenant):
        hub.repair("nobody", [record()])


@pytest.mark.parametrize(("is_refresh", "owner"), [(True, "fortnox"), (False, "sie")])
def test_a_refresh_that_the_hub_never_heard_of_leaves_the_year_whose_it_was(  # noqa: PLR0917 - two of them are what is tried
    hub, acme, y2024, unit_at, record, is_refresh, owner
):
    for state in (*PATH, UnitState.PUBLISHED):
        facts = {} if state is UnitState.FETCHING else {"digest": "d0", "source": "fortnox"}
        hub.units.set_status(acme, y2024, state, load_id="l0", **facts)
    hub.loads.save(Load(acme, Y, "sie", load_id="l1", digest="d1", is_refresh=is_refresh))
    unit_at(*PATH)

    (unit,) = hub.repair(acme, [record()])

    assert (UnitState.PUBLISHED, owner) == (unit.status, unit.ledger_source)
