from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub.events import MAX_EVENTS


def test_newest_event_comes_first(hub):
    for message in ("first", "second", "third"):
        hub.events.add("run", message)

    assert [e.message for e in hub.events.recent(limit=2)] == ["third", "second"]


@pytest.mark.parametrize("where", [{"tenant": "acme"}, {"kind": "run"}, {"run_id": "r1"}])
def test_events_are_found_by_what_they_are_about(hub, where):
    hub.events.add("run", "mine", tenant="acme", run_id="r1", load_id="l1")
    hub.events.add("other", "not mine", tenant="other", run_id="r2")

    assert [e.message for e in hub.events.recent(**where)] == ["mine"]


def test_list_of_events_is_bounded(hub):
    with hub.database.writing() as connection:
        for number in range(MAX_EVENTS + 1):
            hub.events.record(connection, "run", str(number))

    assert len(hub.events.recent(limit=10**6)) == MAX_EVENTS


def test_events_are_pruned_by_age_and_not_a_moment_too_early(hub, clock):
    hub.events.add("run", "old")
    clock.advance(60)
    hub.events.add("run", "new")

    assert hub.events.prune(older_than=dt.timedelta(seconds=60)) == 0
    clock.advance(1)
    assert hub.events.prune(older_than=dt.timedelta(seconds=60)) == 1
    assert [e.message for e in hub.events.recent()] == ["new"]


def test_steps_on_the_way_may_be_left_out_and_their_ends_stay(hub):
    ways = ("new -> fetching", "fetching -> staged", "staged -> reconciling")
    ends = ("reconciling -> published", "reconciling -> held: it is not -> staged", "x")
    for message in (*ways, *ends):
        hub.events.add("status" if message != "x" else "repair", message)
    hub.events.add("repair", "of new -> fetching")

    shown = [event.message for event in hub.events.recent(is_whole=False)]

    assert ["of new -> fetching", *reversed(ends)] == shown
    assert 7 == len(hub.events.recent())
