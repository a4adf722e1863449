"""Exactly once: seeded schedules of kills, sleeps and lost answers; and what a mutant would do."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from blocks.home import PROJECT
from ledger.push.items import Phase
from tests import push_mutants
from tests.push_campaign import ALL, FEW, HEADS, play
from tests.push_mutants import MUTANTS, SCHEDULES, SLEEPY, wrong
from tests.push_world import World

PLAYED = ALL if os.environ.get("TASMA_CAMPAIGN") else FEW
RECORD = PROJECT / "docs" / "decisions" / "0020-exactly-once.md"


@pytest.fixture(scope="module")
def record():
    return RECORD.read_text(encoding="utf-8")


@pytest.mark.requirement("R-X-2")
def test_every_document_is_there_once_or_held_and_the_decision_has_the_figures(record):
    found = play(range(PLAYED))

    assert {} == found.wrong
    assert f"| {' | '.join(HEADS)} |" in record
    assert found.line(PLAYED) in record


def test_without_faults_every_document_is_done():
    worlds = [World(seed, fault_rate=0.0, kills=0, sleeps=0, people=0).play() for seed in range(20)]

    ends = Counter(item.phase for world in worlds for item in world.hub.items.values())
    assert {Phase.DONE: 60} == ends


def test_most_documents_get_there_in_spite_of_faults():
    """A rule that held everything would double nothing either."""
    worlds = [World(seed, fault_rate=0.1).play() for seed in range(100)]

    ends = Counter(item.phase for world in worlds for item in world.hub.items.values())
    assert ends[Phase.DONE] > 200


@pytest.mark.parametrize("settings", [SLEEPY, {"steps": 8}], ids=["sleepy", "clock steps"])
def test_what_the_mutants_are_tried_under_harms_nothing_by_itself(settings):
    assert {} == wrong(range(100), **settings)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.without)
def test_campaign_catches_a_rule_that_was_weakened_and_the_decision_says_how_often(mutant, record):
    caught = mutant.caught()

    assert caught, mutant.without
    assert push_mutants.line(mutant, len(caught)) in record


def test_decision_names_no_mutant_that_is_not_tried(record):
    heads = f"| {' | '.join(push_mutants.HEADS)} |"
    named = record.partition(heads)[2].partition("\n\n")[0].splitlines()[2:]

    assert len(MUTANTS) == len(named)
    assert all(f"| {SCHEDULES} |" in row for row in named)


def test_document_that_does_not_wait_is_caught_by_its_missing_partner():
    (mutant,) = (one for one in MUTANTS if "card" in one.without)

    faults = [fault for faults in mutant.caught(100).values() for fault in faults]

    assert any("without its partner" in fault for fault in faults)
