"""Real processes that die and sleep while they push, by drawn schedules: a dozen, or all."""

from __future__ import annotations

import os
import signal

import pytest

from blocks.home import PROJECT
from tests.kills import ours
from tests.kills.outcome import HEADS, lines, read_played
from tests.kills.play import play
from tests.kills.schedule import ALL, DOCUMENTS, FEW, Schedule

PLAYED = ALL if os.environ.get("TASMA_CAMPAIGN") else FEW
RECORD = PROJECT / "docs" / "decisions" / "0020-exactly-once.md"


@pytest.mark.requirement("R-X-2", "R-FEN-28a", "R-FEN-28b")
@pytest.mark.timeout(1_500)
def test_processes_that_die_and_sleep_make_each_invoice_once_or_it_is_held(empty_hub):
    played = list(play(ours, range(PLAYED), empty_hub))

    assert [] == [(one.seed, one.why) for one in played if one.why]
    assert PLAYED * DOCUMENTS == sum(one.once + one.held for one in played)
    assert sum(one.killed for one in played)


def test_schedules_that_may_be_played_kill_and_stop_at_every_step():
    drawn = [Schedule.drawn(seed) for seed in range(ALL)]
    ends = {(life.step, life.signal) for schedule in drawn for life in schedule.lives}

    assert 6 == len(ends)
    assert {signal.SIGKILL, signal.SIGSTOP} == {how for _, how in ends}


def test_decision_has_the_sums_of_what_was_played_by_each_engine():
    """When a process gets somewhere is the machine's business: what was played is kept."""
    heads = f"| {' | '.join(HEADS)} |"
    shown = RECORD.read_text(encoding="utf-8").partition(heads)[2].strip().split("\n\n")[0]

    assert lines(read_played()) == shown.splitlines()[1:]


def test_nothing_of_what_the_outbox_was_seen_to_push_was_doubled_or_lost():
    played = [one for one in read_played() if one.by == ours.NAME]

    assert {(0, 0)} == {(one.doubled, one.lost) for one in played}
    assert {DOCUMENTS} == {one.once + one.held for one in played}
