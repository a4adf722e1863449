"""The watch: what has to be looked at every few minutes, in one run for each half hour.

A look that finds nothing is no run, so that the list of runs shows what was done for a tenant: 48
of these a day in place of 4,320 sweeps (decision 0041). Each chore is a deployment too, to be
started by hand.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from prefect import State

from blocks.settings import settings
from flows.feed_sweep import feed_sweep
from flows.import_inbox import import_inbox
from flows.janitor import janitor
from flows.overview import overview
from flows.push_sweep import push_sweep
from flows.runs.flow import flow
from flows.runs.hooks import run_crashed, run_failed
from flows.runs.states import due_at, ended, scheduled_at
from flows.sftp_sweep import sftp_sweep
from ledger.outcome import Outcome
from tasks.arrivals import explain
from tasks.log import say, warn

PERIOD: Final = dt.timedelta(minutes=30)
"""A run of the watch lasts until the next one is due."""


@dataclass(frozen=True)
class Chore:
    """What is done again and again; `look` returns how one look ended, as its own run would."""

    name: str
    every: dt.timedelta
    look: Callable[[], Awaitable[State[Any]]]


CHORES: Final = (
    Chore("inbox", dt.timedelta(minutes=2), import_inbox.fn),
    Chore("feeds", dt.timedelta(minutes=5), feed_sweep.fn),
    Chore("pushes", dt.timedelta(minutes=30), push_sweep.fn),
    Chore("overview", dt.timedelta(minutes=15), overview.fn),
    Chore("janitor", dt.timedelta(minutes=2), janitor.fn),
)


def sftp_chores() -> list[Chore]:
    """Return a chore for each part of the tenants on SFTP: servers that are slow delay one part."""
    shards = settings().sftp_shards
    return [
        Chore(
            f"SFTP {shard}" if shards > 1 else "SFTP",
            dt.timedelta(minutes=1),
            partial(sftp_sweep.fn, shard=shard, shards=shards),
        )
        for shard in range(shards)
    ]


def chores() -> list[Chore]:
    """Return what is looked at, without what the settings leave out."""
    chosen = settings()
    return [chore for chore in (*CHORES, *sftp_chores()) if not chosen.leaves_out(chore.name)]


@flow(
    name="watch",
    flow_run_name="watch",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
)
async def watch() -> State[Any]:
    """Look at inbox, SFTP servers, feeds, pushes and dead runs, and draw the overview, in turn.

    Each at its own interval, none of them twice at a time. What is late is left out, not made up
    for: a run whose half hour is over ends at once.
    """
    now = dt.datetime.now(dt.UTC)
    until = end_of_period(scheduled_at())
    if now >= until:
        return ended(Outcome.SKIPPED, f"Missed: this half hour was over at {until:%H:%M} UTC.")
    round_ = Round(chores())
    await round_.keep_on(until=time.monotonic() + (until - now).total_seconds())
    return ended(Outcome.FAILED if round_.failing else Outcome.DONE, round_.summary)


def end_of_period(moment: dt.datetime) -> dt.datetime:
    """Return when the half hour of a moment ends."""
    seconds = PERIOD.total_seconds()
    begun = moment.timestamp() // seconds * seconds
    return dt.datetime.fromtimestamp(begun + seconds, dt.UTC)


@dataclass
class Round:
    """A run's chores. `failing`: why the last look of each failed, if it did."""

    chores: Sequence[Chore]
    looks: Counter[str] = field(default_factory=Counter)
    failing: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    async def keep_on(self, *, until: float) -> None:
        """Do each chore at its interval until a moment of the monotonic clock."""
        async with asyncio.TaskGroup() as chores:
            for chore in self.chores:
                chores.create_task(self._keep_on(chore, until=until))

    async def _keep_on(self, chore: Chore, *, until: float) -> None:
        every_s, next_s = chore.every.total_seconds(), time.monotonic()
        while next_s < until:
            await asyncio.sleep(max(0.0, next_s - time.monotonic()))
            await self.look(chore)
            # One that took longer than its interval goes on with the next that is due.
            late = max(0.0, time.monotonic() - next_s)
            next_s += every_s * (late // every_s + 1)

    async def look(self, chore: Chore) -> None:
        """Look once; what goes wrong with one chore stops no other."""
        self.looks[chore.name] += 1
        before = self.failing.pop(chore.name, "")
        due_at.set(dt.datetime.now(dt.UTC))
        try:
            state = await chore.look()
            message, failed = state.message or "", not state.is_completed()
        except Exception as problem:  # noqa: BLE001 - whatever it was, the others go on
            message, failed = explain(problem), True
        if failed:
            self.failing[chore.name] = message
        if failed and message != before:
            warn(f"{chore.name}: {message}")
        elif message != self.last.get(chore.name):
            say(f"{chore.name}: {message}")
        self.last[chore.name] = message

    @property
    def summary(self) -> str:
        """Count the looks, and say which chore failed the last time."""
        counted = ", ".join(f"{name} {count}" for name, count in self.looks.items())
        failing = "; ".join(f"{name}: {why}" for name, why in self.failing.items())
        return f"Looked: {counted}.{f' Failing: {failing}' if failing else ''}"
