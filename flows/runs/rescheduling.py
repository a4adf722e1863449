"""Runs that nobody watches are taken up again when their process dies."""

from __future__ import annotations

from typing import Final

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled

NIGHT: Final = "night"
BACKFILL: Final = "backfill"
"""Tags of the runs that a dispatcher makes."""

UNWATCHED: Final = frozenset({NIGHT, BACKFILL})

MAX_ATTEMPTS: Final = 3
"""Starts of one run; what dies as often as that dies for a reason that a person has to find."""

WHY: Final = "Again, since the process of the run died or its host was gone."


async def reschedule(client: PrefectClient, run: FlowRun) -> bool:
    """Schedule a dead run anew if it is one that nobody watches; say whether it comes again."""
    if not UNWATCHED & set(run.tags) or run.run_count >= MAX_ATTEMPTS:
        return False
    await client.set_flow_run_state(run.id, Scheduled(message=WHY), force=True)
    return True
