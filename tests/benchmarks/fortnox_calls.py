"""Calls that the simulator counted: of one tenant in a night, and with many waiting in line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self

from blocks.systems.fortnox.connect import fortnox_session
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from simulators.fortnox import FortnoxSimulator
from tasks.stores import Stores, open_stores
from tests.benchmarks.fortnox_books import (
    DAY_S,
    FIRST_NUMBER,
    companies,
    connect,
    name_of,
    variables,
)

QUEUED: Final = 150
"""Calls asked for at once."""

STILL_QUEUED: Final = 50
"""The pace is looked at until fewer than these wait."""

TOO_MANY: Final = 429
ALLOWED: Final = 25
PERIOD_S: Final = 5.0
"""What the vendor allows, written down here again so that a mistake of ours shows."""

TENANT: Final = name_of(0)
CHANGED: Final = [("L", 2)]


def night(home: str, vouchers: int) -> Callable[[], dict[str, Any]]:
    """Pull one tenant for the first time, on two quiet nights, and after one voucher changed."""
    connect(_home(home), 1)

    def work() -> dict[str, Any]:
        with _simulated(vouchers) as simulator, open_stores() as stores:
            told: dict[str, Any] = _calls_of(simulator, stores, "first")
            # The first transfer also asks for closing balances; the next night is judged without.
            for name in ("second", "quiet"):
                simulator.advance(DAY_S)
                told |= _calls_of(simulator, stores, name)
            simulator.tenant(FIRST_NUMBER).edit(changed=CHANGED)
            told |= _calls_of(simulator, stores, "changed")
            return told | {"refused_429": _refused(simulator)}

    return work


def pace(home: str, delay_s: float) -> Callable[[], dict[str, Any]]:
    """Ask for many vouchers at once over one session, each answer ``delay_s`` late."""
    connect(_home(home), 1)

    def work() -> dict[str, Any]:
        with _simulated(vouchers=60) as simulator, open_stores() as stores:
            if delay_s:
                simulator.faults.add("delay", path="/3/vouchers/", times=None, seconds=delay_s)
            asyncio.run(_ask_many(stores))
            return {"share": round(_share(simulator), 3), "refused_429": _refused(simulator)}

    return work


async def _ask_many(stores: Stores) -> None:
    async with fortnox_session(stores.hub, TENANT) as fortnox:
        year = (await fortnox.financial_years())[-1]
        await asyncio.gather(*(fortnox.voucher(year, *map(str, CHANGED[0])) for _ in range(QUEUED)))


def _share(simulator: FortnoxSimulator) -> float:
    """Divide the pace by the allowed one, from the end of the first burst on."""
    times = sorted(call.at for call in simulator.world.calls.matching(FIRST_NUMBER, "/3/"))
    assert len(times) >= QUEUED
    # To the end of a burst, as from the end of one: a part of a period has no pace.
    last = (len(times) - STILL_QUEUED) // ALLOWED * ALLOWED
    seconds = (times[last - 1] - times[ALLOWED - 1]).total_seconds()
    return (last - ALLOWED) / (seconds * ALLOWED / PERIOD_S)


def _calls_of(simulator: FortnoxSimulator, stores: Stores, night: str) -> dict[str, Any]:
    before = simulator.count()
    steps = LocalSteps(LoadResult(TENANT), lambda _step: None)
    ending = asyncio.run(pull_tenant(stores, TENANT, PullOptions(), steps=steps))
    paths = [call.path for call in simulator.calls[before:]]
    tokens = sum(path.startswith("/oauth-v1/") for path in paths)
    return {
        f"{night}_state": ending.outcome.state_name,
        f"{night}_calls": len(paths) - tokens,
        f"{night}_tokens": tokens,
    }


def _refused(simulator: FortnoxSimulator) -> int:
    return sum(call.status == TOO_MANY for call in simulator.calls)


class _simulated(FortnoxSimulator):  # noqa: N801 - read as a function
    def __init__(self, vouchers: int) -> None:
        super().__init__(companies(1, vouchers))

    def __enter__(self) -> Self:
        super().__enter__()
        os.environ.update(variables(self.url))
        return self


def _home(home: str) -> Path:
    os.environ["TASMA_HOME"] = home
    return Path(home)
