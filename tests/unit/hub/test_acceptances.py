from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from blocks.hub import Load, Refused, Tenant, UnitState
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity, set_fingerprint
from ledger.fiscal_year import FiscalYear

Y2024 = FiscalYear.parse("2024")
WRONG_1910 = Break(
    "closing_balance",
    BreakKind.AMOUNT,
    account_number="1910",
    expected=Decimal("1200.20"),
    actual=Decimal("1100.10"),
    difference=Decimal("-100.10"),
)
WRONG_3001 = replace(WRONG_1910, account_number="3001")
CHANGED = replace(WRONG_1910, actual=Decimal("1100.11"), difference=Decimal("-100.09"))


def broken(*breaks: Break, severity=Severity.BLOCKS, **more) -> ControlResult:
    facts = {"breaks": breaks, "break_count": len(breaks), **more}
    return ControlResult(breaks[0].control, severity, Answer.BROKEN, **facts)


@pytest.fixture
def held(hub, acme, y2024):
    def held(*results: ControlResult) -> str:
        load = hub.loads.save(Load(acme, y2024.key, "sie"))
        hub.loads.save_results(load.load_id, results)
        return load.load_id

    return held


@pytest.fixture
def accept(hub):
    def accept(load_id: str, **more):
        asked = {"reason": "rounding of the closing program", "accepted_by": "anna", **more}
        return hub.acceptances.accept(load_id, **asked)

    return accept


@pytest.fixture
def still_open(hub, acme, y2024):
    def still_open(*results: ControlResult, year=y2024, tenant=acme) -> list[Break]:
        return [b for r in hub.acceptances.unaccepted(tenant, year, results) for b in r.breaks]

    return still_open


def test_same_break_in_a_later_load_is_accepted(held, accept, still_open, clock):
    accept(held(broken(WRONG_1910)))
    clock.advance(86_400)

    assert still_open(broken(WRONG_1910)) == []


def test_acceptance_keeps_who_why_when_and_what(hub, held, accept, y2024, clock):
    load_id = held(broken(WRONG_1910))

    (given,) = accept(load_id, expires_at=clock.now + dt.timedelta(days=30))

    assert [given] == hub.acceptances.of_unit("acme", y2024)
    assert ("anna", "rounding of the closing program", clock.now, load_id) == (
        given.accepted_by,
        given.reason,
        given.accepted_at,
        given.load_id,
    )
    assert (Decimal("1200.20"), Decimal("1100.10"), Decimal("-100.10")) == (
        given.expected,
        given.actual,
        given.difference,
    )


def test_event_log_says_once_who_accepted_how_many_breaks_of_a_control_and_who_withdrew_it(
    hub, held, accept
):
    given, *_ = accept(held(broken(WRONG_1910, WRONG_3001)))
    hub.acceptances.withdraw(given.id, reason="it was no rounding", withdrawn_by="bo")

    name = WRONG_1910.control
    assert [
        f"{name} (acceptance {given.id}) withdrawn by bo: it was no rounding",
        f"{name} (2 breaks) accepted by anna: rounding of the closing program",
    ] == [item.message for item in hub.events.recent(kind="acceptance")]


def test_acceptance_lapses_when_the_amount_changes(held, accept, still_open):
    accept(held(broken(WRONG_1910)))

    assert still_open(broken(CHANGED)) == [CHANGED]


def test_acceptance_lapses_when_the_break_occurs_more_often(held, accept, still_open):
    accept(held(broken(WRONG_1910)))

    assert still_open(broken(WRONG_1910, WRONG_1910)) == [WRONG_1910] * 2


@pytest.mark.parametrize(("after_s", "is_valid"), [(59, True), (60, False)])
def test_acceptance_ends_exactly_at_its_time(held, accept, still_open, clock, after_s, is_valid):  # noqa: PLR0917 - fixtures
    accept(held(broken(WRONG_1910)), expires_at=clock.now + dt.timedelta(seconds=60))
    clock.advance(after_s)

    assert is_valid is (not still_open(broken(WRONG_1910)))


def test_acceptance_speaks_for_its_unit_alone(hub, held, accept, still_open):
    hub.tenants.add(Tenant("other", "Other AB"))
    accept(held(broken(WRONG_1910)))

    assert still_open(broken(WRONG_1910), year=FiscalYear.parse("2025")) == [WRONG_1910]
    assert still_open(broken(WRONG_1910), tenant="other") == [WRONG_1910]


def test_acceptance_speaks_for_its_control_alone(held, accept, still_open):
    accept(held(broken(WRONG_1910)))
    elsewhere = replace(WRONG_1910, control="row_count")

    assert [elsewhere] == still_open(broken(elsewhere))


def test_only_what_was_named_is_accepted(held, accept, still_open):
    load_id = held(broken(WRONG_1910, WRONG_3001))

    accept(load_id, fingerprints=[WRONG_1910.fingerprint])

    assert still_open(broken(WRONG_1910, WRONG_3001)) == [WRONG_3001]


def test_only_the_named_control_is_accepted(held, accept, still_open):
    other = replace(WRONG_3001, control="row_count")
    load_id = held(broken(WRONG_1910), broken(other))

    accept(load_id, control="row_count")

    assert still_open(broken(WRONG_1910), broken(other)) == [WRONG_1910]


def test_what_only_warns_needs_no_acceptance(held, accept, still_open):
    warning = broken(WRONG_1910, severity=Severity.WARNS)

    assert still_open(warning) == []
    with pytest.raises(Refused, match="nothing to accept"):
        accept(held(warning))


def test_that_vouchers_go_is_accepted_for_once_and_all_else_stays_accepted(
    hub, held, accept, still_open, y2024
):
    gone = replace(WRONG_1910, control="mass_removal")
    removal = replace(broken(gone), control="mass_removal")
    load_id = held(broken(WRONG_1910), removal)
    accept(load_id)
    assert [] == still_open(broken(WRONG_1910), removal)

    for status in (UnitState.RECONCILING, UnitState.PUBLISHED):
        hub.units.set_status("acme", y2024, status, load_id=load_id)

    assert [gone] == still_open(broken(WRONG_1910), removal)
    of_load = hub.acceptances.of_load(hub.loads.get(load_id))
    assert {"mass_removal", WRONG_1910.control} == {item.control for item in of_load}


@pytest.mark.parametrize("empty", [{"reason": " "}, {"reason": "..."}, {"accepted_by": ""}])
def test_acceptance_without_a_reason_or_a_person_is_refused(held, accept, still_open, empty):
    with pytest.raises(Refused, match="give a reason, and who decides"):
        accept(held(broken(WRONG_1910)), **empty)

    assert still_open(broken(WRONG_1910)) == [WRONG_1910]


def test_acceptance_that_has_already_ended_is_refused(held, accept, clock):
    with pytest.raises(Refused, match="never be valid"):
        accept(held(broken(WRONG_1910)), expires_at=clock.now)


def test_break_that_was_not_shown_cannot_be_accepted(hub, held, accept, acme, y2024):
    load_id = held(broken(WRONG_1910))

    with pytest.raises(Refused, match=CHANGED.fingerprint):
        accept(load_id, fingerprints=[WRONG_1910.fingerprint, CHANGED.fingerprint])

    assert hub.acceptances.of_unit(acme, y2024) == []


def test_breaks_that_nobody_has_seen_cannot_be_accepted(held, accept, still_open):
    cut = broken(WRONG_1910, break_count=5_000)

    with pytest.raises(Refused, match="5000 breaks, of which 1 are known"):
        accept(held(cut))

    assert still_open(cut) == [WRONG_1910]


def test_one_accepted_break_does_not_open_a_control_that_was_cut(held, accept, still_open):
    accept(held(broken(WRONG_1910)))

    assert still_open(broken(WRONG_1910, break_count=2)) == [WRONG_1910]


def test_control_that_was_cut_is_accepted_as_a_whole(held, accept, still_open):
    whole = set_fingerprint([WRONG_1910.fingerprint, WRONG_3001.fingerprint])
    changed = set_fingerprint([WRONG_1910.fingerprint, CHANGED.fingerprint])
    cut = broken(WRONG_1910, break_count=2, set_fingerprint=whole)

    accept(held(cut))

    assert still_open(cut) == []
    assert still_open(replace(cut, set_fingerprint=changed)) == [WRONG_1910]
    assert still_open(replace(cut, break_count=3)) == [WRONG_1910]
    assert still_open(replace(cut, set_fingerprint="")) == [WRONG_1910]


def test_broken_control_that_names_no_break_holds(hub, held, accept, acme, y2024):
    silent = ControlResult("row_count", Severity.BLOCKS, Answer.BROKEN)

    assert [silent] == hub.acceptances.unaccepted(acme, y2024, [silent])
    with pytest.raises(Refused, match="0 breaks"):
        accept(held(silent))


def test_withdrawn_acceptance_no_longer_speaks_but_stays_on_record(hub, held, accept, clock):
    (given,) = accept(held(broken(WRONG_1910)))
    clock.advance(60)

    hub.acceptances.withdraw(given.id, reason="it was an error", withdrawn_by="anna")

    before = clock.now - dt.timedelta(seconds=1)
    assert hub.acceptances.of_unit("acme", Y2024) == []
    assert [given.id] == [a.id for a in hub.acceptances.of_unit("acme", Y2024, at=before)]
    with pytest.raises(Refused, match="No valid acceptance"):
        hub.acceptances.withdraw(given.id, reason="again", withdrawn_by="anna")
