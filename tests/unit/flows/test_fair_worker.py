"""What a worker takes of the runs that are due."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

from flows.runs.rescheduling import NIGHT, SHARD
from flows.server.prefect_internals.fair_worker import share


def due(*tags):
    return SimpleNamespace(flow_run=SimpleNamespace(id=uuid4(), tags=list(tags)))


def test_one_shard_is_taken_at_a_look_so_that_other_hosts_have_the_others():
    pull, first, second, night = due(), due(SHARD), due("tasma", SHARD), due(NIGHT)

    assert [pull, first, night] == share([pull, first, second, night], ())


def test_a_run_whose_process_is_there_waits_and_hinders_no_other():
    coming_back, shard, other = due(SHARD), due(SHARD), due()

    assert [shard, other] == share([coming_back, shard, other], [coming_back.flow_run.id])
