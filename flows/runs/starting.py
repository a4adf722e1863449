"""A run that is asked for now begins now, by the clock of Prefect's server.

Prefect takes *now* from the machine that asks: of one whose clock is ahead, every run that it asks
for would wait for so long.
"""

from __future__ import annotations

import datetime as dt
import time
from email.utils import parsedate_to_datetime
from typing import Any, Final

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment
from prefect.settings import PREFECT_API_URL

KNOWN_FOR_S: Final = 60.0
"""For how long the server's clock is followed by this machine's own count of seconds."""

_known: dict[str | None, tuple[dt.datetime, float]] = {}
"""By server: its time, and what this machine's count of seconds said then."""


async def start_run(deployment: str, **about: Any) -> FlowRun:
    """Ask for a run of a deployment, and do not wait for it.

    Args:
        deployment: ``flow/name``.
        about: As `prefect.deployments.arun_deployment` takes it.
    """
    at = await _now()
    found: FlowRun = await arun_deployment(
        deployment, scheduled_time=at, timeout=0, as_subflow=False, **about
    )
    return found


async def server_time(client: PrefectClient) -> dt.datetime:
    """Return what time it is for Prefect's server, to the second and never ahead of it."""
    answer = await client.hello()
    return parsedate_to_datetime(answer.headers["date"])


async def _now() -> dt.datetime:
    server, counted = PREFECT_API_URL.value(), time.monotonic()
    if server not in _known or counted - _known[server][1] > KNOWN_FOR_S:
        async with get_client() as client:
            _known[server] = (await server_time(client), counted)
    at, counted_then = _known[server]
    return at + dt.timedelta(seconds=counted - counted_then)
