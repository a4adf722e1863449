"""One vocabulary of endings, in every form in which it is seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.hub import UnitState
from flows.cli.exits import ExitCode, worst
from ledger.outcome import Outcome

SEEN = {
    "failed": ("Failed", 1),
    "held": ("Held", 3),
    "would hold": ("Would hold", 3),
    "differs": ("Differs", 3),
    "busy": ("Busy", 75),
    "planned": ("Planned", 0),
    "published": ("Published", 0),
    "unchanged": ("Unchanged", 0),
    "kept": ("Kept", 0),
    "partial": ("Partial", 4),
    "evidence": ("Evidence", 4),
    "agrees": ("Agrees", 0),
    "ready": ("Ready", 0),
    "skipped": ("Skipped", 0),
    "done": ("Done", 0),
}
"""Words, names of states and exit codes that scripts and people know: they never change."""


def test_somebody_has_to_look_at_what_failed_is_held_or_is_busy():
    red = {item.value for item in Outcome if item.is_red}

    assert red == {"failed", "held", "would hold", "differs", "busy"}


def test_words_states_and_exit_codes_are_those_that_scripts_know():
    assert {item.value: (item.state_name, item.exit_code) for item in Outcome} == SEEN


@pytest.mark.parametrize("outcome", Outcome)
def test_a_state_is_read_back_as_the_outcome_that_it_was_named_after(outcome):
    assert Outcome.of_state(outcome.state_name) is outcome
    assert ExitCode(outcome.exit_code) == outcome.exit_code


@pytest.mark.parametrize("name", ["Crashed", "Cancelled", "TimedOut", "", None])
def test_states_of_prefects_own_are_no_outcome(name):
    assert Outcome.of_state(name) is None


OUTCOMES = st.lists(st.sampled_from(Outcome), min_size=1)


@given(OUTCOMES)
def test_nothing_red_hides_behind_something_good(outcomes):
    speaks = min(outcomes, key=lambda outcome: outcome.goodness)

    assert speaks.is_red is any(outcome.is_red for outcome in outcomes)


@given(OUTCOMES)
def test_what_is_red_ends_a_command_with_an_error(outcomes):
    ended = worst(ExitCode(outcome.exit_code) for outcome in outcomes)

    assert any(item.is_red for item in outcomes) <= (ended not in {0, ExitCode.NOT_PUBLISHED})


@pytest.mark.parametrize("state", ["published", "held", "failed", "partial", "evidence"])
def test_a_unit_is_called_in_the_hub_as_its_load_ended(state):
    assert UnitState(Outcome(state)).value == state
