"""A child process of the fault tests: pushes a tenant's documents, or dies, or sleeps."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from pydantic import SecretStr

from blocks.http import SlidingWindow
from blocks.hub import Hub
from blocks.steps import KILL_AT
from blocks.systems.fennoa.memory import HubMemory
from blocks.systems.fennoa.prepare import preparing
from blocks.systems.fennoa.target import RULES, FennoaTarget
from ledger.invoice.mappings.fennoa.terms import Terms
from ledger.push.advance import Rules
from tasks import push
from tests.homes import opened

USER, KEY = "api-user", "plainly-fake-key"


@dataclass(frozen=True)
class Pace:
    """How fast everything happens. A claim lasts `request_limit_s` and `spare_s` together."""

    rules: Rules
    request_limit_s: float
    spare_s: float
    limit_s: float = 3.0


QUICK = Pace(
    Rules(RULES.read_backs, commit_lag_s=0.9, settle_s=0.1, poll_interval_s=0.05), 0.5, 0.3
)
"""A thousand times as fast as the target's."""

PATIENT = Pace(
    Rules(RULES.read_backs, commit_lag_s=4.0, settle_s=2.0, poll_interval_s=0.1), 1.5, 1.5, 20.0
)
"""For many processes at once on a machine that is busy."""


def push_here(hub: Hub, url: str, *, pace: Pace = QUICK) -> dict[str, int]:
    """Push what the tenant has, and return how documents ended."""
    target = FennoaTarget(
        url,
        USER,
        SecretStr(KEY),
        preparing(Terms()),
        SlidingWindow(calls=1_000, period_s=0.1),
        rules=pace.rules,
        memory=HubMemory(hub, "acme", "fennoa"),
        request_limit_s=pace.request_limit_s,
    )
    pusher = push.Pusher(
        hub,
        "acme",
        "fennoa",
        target,
        limit_s=pace.limit_s,
        pause_s=0.02,
        spare_s=pace.spare_s,
    )
    return dict(asyncio.run(pusher.run()))


def push_or_die(home: Path, url: str, kill_at: str) -> None:
    """Push, and be killed at a step."""
    os.environ[KILL_AT] = kill_at
    with opened(home) as stores:
        push_here(stores.hub, url)


def push_and_sleep(home: Path, url: str, sleep_at: str) -> None:
    """Push, and stop at a step the first time, until somebody lets the process go on."""
    asleep = []

    def reached(step: str, **_: object) -> None:
        if step == sleep_at and not asleep:
            asleep.append(step)
            os.kill(os.getpid(), signal.SIGSTOP)

    with opened(home) as stores, patch.object(push, "reached", reached):
        push_here(stores.hub, url)
