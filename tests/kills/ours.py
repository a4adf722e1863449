"""The outbox under real kills: as `tasks.push` works it, on a hub of its own for each schedule."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

from blocks.hub.outbox import Queued
from ledger.push.items import HoldCode, Phase
from ledger.push.steps import Step
from tasks import push
from tests.faults.pusher import PATIENT, push_here
from tests.homes import opened
from tests.kills.outcome import End
from tests.kills.schedule import Life, Living

NAME: Final = "the outbox"
AT_ONCE: Final = 12
"""Schedules beside each other: they mostly wait."""
OVER: Final = frozenset({Phase.DONE, Phase.HELD, Phase.REJECTED})


@contextmanager
def running() -> Iterator[None]:
    """Nothing has to run beside it."""
    yield


def begin(home: Path) -> None:
    """The hub is all that it needs."""


def push_through(home: Path, url: str, life: Life) -> None:
    """Push as long as anything is due, and send oneself a signal on the way."""
    living = Living(life)
    with opened(home) as stores, patch.object(push, "reached", living.reached):
        push_here(stores.hub, url, pace=PATIENT)


def settle(home: Path, url: str, deadline: float) -> None:
    """Push until a person is needed for whatever is left, or until a deadline."""
    with opened(home) as stores:
        while {one.item.phase for one in stores.hub.outbox.listed("acme", "fennoa")} - OVER:
            if time.monotonic() > deadline:
                return  # what is left is named
            push_here(stores.hub, url, pace=PATIENT)
        push_here(stores.hub, url, pace=PATIENT)


def ends(home: Path) -> dict[str, End]:
    """Return how documents ended, by key."""
    with opened(home) as stores:
        return {one.item.key: _end(one) for one in stores.hub.outbox.listed("acme", "fennoa")}


def _end(one: Queued) -> End:
    item, hold = one.item, one.item.hold
    # Of all that goes wrong in a schedule, only the answer to a sending cannot be proven.
    is_held = hold is not None and (item.step, hold.code) == (Step.SEND, HoldCode.NO_PROOF)
    is_done = item.phase is Phase.DONE
    return End(is_done, is_held, item.is_created, item.steps, f"{one.state} at {item.step}, {hold}")
