"""Exactly once: seeded schedules of kills, sleeps and lost answers; and what a mutant would do."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

import pytest

from blocks.settings import PROJECT
from ledger.push import advance as rules_of_pushing
from ledger.push.items import Clock, Item, Phase
from tests.push_campaign import ALL, FEW, HEADS, play
from tests.push_world import RULES, World

SCHEDULES = ALL if os.environ.get("TASMA_CAMPAIGN") else FEW
RECORD = PROJECT / "docs" / "decisions" / "0020-exactly-once.md"


SLEEPY = {"sleeps": 100, "longest_sleep_s": 1_000.0, "workers": 4, "fault_rate": 0.6}


def wrong(seeds, **settings):
    """Return the faults of the schedules that have any."""
    found = {}
    for seed in seeds:
        if faults := World(seed, **settings).play().faults():
            found[seed] = faults
    return found


def test_every_document_is_there_once_or_held_and_the_decision_has_the_figures():
    found = play(range(SCHEDULES))

    assert {} == found.wrong
    table = RECORD.read_text(encoding="utf-8")
    assert f"| {' | '.join(HEADS)} |" in table
    assert found.line(SCHEDULES) in table


def test_without_faults_every_document_is_done():
    worlds = [World(seed, fault_rate=0.0, kills=0, sleeps=0, people=0).play() for seed in range(20)]

    ends = Counter(item.phase for world in worlds for item in world.hub.items.values())
    assert {Phase.DONE: 60} == ends


def test_most_documents_get_there_in_spite_of_faults():
    """A rule that held everything would double nothing either."""
    worlds = [World(seed, fault_rate=0.1).play() for seed in range(100)]

    ends = Counter(item.phase for world in worlds for item in world.hub.items.values())
    assert ends[Phase.DONE] > 200


def mutant_no_doubt(item, rules, now):
    return rules_of_pushing._ready(item)


def mutant_one_look(item, doubt, *, began_s, lag_s, now):
    return rules_of_pushing._ready(item)


def mutant_no_lag(item, doubt, *, began_s, lag_s, now):
    looks = doubt.looks + 1
    if looks >= rules_of_pushing.LOOKS:
        return rules_of_pushing._ready(item)
    return replace(item, doubt=replace(doubt, since=now, looks=looks))


def mutant_failed_lookup_is_absence(item, event, rules, now):
    if item.phase is Phase.IN_DOUBT and not event.is_complete:
        return rules_of_pushing._ready(item)
    return MUTATED["_walked"](item, event, rules, now)


def mutant_no_fence(item, event):
    """Take the answer of a sender whose claim is over for the answer to the present call."""
    if item.phase is not Phase.SENDING:
        return item
    return rules_of_pushing._answered(item, event, RULES, Clock(0.0, "nobody's"))


def mutant_stale_reader(item, read):
    """Let a process that slept begin a step that another has taken meanwhile."""
    return True


def mutant_stale_proof(item, event, rules, now):
    """Take what was read for one step in doubt for the proof of another."""
    forged = replace(event, step=item.step, token=item.token) if item.step else event
    return MUTATED["_read"](item, forged, rules, now)


def mutant_waits_for_nothing(item, step):
    return True


MUTATED = {"_walked": rules_of_pushing._walked, "_read": rules_of_pushing._read}


@pytest.mark.parametrize(
    ("name", "mutant"),
    [
        ("_in_doubt", mutant_no_doubt),
        ("_looked", mutant_one_look),
        ("_looked", mutant_no_lag),
        ("_walked", mutant_failed_lookup_is_absence),
        ("_late", mutant_no_fence),
    ],
)
def test_campaign_catches_a_rule_that_was_weakened(monkeypatch, name, mutant):
    monkeypatch.setattr(rules_of_pushing, name, mutant)

    assert wrong(range(600)), mutant.__name__


@pytest.mark.parametrize(
    ("name", "mutant"), [("_is_as_read", mutant_stale_reader), ("_read", mutant_stale_proof)]
)
def test_campaign_of_sleepy_workers_catches_what_is_taken_as_it_was_before(
    monkeypatch, name, mutant
):
    assert {} == wrong(range(100), **SLEEPY)
    monkeypatch.setattr(rules_of_pushing, name, mutant)

    assert wrong(range(600), **SLEEPY), mutant.__name__


def test_campaign_catches_a_document_that_does_not_wait(monkeypatch):
    monkeypatch.setattr(Item, "has_reached", mutant_waits_for_nothing)

    assert any(
        "without its partner" in one for found in wrong(range(100)).values() for one in found
    )
