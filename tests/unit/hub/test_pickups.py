from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from blocks.hub import Hub
from blocks.hub.pickups import IntervalUnfit, NoPickup, Pickup, PickupFile, PickupUnfit
from blocks.hub.states import PickupState

MINUTE = 60


@pytest.fixture
def agreed(hub, acme):
    return Pickup(acme, "sftp-account/acme", "/out")


@pytest.mark.requirement("R-FIN-20a", "R-FIN-20b", "R-FIN-20d")
def test_an_interval_is_1_to_20_whole_minutes_and_5_unless_agreed(hub, agreed):
    assert 5 == hub.pickups.agree(agreed, who="me").poll_minutes
    for minutes in (1, 20):
        hub.pickups.agree(replace(agreed, poll_minutes=minutes), who="me")
        assert minutes == hub.pickups.get("acme").poll_minutes
    for minutes in (0, 21, 0.5, -1):
        with pytest.raises(IntervalUnfit, match="1 to 20"):
            hub.pickups.agree(replace(agreed, poll_minutes=minutes), who="me")
    assert 20 == hub.pickups.get("acme").poll_minutes


@pytest.mark.parametrize(
    "change",
    [
        {"block": "secret"},
        {"folder": ""},
        {"folder": "/out/../etc"},
        {"folder": "/out\n"},
        {"folder": "/" + "x" * 1_024},
        {"file_pattern": "../*.se"},
        {"done_suffix": "/x"},
    ],
)
def test_an_agreement_that_cannot_be_so_is_refused(hub, agreed, change):
    with pytest.raises(PickupUnfit):
        hub.pickups.agree(replace(agreed, **change), who="me")
    assert hub.pickups.find("acme") is None
    with pytest.raises(NoPickup):
        hub.pickups.get("acme")


@pytest.mark.requirement("R-FIN-21c")
def test_polls_that_are_late_are_dropped_not_made_up_for(hub, agreed, clock):
    hub.pickups.agree(replace(agreed, poll_minutes=1), who="me")
    clock.advance(3 * 24 * 60 * MINUTE)
    first = hub.pickups.get("acme")
    assert first.is_due(clock.now)
    assert hub.pickups.begin(first)

    assert not hub.pickups.begin(first), "another sweep has read the same, and comes later"
    assert not hub.pickups.get("acme").is_due(clock.advance(30))
    assert hub.pickups.get("acme").is_due(clock.advance(29)), "a second early is in time"


def test_a_problem_is_new_once_and_over_when_a_poll_works(hub, agreed, clock):
    hub.pickups.agree(agreed, who="me")

    assert hub.pickups.ended("acme", problem="away")
    since = clock.now
    clock.advance(MINUTE)
    assert not hub.pickups.ended("acme", problem="away")
    assert since == hub.pickups.get("acme").problem_since
    assert hub.pickups.ended("acme", problem="other")
    assert not hub.pickups.ended("acme", took_file=True)
    found = hub.pickups.get("acme")
    assert ("", None, clock.now) == (found.problem, found.problem_since, found.last_file_at)


def test_silence_counts_from_the_last_new_file_or_the_agreement(hub, agreed, clock):
    hub.pickups.agree(agreed, who="me")
    clock.advance(MINUTE)
    assert dt.timedelta(minutes=1) == hub.pickups.get("acme").silent_for(clock.now)
    hub.pickups.ended("acme", took_file=True)
    clock.advance(MINUTE)
    hub.pickups.ended("acme")

    assert dt.timedelta(minutes=1) == hub.pickups.get("acme").silent_for(clock.now)


def test_files_are_remembered_until_they_are_gone_also_by_another_process(
    hub, hub_url, agreed, clock
):
    hub.pickups.agree(agreed, who="me")
    file = PickupFile("acme", "books.se", 3, 1_700_000_000, "ab", PickupState.TAKEN)
    kept = hub.pickups.remember(file)
    changed = hub.pickups.remember(replace(kept, state=PickupState.ENDED))

    with Hub(hub_url) as other:
        assert {"books.se": changed} == other.pickups.files("acme")
    assert clock.now == changed.seen_at
    hub.pickups.forget("acme", "books.se")
    assert {} == hub.pickups.files("acme")


def test_an_agreement_that_changes_keeps_what_was_fetched(hub, agreed, clock):
    hub.pickups.agree(agreed, who="me")
    hub.pickups.ended("acme", took_file=True)
    hub.pickups.agree(replace(agreed, folder="/new"), who="me")

    assert clock.now == hub.pickups.get("acme").last_file_at
    hub.pickups.stop("acme", who="me")
    assert [] == hub.pickups.every()
