"""What a worker takes of the runs that are due."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from uuid import uuid4

from flows.runs.rescheduling import NIGHT, SHARD
from flows.server.prefect_internals.fair_worker import LEFT_FOR, share

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def due(*tags, at=NOW):
    return SimpleNamespace(id=uuid4(), tags=list(tags), expected_start_time=at)


def test_one_shard_is_taken_so_that_other_hosts_have_the_others():
    pull, first, second, night = due(), due(SHARD), due("tasma", SHARD), due(NIGHT)

    assert [pull, first, night] == share([pull, first, second, night], [], now=NOW)
    assert [pull] == share([pull, second], [first], now=NOW)
    assert [second] == share([second], [pull], now=NOW)


def test_shard_that_nobody_took_is_taken_beside_another():
    late = due(SHARD, at=NOW - LEFT_FOR - dt.timedelta(seconds=1))

    assert [late] == share([late], [due(SHARD)], now=NOW)


def test_a_run_whose_process_is_there_waits_and_hinders_no_other():
    coming_back, other = due(), due()

    assert [other] == share([coming_back, other], [coming_back], now=NOW)
