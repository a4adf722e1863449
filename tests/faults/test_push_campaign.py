"""Real processes that die and sleep while they push, by drawn schedules: a dozen, or all."""

from __future__ import annotations

import os
import signal

import pytest

from blocks.settings import PROJECT
from tests.push_kills import ALL, FEW, HEADS, Schedule, play

PLAYED = ALL if os.environ.get("TASMA_CAMPAIGN") else FEW
RECORD = PROJECT / "docs" / "decisions" / "0020-exactly-once.md"


@pytest.mark.requirement("R-X-2", "R-FEN-28a", "R-FEN-28b")
@pytest.mark.timeout(1_500)
def test_processes_that_die_and_sleep_make_each_invoice_once_or_it_is_held(empty_hub):
    played = play(range(PLAYED), empty_hub)

    assert {} == played.wrong
    assert PLAYED == played.schedules
    assert played.killed


def test_schedules_that_may_be_played_kill_and_stop_at_every_step():
    drawn = [Schedule.drawn(seed) for seed in range(ALL)]
    ends = {(life.step, life.signal) for schedule in drawn for life in schedule.lives}

    assert 6 == len(ends)
    assert {signal.SIGKILL, signal.SIGSTOP} == {how for _, how in ends}


def test_decision_has_what_was_played_and_none_of_it_wrong():
    """When a process gets somewhere is the machine's business: only what is drawn is the same."""
    heads = f"| {' | '.join(HEADS)} |"
    rows = RECORD.read_text(encoding="utf-8").partition(heads)[2].strip().splitlines()
    played, *_, wrong = (int(cell) for cell in rows[1].strip("| ").split(" | "))

    assert played >= FEW
    assert 0 == wrong
