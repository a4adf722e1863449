"""A worker that takes its share: what its limit has room for, and one shard of a night at a time.

Prefect's worker counts the runs under its limit (`prefect worker start --limit`) by their ids. A
run that is started again while its process has not gone, as by *Retry* within a second of its
failure or by a sweep while its host sleeps, asks for a place that it has, which is an error and
ends the worker with all that it runs. Here such a run waits until its process has gone, or until
another worker takes it.

The shards of a night are due at the same moment. Whoever asked first would have all of them, and
do one after the other what each host was to do a part of; the others ask within two seconds.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from prefect.workers.process import ProcessWorker

from flows.runs.rescheduling import SHARD

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun
    from prefect.client.schemas.responses import WorkerFlowRunResponse


def share(
    due: Iterable[WorkerFlowRunResponse], held: Collection[UUID]
) -> list[WorkerFlowRunResponse]:
    """Return what a worker may take of the runs that are due.

    Args:
        due: In the order in which they are to begin.
        held: The runs whose processes it still has.
    """
    found = [one for one in due if one.flow_run.id not in held]
    first = next((one for one in found if SHARD in one.flow_run.tags), None)
    return [one for one in found if one is first or SHARD not in one.flow_run.tags]


with warnings.catch_warnings():
    # To have the type of Prefect's own is what lets `prefect worker start` find ours.
    warnings.filterwarnings("ignore", ".*existing type will be overridden", UserWarning)

    class FairWorker(ProcessWorker):
        """Prefect's process worker, which takes its share of what is due."""

        async def _submit_scheduled_flow_runs(
            self, flow_run_response: list[WorkerFlowRunResponse]
        ) -> list[FlowRun]:
            held = self._limiter.statistics().borrowers if self._limiter else ()
            return await super()._submit_scheduled_flow_runs(share(flow_run_response, held))
