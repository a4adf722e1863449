"""Runs that a schedule made and that nobody took up in time: dropped, not made up for."""

from __future__ import annotations

import datetime as dt
from typing import Final
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import StateType

BY_SCHEDULE: Final = "auto-scheduled"
"""Prefect's tag on runs that a schedule made; one that a person asked for lacks it."""

PAGE_RUNS: Final = 50
"""Most that Prefect's server deletes in one call."""

MAX_PAGES: Final = 400
"""Twice what two schedules of a minute make in three days; the next run drops what is left."""


async def drop_late(*, after: dt.timedelta) -> int:
    """Delete runs of the present run's deployment that should have begun so long ago.

    Prefect would have all of them run, after an outage of days thousands.

    Returns:
        How many; 0 outside of a deployment.
    """
    deployment = runtime.deployment.id
    if not deployment:
        return 0
    late = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[UUID(deployment)]),
        tags=FlowRunFilterTags(all_=[BY_SCHEDULE]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=dt.datetime.now(dt.UTC) - after),
    )
    body = {"flow_runs": late.model_dump(mode="json"), "limit": PAGE_RUNS}
    dropped = 0
    async with get_client() as client:
        for _page in range(MAX_PAGES):
            # Prefect's types list the routes of its client, which has no method for this one.
            answer = await client.request("POST", "/flow_runs/bulk_delete", json=body)  # type: ignore[arg-type]
            count = len(answer.json()["deleted"])
            dropped += count
            if count < PAGE_RUNS:
                break
    return dropped
