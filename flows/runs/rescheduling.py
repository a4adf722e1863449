"""Runs that nobody watches are taken up again when they died, or what they needed was away."""

from __future__ import annotations

import datetime as dt
from typing import Final

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled

from flows.runs.starting import server_time
from ledger.outcome import Outcome

NIGHT: Final = "night"
BACKFILL: Final = "backfill"
SHARD: Final = "night-shard"
"""Tags of the runs that a dispatcher makes."""

HOUSEKEEPING: Final = "housekeeping"
"""Tag of what runs by itself."""

MAX_ATTEMPTS: Final = {NIGHT: 3, BACKFILL: 3, HOUSEKEEPING: 3, SHARD: 10}
"""Starts of one run; what dies as often as that dies for a reason that a person has to find.

A shard gets further each time: what it died with in hand twice is out of its way."""

GIVEN_UP_AFTER: Final = dt.timedelta(days=1)
"""Since a run was made that never began: what dies while it is being started counts no start."""

UNFINISHED: Final = "Unfinished"
"""Name of the final state of a shard that could not do all; somebody has been told why."""

TO_RETRY: Final = frozenset(
    {Outcome.FAILED.state_name, UNFINISHED, "Crashed", "Cancelled", "TimedOut"}
)
"""Names of final states that another run may change for the better."""

DIED: Final = "Again, since the process of the run died or its host was gone."
AWAY: Final = "Again, since something that the run needed was away."

AWAY_FOR: Final = dt.timedelta(minutes=2)
"""After which what was away may be there: its own steps have tried for about a minute."""


async def reschedule(
    client: PrefectClient, run: FlowRun, *, why: str = DIED, after: dt.timedelta = dt.timedelta()
) -> bool:
    """Schedule a run anew if it is one that nobody watches; say whether it comes again."""
    attempts = max((MAX_ATTEMPTS.get(tag, 0) for tag in run.tags), default=0)
    now = await server_time(client)
    is_old = run.created is not None and now - run.created > GIVEN_UP_AFTER
    if run.run_count >= attempts or (run.run_count == 0 and is_old):
        return False
    then = now + after
    await client.set_flow_run_state(run.id, Scheduled(scheduled_time=then, message=why), force=True)
    return True


async def resumed(client: PrefectClient, run: FlowRun) -> FlowRun:
    """Schedule anew what an earlier attempt of its dispatcher made, if it did not end well."""
    if run.state and run.state.is_final() and run.state.name in TO_RETRY:
        now = await server_time(client)
        await client.set_flow_run_state(run.id, Scheduled(scheduled_time=now), force=True)
    return run
