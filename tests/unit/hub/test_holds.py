from __future__ import annotations

import pytest

from blocks.hub import LeaseTaken, Load, Refused, UnitState, unit_resource
from ledger.controls import Answer, ControlResult, Severity

PATH = [UnitState.STAGED, UnitState.RECONCILING]


@pytest.fixture
def bring(hub, acme, y2024, clock):
    """Bring a load of the whole year to an end; return its id."""

    def bring(*ends: UnitState, digest="d1") -> str:
        clock.advance(1)
        load = hub.loads.save(Load(acme, y2024.key, "sie", digest=digest))
        for state in [*PATH, *ends]:
            hub.units.set_status(
                acme, y2024, state, load_id=load.load_id, digest=digest, source="sie", reason="why"
            )
        return load.load_id

    return bring


@pytest.fixture
def held(hub, acme, y2024):
    """Return the id of what is held, or None."""

    def held() -> str | None:
        hold = hub.holds.find(acme, y2024)
        return hold.load_id if hold else None

    return held


@pytest.mark.parametrize(
    ("later", "is_open"),
    [
        (UnitState.PUBLISHED, False),
        (UnitState.HELD, False),
        (UnitState.FAILED, True),
    ],
)
def test_hold_is_replaced_by_what_a_later_year_comes_to(hub, bring, held, later, is_open):
    hold = bring(UnitState.HELD)
    after = bring(later, digest="d2")

    assert hub.loads.get(hold).is_open is is_open
    assert (
        held()
        == {
            UnitState.PUBLISHED: None,
            UnitState.HELD: after,
            UnitState.FAILED: hold,
        }[later]
    )


def test_rejection_leaves_the_warning_of_what_is_published(hub, bring, acme, y2024):
    damaged = ControlResult("damaged_text", Severity.WARNS, Answer.BROKEN, break_count=1)
    hub.loads.save_results(bring(UnitState.PUBLISHED), [damaged])
    hold = bring(UnitState.HELD, digest="d2")
    hub.holds.reject(hold, reason="a wrong file", rejected_by="A. Person")

    unit = hub.units.find(acme, y2024)
    assert (unit.status, unit.reason) == (UnitState.PUBLISHED, "warns: damaged_text (1 break)")


FOREIGN = ControlResult("tenant_identity", Severity.BLOCKS, Answer.BROKEN, break_count=1)
OWN = ControlResult("balance_roll_forward", Severity.BLOCKS, Answer.BROKEN, break_count=1)


def reject_foreign(hub, bring) -> str:
    hold = bring(UnitState.HELD, digest="theirs")
    hub.loads.save_results(hold, [FOREIGN])
    hub.holds.reject(hold, reason="another company's", rejected_by="anna")
    return hold


def test_year_that_only_another_companys_files_had_goes_with_their_rejection(
    hub, bring, acme, y2024
):
    hub.loads.save_results(bring(UnitState.HELD), [FOREIGN])
    hold = reject_foreign(hub, bring)

    assert (hub.units.of_tenant(acme), hub.loads.results(hold)) == ([], [FOREIGN])
    assert (hub.loads.get(hold).status, hub.loads.get(hold).is_open) == (UnitState.REJECTED, False)
    bring(UnitState.PUBLISHED)
    assert [UnitState.PUBLISHED] == [unit.status for unit in hub.units.of_tenant(acme)]


@pytest.mark.parametrize("earlier", [UnitState.HELD, UnitState.FAILED, UnitState.PUBLISHED])
def test_year_of_which_own_books_came_stays_when_another_companys_are_rejected(
    hub, bring, acme, y2024, earlier
):
    hub.loads.save_results(bring(earlier), [OWN])
    reject_foreign(hub, bring)

    assert hub.units.find(acme, y2024)


def test_defined_year_stays_when_another_companys_books_are_rejected(hub, bring, acme, y2024):
    hub.years.define(acme, y2024)
    reject_foreign(hub, bring)

    assert hub.units.find(acme, y2024).status is UnitState.REJECTED


def test_year_of_the_tenants_own_rejected_books_stays(hub, bring, acme, y2024):
    hold = bring(UnitState.HELD)
    hub.loads.save_results(hold, [OWN])
    hub.holds.reject(hold, reason="a wrong file", rejected_by="anna")

    assert hub.units.find(acme, y2024).status is UnitState.REJECTED


def test_hold_without_reason_or_person_is_not_rejected(hub, bring, held):
    hold = bring(UnitState.HELD)

    for reason, person in ((" ", "anna"), ("wrong file", " ")):
        with pytest.raises(Refused, match="give a reason, and who decides"):
            hub.holds.reject(hold, reason=reason, rejected_by=person)
    assert held() == hold


def test_hold_on_which_a_run_works_is_not_rejected(hub, bring, held, y2024):
    hold = bring(UnitState.HELD)
    lease = hub.leases.acquire(unit_resource("acme", y2024), holder="publish-accepted")
    other = hub.leases.acquire("acme/2023-01-01_2023-12-31", holder="another year")

    with pytest.raises(LeaseTaken, match="publish-accepted"):
        hub.holds.reject(hold, reason="wrong file", rejected_by="anna")
    assert held() == hold

    hub.leases.release(lease)
    hub.holds.reject(hold, reason="wrong file", rejected_by="anna")
    assert held() is None
    hub.leases.release(other)


def test_rejected_hold_gives_back_the_freshness_of_the_last_good_load(hub, bring, acme, y2024):
    good = bring(UnitState.PUBLISHED)
    before = hub.units.find(acme, y2024)
    hub.holds.reject(bring(UnitState.HELD, digest="d2"), reason="wrong file", rejected_by="anna")

    after = hub.units.find(acme, y2024)
    assert (after.status, after.load_id, after.digest) == (UnitState.PUBLISHED, good, "d1")
    assert (after.last_published_at, after.reason) == (before.last_published_at, "")


def test_repair_closes_a_hold_that_the_warehouse_has_published(hub, bring, held, y2024, record_of):
    """Accepted and published; the process died, and a pull began before the hub was told."""
    hold = bring(UnitState.HELD)
    hub.units.set_status("acme", y2024, UnitState.FETCHING)
    hub.units.set_status("acme", y2024, UnitState.FAILED, reason="the source is down")

    hub.repair("acme", [record_of(hold)])

    assert held() is None
    assert hub.units.find("acme", y2024).reason == "the source is down"


def test_repair_leaves_a_hold_that_came_after_what_is_published(hub, bring, held, y2024, record_of):
    good = bring(UnitState.PUBLISHED)
    hold = bring(UnitState.HELD, digest="d2")

    hub.repair("acme", [record_of(good)])

    assert held() == hold
    assert hub.units.find("acme", y2024).status == UnitState.HELD


def test_repair_of_a_hub_from_a_backup_closes_a_hold_that_was_replaced_since(
    hub, bring, held, y2024, record_of
):
    bring(UnitState.HELD)
    hub.database.now.advance(60)
    later = hub.loads.save(Load("acme", y2024.key, "sie")).load_id

    (unit,) = hub.repair("acme", [record_of(later)])

    assert (unit.status, unit.load_id, unit.reason) == (UnitState.PUBLISHED, later, "")
    assert held() is None


def test_repair_closes_a_hold_behind_a_year_that_was_found_unchanged(hub, bring, held, record_of):
    """Killed after the warehouse found nothing to write and before the hub was told."""
    good = bring(UnitState.PUBLISHED)
    bring(UnitState.HELD, digest="d2")
    hub.loads.passed(bring(digest="d1"), passed_by="v1")

    (unit,) = hub.repair("acme", [record_of(good)])

    assert unit.status == UnitState.PUBLISHED
    assert held() is None
