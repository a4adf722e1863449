"""Laws of pushing, over histories that hypothesis draws and makes as short as it can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.push.advance import Impossible, Rules, advance
from ledger.push.events import (
    After,
    Already,
    Barred,
    Begun,
    Call,
    Changed,
    Finding,
    Found,
    Lost,
    NoEffect,
    NotSent,
    Postponed,
    ReadState,
    Rescued,
    Resolved,
    Retried,
    Search,
    StateRead,
    Succeeded,
    Walked,
)
from ledger.push.items import Clock, HoldCode, Item, Phase
from ledger.push.kinds import Learned, Prerequisite, PushKind
from ledger.push.steps import ReadBack, Step
from tests.push_world import World

RULES = Rules(dict.fromkeys(Step, ReadBack.STATE) | {Step.CREATE: ReadBack.SEARCH})
NOW = Clock(0.0, "here")
PARTNER = Prerequisite(PushKind.PARTNER, "p")
KNOWN = (Learned(PushKind.PARTNER, "p", "17"),)
PLAN = (Step.CREATE, Step.BOOK, Step.PAY)


def after(item, *events, now=NOW, read=None):
    for event in events:
        item, _ = advance(item, event, rules=RULES, now=now, read=read)
    return item


@settings(max_examples=150)
@given(st.randoms(use_true_random=False), st.integers(0, 6), st.integers(0, 20))
def test_no_history_makes_two_nor_calls_before_what_is_waited_for_is_there(draws, kills, sleeps):
    world = World(draws=draws, kills=kills, sleeps=sleeps, longest_sleep_s=600.0).play()

    assert [] == world.faults()


IDS = st.sampled_from(["1", "2", "17"])
TOKENS = st.integers(1, 6)
EVENTS = st.one_of(
    st.builds(
        Begun,
        TOKENS,
        st.just("digest"),
        learned=st.sampled_from([(), KNOWN]),
        before=st.just({"payments": ["7"], "open": "12.50"}),
    ),
    st.builds(Succeeded, TOKENS, st.sampled_from(["", "1"]), st.sampled_from(["", "1001"])),
    st.builds(NoEffect, TOKENS, st.just("400"), st.sampled_from(After)),
    st.builds(Lost, TOKENS),
    st.builds(NotSent, TOKENS),
    st.just(Rescued()),
    st.just(Retried()),
    st.builds(
        Walked, st.booleans(), st.frozensets(IDS, max_size=1), st.just(frozenset()), st.just(1.0)
    ),
    st.builds(StateRead, st.sampled_from(Step), TOKENS, st.sampled_from(Finding), st.just(1.0)),
    st.builds(Found, IDS),
    st.builds(Resolved, st.booleans(), st.sampled_from(["", "1"])),
    st.builds(Postponed, st.just("429"), st.just(0.0)),
    st.builds(Barred, st.sampled_from(HoldCode)),
    st.just(Already()),
    st.builds(Changed, st.sampled_from(["other", "third"])),
)


@given(st.lists(EVENTS, max_size=30), st.sampled_from([(), (PARTNER,)]))
def test_whatever_happens_a_call_knows_what_it_waited_for_and_a_step_is_done_at_most_once(
    events, waits_for
):
    """Events come in any order, also those of processes that were overtaken long ago."""
    item = Item("k", PLAN, waits_for=waits_for)
    finished = 0
    for event in events:
        try:
            item, action = advance(item, event, rules=RULES, now=NOW)
        except Impossible:
            continue
        if item.phase is Phase.SENDING and not item.finished:
            assert len(waits_for) == len(item.learned)
        assert not isinstance(action, Call) or item.phase is Phase.READY
        assert not item.changed or item.phase not in {Phase.READY, Phase.DONE}
        assert not isinstance(action, Search | ReadState) or item.phase is Phase.IN_DOUBT
        if not isinstance(event, Resolved):  # a person may name another document
            assert finished <= item.finished <= finished + 1
        finished = item.finished
        if not item.before:
            continue
        assert item.phase is not Phase.DONE


def test_first_step_cannot_begin_without_all_that_it_waits_for():
    waiting = Item("k", PLAN, waits_for=(PARTNER,))

    with pytest.raises(Impossible):
        after(waiting, Begun(1, "digest"))

    assert KNOWN == after(waiting, Begun(1, "digest", learned=KNOWN)).learned


def test_step_begins_only_on_the_document_as_it_was_read():
    """A process slept between reading and beginning; another one took the step meanwhile."""
    read = Item("k", PLAN)
    created = after(read, Begun(1, "digest"), Succeeded(1, "42"))

    for event in (Begun(9, "digest"), Postponed("busy", 1.0), Barred(HoldCode.CONFLICT), Already()):
        with pytest.raises(Impossible):
            after(created, event, read=read)


def in_doubt_at(step):
    item = Item("k", (Step.CREATE, step), target_id="42", finished=1)
    return after(item, Begun(3, "digest", before={"version": "7"}), Lost(3))


@pytest.mark.parametrize("step", [Step.BOOK, Step.ATTACH, Step.APPROVE, Step.PAY])
def test_what_a_person_changed_is_held_and_not_tried_again(step):
    doubted = in_doubt_at(step)
    found = StateRead(step, 3, Finding.CONFLICT, 1.0, "other rows")

    held = after(doubted, found, Retried())

    assert (Phase.HELD, HoldCode.CONFLICT, True) == (held.phase, held.hold.code, held.hold.is_lost)
    assert "other rows" == held.hold.detail


def test_reading_for_another_step_or_an_earlier_call_proves_nothing():
    doubted = in_doubt_at(Step.PAY)

    assert doubted == after(doubted, StateRead(Step.BOOK, 3, Finding.DONE, 1.0))
    assert doubted == after(doubted, StateRead(Step.PAY, 2, Finding.DONE, 1.0))
    assert Phase.DONE is after(doubted, StateRead(Step.PAY, 3, Finding.DONE, 1.0)).phase


def test_what_was_read_before_a_step_lasts_until_the_step_is_done():
    doubted = in_doubt_at(Step.PAY)

    assert {"version": "7"} == doubted.before
    assert {} == after(doubted, StateRead(Step.PAY, 3, Finding.DONE, 1.0)).before


def test_step_that_is_barred_before_it_is_called_may_be_tried_again():
    item = Item("k", PLAN)
    barred = after(item, Barred(HoldCode.LOOKALIKE, "same number", frozenset({"9"})))

    assert (Phase.HELD, 0) == (barred.phase, barred.token)
    assert Phase.READY is after(barred, Retried()).phase
    assert frozenset({"9"}) == after(barred, Resolved(is_done=False)).set_aside


def test_document_that_a_person_set_aside_is_no_lookalike_any_more():
    doubted = after(Item("k", PLAN), Begun(1, "digest"), Lost(1))
    walked = Walked(True, frozenset(), frozenset({"9"}), 1.0)
    held = after(doubted, walked)

    again = after(held, Resolved(is_done=False), Begun(2, "digest"), Lost(2), walked)

    assert HoldCode.LOOKALIKE is held.hold.code
    assert Phase.IN_DOUBT is again.phase


def test_create_is_never_taken_for_done_by_what_was_read_before_it():
    with pytest.raises(Impossible):
        after(Item("k", PLAN), Already())

    created = replace(Item("k", PLAN), target_id="42", finished=1)
    assert 2 == after(created, Already()).finished


def test_number_of_a_document_is_kept_from_any_step():
    item = after(Item("k", PLAN), Begun(1, "d"), Succeeded(1, "42", "1001"))

    assert ("42", "1001") == (item.target_id, item.target_number)
    paid = after(
        item, Begun(2, "d"), Succeeded(2), Begun(3, "d"), Succeeded(3, target_number="1002")
    )
    assert (Phase.DONE, "1002") == (paid.phase, paid.target_number)
