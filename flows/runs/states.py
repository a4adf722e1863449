"""A flow run seen from inside: its id, its name, its tags, and how it ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

from prefect import State, runtime
from prefect.client.orchestration import get_client
from prefect.states import Completed, Failed

from blocks.advice import as_here
from ledger.outcome import Outcome
from ledger.text import visible

TAG: Final = "tasma"
"""On every deployment of ours, and so on every run."""

MAX_MESSAGE_CHARS: Final = 500
"""Longest message of a final state: the UI shows it in one line; the artifacts say all."""


due_at: Final[ContextVar[dt.datetime | None]] = ContextVar("due_at", default=None)
"""When the present look was due, within a run that looks again and again."""


def scheduled_at() -> dt.datetime:
    """Return when what is being done was to start; now, outside of a run."""
    return due_at.get() or runtime.flow_run.get_scheduled_start_time() or dt.datetime.now(dt.UTC)


def run_id() -> str:
    """Return the id of the flow run we are in; empty outside of one."""
    return runtime.flow_run.get_id() or ""


async def name_run(name: str, *, tags: Sequence[str]) -> None:
    """Name the present run and add tags, once it is known what the run is about."""
    if not run_id():
        return
    async with get_client() as client:
        old = await client.read_flow_run(UUID(run_id()))
        await client.update_flow_run(
            old.id,
            name=visible(name),
            tags=sorted({*old.tags, *(visible(tag)[:255] for tag in tags)}),
        )


def ended(outcome: Outcome, message: str, *, problem: BaseException | None = None) -> State[Any]:
    """Return the final state by which the UI calls the run (docs/decisions/0008).

    What is red (``Held``, ``Failed``) is of Prefect's type FAILED, so that somebody looks; all else
    that ends by plan is COMPLETED. `problem`: what was raised; the hooks ask it whether the run may
    work the next time.
    """
    message = as_here(visible(message))
    text = message if len(message) <= MAX_MESSAGE_CHARS else f"{message[: MAX_MESSAGE_CHARS - 1]}…"
    make = Failed if outcome.is_red else Completed
    return make(name=outcome.state_name, message=text, data=problem)
