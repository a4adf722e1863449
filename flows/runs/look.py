"""One tenant's turn in a shard of the night, and what follows from it."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from blocks.http import CallFailed
from blocks.hub import NightRow
from flows.runs.look_steps import LookSteps
from flows.runs.outcomes import Ending
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from ledger.errors import TransientError
from ledger.outcome import Outcome
from tasks.arrivals import explain
from tasks.log import quietly
from tasks.look import NeedsRun
from tasks.stores import Stores

LOOK_LIMIT_S: Final = 300.0
"""Longest look at one tenant: a quiet one takes a second or two."""

NO_WAIT_S: Final = 0.0
"""Who holds a lease of the tenant is waited for by a run of its own, not by a shard."""


class Next(Enum):
    """What follows from a look."""

    NOTHING = auto()
    RUN = auto()
    RETRY = auto()
    """It failed for a reason that may pass."""


@dataclass(frozen=True)
class Look:
    """What a look came to. `is_away`: whether it failed since the system did not answer."""

    next: Next
    outcome: Outcome
    reason: str = ""
    calls: int = 0
    took_s: float = 0.0
    held_since: dt.datetime | None = None
    is_away: bool = False


async def look_at(stores: Stores, row: NightRow, *, limit_s: float = LOOK_LIMIT_S) -> Look:
    """Look at a tenant's books in one system; whatever goes wrong is this tenant's alone."""
    steps, began = LookSteps(), time.monotonic()
    found = Next.RUN, Outcome.FAILED, ""
    is_away = False
    try:
        with quietly():
            async with asyncio.timeout(limit_s):
                ending = await _pulled(stores, row, steps)
        found, is_away = _follows(ending), _is_away(ending.problem)
    except NeedsRun as why:
        found = Next.RUN, Outcome.DONE, str(why)
    except TimeoutError:
        found = Next.RUN, Outcome.FAILED, f"the look took longer than {limit_s:g} s"
    except TransientError as problem:
        found, is_away = (Next.RETRY, Outcome.FAILED, explain(problem)), _is_away(problem)
    except Exception as problem:  # noqa: BLE001 - whatever it was, it is this tenant's alone
        found = Next.RUN, Outcome.FAILED, explain(problem)
    next_, outcome, reason = found
    took_s = round(time.monotonic() - began, 2)
    return Look(next_, outcome, reason, steps.calls, took_s, steps.held_since, is_away)


async def _pulled(stores: Stores, row: NightRow, steps: LookSteps) -> Ending:
    options = PullOptions(night=row.night, system=row.system, is_look=True)
    return await pull_tenant(stores, row.tenant, options, steps=steps, wait_limit_s=NO_WAIT_S)


def _follows(ending: Ending) -> tuple[Next, Outcome, str]:
    if ending.outcome is Outcome.FAILED:
        is_passing = isinstance(ending.problem, TransientError)
        return Next.RETRY if is_passing else Next.RUN, Outcome.FAILED, ending.message
    # What was judged anew and is as before was not published anew.
    is_quiet = ending.outcome is Outcome.PUBLISHED
    return Next.NOTHING, Outcome.UNCHANGED if is_quiet else ending.outcome, ending.message


def _is_away(problem: BaseException | None) -> bool:
    return isinstance(problem, CallFailed)
