"""What can be started from the UI, by a schedule or from the command line, in one list.

`prefect.yaml` says the same for a work pool; a test compares the two.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from typing import Any, Final

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Interval, Schedule
from prefect.types.entrypoint import EntrypointType

from flows.accept_hold import accept_hold
from flows.approve_first_transfer import approve_first_transfer
from flows.backfill import backfill
from flows.check_connection import check_connection
from flows.compare_statements import compare_statements
from flows.drop_in import drop_in
from flows.feed_sweep import feed_sweep
from flows.import_file import import_file
from flows.import_inbox import import_inbox
from flows.janitor import janitor
from flows.keep_connections import keep_connections
from flows.listen import listen
from flows.night_shard import night_shard
from flows.nightly import HOURS, nightly
from flows.open_tenant import open_tenant
from flows.overview import overview
from flows.publish_accepted import publish_accepted
from flows.pull import pull
from flows.push import push
from flows.push_deviations import push_deviations
from flows.push_resolve import push_resolve
from flows.push_retry import push_retry
from flows.push_sweep import push_sweep
from flows.reject_hold import reject_hold
from flows.release_year import release_year
from flows.roll_back import roll_back
from flows.runs.rescheduling import HOUSEKEEPING
from flows.runs.states import TAG
from flows.sftp_sweep import sftp_sweep
from flows.watch import watch
from tasks.pages.links import BOOKS

MAX_RUNS: Final = max(5, (os.cpu_count() or 1) + 1)
"""Runs at once on one machine, unless a worker is told otherwise (``--limit``); each is a process,
of about 150 MB when it starts cold. One of them is the watch, which mostly waits, and two may be
backfills, which wait for runs that need a place beside them; in the night some are shards."""

SECTIONS: Final = re.compile(r"^(?:Args|Returns|Raises|Yields):$", re.MULTILINE)
"""Where a docstring goes over to what is for readers of the code."""


@dataclass(frozen=True)
class Deployment:
    """One entry: a flow, when it runs by itself, and how many of it may run at once.

    `kind` is a tag by which the UI tells a few imports from many sweeps. `limit` counts runs over
    all machines; a run above it waits its turn. `queue`: of the work pool
    (`prefect.yaml`; a runner has none), for what has to give way.
    `called`: when a flow is deployed twice. `is_work`: of tenants, of which several hosts do more
    than one; of what looks and hands out no more run at a time, however many hosts there are.
    """

    flow: Flow[..., Any]
    kind: str = BOOKS
    every: dt.timedelta | None = None
    times: tuple[Schedule, ...] = ()
    limit: int | None = None
    queue: str | None = None
    called: str = ""
    is_work: bool = False

    @property
    def name(self) -> str:
        """The deployment is called like its flow, unless there are two of it."""
        return self.called or self.flow.name

    @property
    def description(self) -> str:
        """What the UI says of it: the flow's words without its parameters, which the form has."""
        return SECTIONS.split(self.flow.description or "")[0].strip()

    @property
    def schedules(self) -> list[Schedule]:
        """When it runs by itself; every schedule names its time zone (R-X-7)."""
        return [Interval(self.every, timezone="UTC")] if self.every else [*self.times]

    async def registered(self) -> RunnerDeployment:
        """Return what a runner registers."""
        limit = self.limit and ConcurrencyLimitConfig(
            limit=self.limit, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE
        )
        return await self.flow.ato_deployment(
            self.name,
            schedules=self.schedules or None,
            description=self.description,
            tags=[TAG, self.kind],
            concurrency_limit=limit or None,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )


NIGHTS: Final = tuple(
    Cron(
        f"0 {hour} * * *",
        timezone=zone,
        parameters={"zone": zone},
        slug=slug,
    )
    for (zone, hour), slug in zip(HOURS.items(), ("sweden", "finland"), strict=True)
)

MORNING: Final = Cron("30 4 * * *", timezone="Europe/Helsinki", slug="morning")
"""After the nights, before anybody looks."""

EACH_HALF_HOUR: Final = Cron("*/30 * * * *", timezone="UTC", slug="half-hour")
"""What looks every few minutes does so within these runs; its own deployments are for people."""

DEPLOYMENTS: Final = (
    Deployment(nightly, HOUSEKEEPING, times=NIGHTS),
    Deployment(night_shard, limit=2, is_work=True),
    Deployment(pull, limit=8, is_work=True),
    Deployment(backfill, limit=2),  # each waits for runs that need a place beside it
    Deployment(pull, limit=4, queue="backfill", called="pull-year", is_work=True),
    Deployment(check_connection),
    Deployment(open_tenant),
    Deployment(approve_first_transfer),
    Deployment(keep_connections, HOUSEKEEPING, every=dt.timedelta(days=1)),
    Deployment(import_file, limit=8, is_work=True),
    Deployment(drop_in, limit=8, is_work=True),
    Deployment(watch, HOUSEKEEPING, times=(EACH_HALF_HOUR,), limit=1),
    Deployment(import_inbox, HOUSEKEEPING, limit=1),
    Deployment(sftp_sweep, HOUSEKEEPING, limit=2),
    Deployment(accept_hold),
    Deployment(reject_hold),
    Deployment(publish_accepted, limit=8, is_work=True),
    Deployment(roll_back, limit=8, is_work=True),
    Deployment(release_year),
    Deployment(compare_statements),
    Deployment(push, limit=8, is_work=True),
    Deployment(push_retry),
    Deployment(push_resolve),
    Deployment(push_sweep, HOUSEKEEPING, limit=1),
    Deployment(listen, limit=8, is_work=True),
    Deployment(feed_sweep, HOUSEKEEPING, limit=1),
    Deployment(push_deviations, HOUSEKEEPING, times=(MORNING,), limit=1),
    Deployment(overview, HOUSEKEEPING),
    Deployment(janitor, HOUSEKEEPING),
)
