"""What was to run by itself while nothing was there to run it: it is not made up for."""

from __future__ import annotations

import datetime as dt
from typing import Final

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import StateType

from flows.runs.rescheduling import HOUSEKEEPING

LATE: Final = dt.timedelta(minutes=2)
"""What was due longer ago than this is missed; nights judge for themselves (`flows.nightly`)."""

PAGE_RUNS: Final = 200
MAX_PAGES: Final = 50


FORMER: Final = {
    "import-inbox": 120,
    "sftp-sweep": 60,
    "push-sweep": 1_800,
    "feed-sweep": 300,
    "overview": 900,
    "janitor": 300,
}
"""Intervals, in seconds, of the schedules that earlier releases gave to what the watch does now."""


async def forget_former_schedules(client: PrefectClient) -> int:
    """Delete the schedules of earlier releases, which Prefect keeps; say how many there were."""
    count = 0
    for name, every_s in FORMER.items():
        deployment = await client.read_deployment_by_name(f"{name}/{name}")
        for item in deployment.schedules:
            interval = getattr(item.schedule, "interval", None)
            if interval == dt.timedelta(seconds=every_s):
                await client.delete_deployment_schedule(deployment.id, item.id)
                count += 1
    return count


async def forget_missed(client: PrefectClient, *, keep: str, now: dt.datetime | None = None) -> int:
    """Delete the runs of housekeeping whose schedule is past, and say how many there were.

    Args:
        client: Of Prefect's server.
        keep: Id of a deployment whose runs are kept; empty for none.
        now: The time; the present one unless given.
    """
    before = (now or dt.datetime.now(dt.UTC)) - LATE
    missed = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[HOUSEKEEPING]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=before),
    )
    count, kept = 0, 0
    for _ in range(MAX_PAGES):
        page = await client.read_flow_runs(flow_run_filter=missed, limit=PAGE_RUNS, offset=kept)
        for run in page:
            # What somebody asked for is done, however late.
            if run.auto_scheduled and str(run.deployment_id) != keep:
                await client.delete_flow_run(run.id)
                count += 1
            else:
                kept += 1
        if len(page) < PAGE_RUNS:
            break
    return count
