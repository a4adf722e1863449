"""A worker's limit (`prefect worker start --limit`) that a run which comes back does not end.

Prefect's worker counts runs by their ids. A run that is started again while its process has not
gone, as by *Retry* within a second of its failure or by a sweep while its host sleeps, asks for a
place that it has, which is an error and ends the worker with all that it runs. Here such a run
waits until its process has gone, or until another worker takes it.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from prefect.workers.process import ProcessWorker

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun
    from prefect.client.schemas.responses import WorkerFlowRunResponse

with warnings.catch_warnings():
    # To have the type of Prefect's own is what lets `prefect worker start` find ours.
    warnings.filterwarnings("ignore", ".*existing type will be overridden", UserWarning)

    class WorkerWithLimit(ProcessWorker):
        """Prefect's process worker, which takes no run whose process it still has."""

        async def _submit_scheduled_flow_runs(
            self, flow_run_response: list[WorkerFlowRunResponse]
        ) -> list[FlowRun]:
            held = self._limiter.statistics().borrowers if self._limiter else ()
            return await super()._submit_scheduled_flow_runs(
                [found for found in flow_run_response if found.flow_run.id not in held]
            )
