"""A worker that takes its share: what its limit has room for, and one shard of a night.

Prefect's worker counts the runs under its limit (`prefect worker start --limit`) by their ids. A
run that is started again while its process has not gone, as by *Retry* within a second of its
failure or by a sweep while its host sleeps, asks for a place that it has, which is an error and
ends the worker with all that it runs. Here such a run waits until its process has gone, or until
another worker takes it.

The shards of a night are due at the same moment. Whoever asked first would have all of them, and
do one after the other what each host was to do a part of; the others ask within seconds.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Final

from prefect.workers.process import ProcessWorker

from flows.runs.rescheduling import SHARD

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun
    from prefect.client.schemas.responses import WorkerFlowRunResponse

LEFT_FOR: Final = dt.timedelta(seconds=20)
"""For how long a second shard is left to the other workers; then none of them has room."""


def share(due: Iterable[FlowRun], held: Collection[FlowRun], *, now: dt.datetime) -> list[FlowRun]:
    """Return what a worker may take of the runs that are due.

    Args:
        due: In the order in which they are to begin.
        held: Those whose processes it still has.
        now: By this machine's clock; one that is off costs the share, and nothing else.
    """
    ids, has_shard = {run.id for run in held}, any(SHARD in run.tags for run in held)
    taken = []
    for run in due:
        is_shard = SHARD in run.tags
        is_everybodys = (run.expected_start_time or now) + LEFT_FOR < now
        if run.id in ids or (is_shard and has_shard and not is_everybodys):
            continue
        has_shard |= is_shard
        taken.append(run)
    return taken


with warnings.catch_warnings():
    # To have the type of Prefect's own is what lets `prefect worker start` find ours.
    warnings.filterwarnings("ignore", ".*existing type will be overridden", UserWarning)

    class FairWorker(ProcessWorker):
        """Prefect's process worker, which takes its share of what is due."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._taken: list[FlowRun] = []

        async def _submit_scheduled_flow_runs(
            self, flow_run_response: list[WorkerFlowRunResponse]
        ) -> list[FlowRun]:
            running = self.limiter.statistics().borrowers
            held = [run for run in self._taken if run.id in running]
            due = [one.flow_run for one in flow_run_response]
            mine = share(due, held, now=dt.datetime.now(dt.UTC))
            self._taken = [*held, *mine]
            ids = {run.id for run in mine}
            return await super()._submit_scheduled_flow_runs(
                [one for one in flow_run_response if one.flow_run.id in ids]
            )
