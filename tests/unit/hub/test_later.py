"""Which later findings are kept, and which of them stand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from blocks.hub import Load, PublishedMeanwhile, UnitState, models
from ledger.controls import MAX_BREAKS_KEPT, Answer, Break, BreakKind, ControlResult, Severity

PASSED = ControlResult("opening_continuity", Severity.WARNS, Answer.PASSED)
SKIPPED = replace(PASSED, outcome=Answer.NOT_APPLICABLE, reason="nothing is published before")


def broken(difference="10.00", *, count=1):
    item = Break(
        "opening_continuity",
        BreakKind.AMOUNT,
        account_number="1930",
        expected=Decimal("0.00"),
        actual=Decimal(difference),
        difference=Decimal(difference),
        detail="other",
    )
    return replace(PASSED, outcome=Answer.BROKEN, breaks=(item,) * count, break_count=count)


@pytest.fixture
def record(hub, acme, y2024, year):
    load = hub.loads.save(Load(acme, y2024.key, "sie"))

    def record(result, *, at_load=None, asked_by="l2"):
        return hub.later.record(
            result,
            of=(acme, y2024, load.load_id),
            asked_by=(year("2023"), asked_by),
            at_load=at_load,
        )

    record.load_id = load.load_id
    return record


def publish(hub, year, load_id):
    for state in (UnitState.FETCHING, UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED):
        hub.units.set_status("acme", year, state, load_id=load_id)


@pytest.fixture
def standing(hub, acme, y2024):
    return lambda: [item.result for item in hub.later.open_findings(acme, y2024)]


@pytest.mark.parametrize("at_load", [None, PASSED, SKIPPED], ids=["unknown", "passed", "skipped"])
@pytest.mark.parametrize("now", [PASSED, SKIPPED], ids=["passes", "does not apply"])
def test_agreement_is_no_news(record, standing, at_load, now):
    assert record(now, at_load=at_load) is None
    assert standing() == []


@pytest.mark.parametrize("at_load", [None, PASSED, SKIPPED, broken("9.00")])
def test_break_that_the_load_was_not_told_stands(record, standing, clock, at_load):
    found = record(broken(), at_load=at_load)

    assert standing() == [broken()]
    assert (found.found_at, found.asked_by_load_id) == (clock.now, "l2")
    assert found.is_break


def test_break_that_the_load_was_told_is_no_news(record, standing):
    assert record(broken(), at_load=broken()) is None
    assert standing() == []


def test_break_of_the_load_that_is_gone_is_said_to_be(record, standing):
    found = record(PASSED, at_load=broken())

    assert standing() == [PASSED]
    assert not found.is_break
    assert str(found).startswith("opening_continuity agrees since 2026-01-01, when 2023")


def test_answer_that_stands_is_not_dated_anew(hub, acme, y2024, record, clock):
    record(broken())
    before = hub.later.open_findings(acme, y2024)
    clock.advance(86_400)

    assert record(broken(), asked_by="l3") is None
    assert before == hub.later.open_findings(acme, y2024)


def test_other_answer_takes_its_place(record, standing):
    record(broken())
    record(broken("11.00"))
    assert standing() == [broken("11.00")]

    record(PASSED)
    assert standing() == [PASSED]


def test_load_that_is_judged_closes_what_stood(hub, acme, y2024, record, standing):
    record(broken())

    assert hub.later.close(acme, y2024, load_id="l4")
    assert standing() == []
    assert not hub.later.close(acme, y2024, load_id="l5")


def test_breaks_that_are_too_many_are_counted(record, standing):
    record(broken(count=MAX_BREAKS_KEPT + 5))

    (result,) = standing()
    assert (len(result.breaks), result.break_count) == (MAX_BREAKS_KEPT, MAX_BREAKS_KEPT + 5)


def test_finding_of_a_control_that_blocks_turns_the_light_red(hub, acme, y2024, record):

    publish(hub, y2024, record.load_id)
    record(broken())
    (warned,) = hub.overview(tenant=acme)
    record(replace(broken("11.00"), severity=Severity.BLOCKS))
    (blocked,) = hub.overview(tenant=acme)

    assert (warned.light, blocked.light) == ("green", "red")
    assert "opening_continuity (1 break, first: account 1930" in warned.reason


def test_it_is_logged(hub, acme, record):
    record(broken())

    (event,) = hub.events.recent(kind="later finding")
    assert event.message.startswith("opening_continuity (1 break")


def test_answer_about_a_load_that_is_published_no_longer_is_refused(
    hub, acme, y2024, record, standing
):
    publish(hub, y2024, record.load_id)
    publish(hub, y2024, hub.loads.save(Load(acme, y2024.key, "sie")).load_id)

    with pytest.raises(PublishedMeanwhile, match="Ask again"):
        record(broken())
    assert standing() == []


def test_answers_that_were_closed_long_ago_are_forgotten_and_no_others(
    hub, y2024, record, standing, clock
):
    record(broken())
    hub.later.close("acme", y2024, load_id="l3")
    clock.advance(86_400)
    record(broken("11.00"))
    hub.later.close("acme", y2024, load_id="l4")
    record(broken("12.00"))

    assert hub.later.prune(older_than=dt.timedelta(days=1)) == 0
    clock.advance(3_600)
    assert hub.later.prune(older_than=dt.timedelta(days=1)) == 1
    assert hub.later.prune(older_than=dt.timedelta(0)) == 1
    assert standing() == [broken("12.00")]
    with hub.database.reading() as connection:
        assert len(connection.execute(models.later_break.select()).all()) == 1
