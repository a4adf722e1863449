"""Exactly once: seeded schedules of kills, sleeps and lost answers; and what a mutant would do."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

import pytest

from blocks.settings import PROJECT
from ledger.push import advance as rules_of_pushing
from ledger.push.items import Clock, Phase
from tests.push_campaign import ALL, FEW, HEADS, play
from tests.push_world import RULES, World

SCHEDULES = ALL if os.environ.get("TASMA_CAMPAIGN") else FEW
RECORD = PROJECT / "docs" / "decisions" / "0020-exactly-once.md"


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
    worlds = [World(seed, fault_rate=0.0, kills=0, sleeps=0).play() for seed in range(20)]

    ends = Counter(item.phase for world in worlds for item in world.hub.items.values())
    assert {Phase.DONE: 40} == ends


def test_most_documents_get_there_in_spite_of_faults():
    """A rule that held everything would double nothing either."""
    worlds = [World(seed, fault_rate=0.1).play() for seed in range(100)]

    ends = Counter(item.phase for world in worlds for item in world.hub.items.values())
    assert ends[Phase.DONE] > 100


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


MUTATED = {"_walked": rules_of_pushing._walked}


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
