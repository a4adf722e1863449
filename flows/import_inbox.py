"""Take up the files dropped into the inbox folders: one import run for each complete one."""

from __future__ import annotations

import asyncio
from collections import Counter
from enum import StrEnum
from typing import Any, Final

from prefect import State, flow
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment
from prefect.states import Completed, Failed

from blocks.inbox import (
    Dropped,
    Look,
    complete_files,
    fair_share,
    file_away,
    is_as_seen,
    named_as_text,
)
from blocks.lake import FileRefused
from blocks.names import shown_name
from blocks.settings import settings
from tasks.arrivals import explain
from tasks.fetch import land_file
from tasks.log import say, warn
from tasks.onboarding import NotOpen, require_open
from tasks.stores import Stores, open_stores

IMPORT: Final = "import-file/import-file"
MAX_ATTEMPTS: Final = 5
"""Runs for one dropped file, each of which died and left it lying."""

EMPTY: Final = "It is empty: 0 bytes. Export it again, then drop it again."
GAVE_UP: Final = (
    f"{MAX_ATTEMPTS} runs were started for this file and each of them died. Look at them in the "
    "UI, then drop the file again."
)
CANCELLED: Final = "The run was cancelled. Drop the file again when it is wanted."
ENDED: Final = "The run {name} ended as {state}; its page in the UI says why."


class End(StrEnum):
    """How a sweep left one file."""

    AT_WORK = "at work"
    PUT_ASIDE = "put aside"
    WAITING = "for the next sweep"
    TROUBLED = "in trouble"


@flow(name="import-inbox", flow_run_name="inbox sweep", retries=0)
async def import_inbox() -> State[Any]:
    """Look through all inbox folders and start an import for each complete new file.

    A file that is still being written (its size or time changes, or it has a temporary name) is
    left for the next sweep. Done files are moved to *processed* or *failed*. Each file is dealt
    with on its own: what is wrong with one, or with its tenant's folder, stops no other.
    """
    inbox = settings().inbox
    inbox.mkdir(parents=True, exist_ok=True)
    with open_stores() as stores:
        tenants = {tenant.id for tenant in stores.hub.tenants}
        found = await complete_files(inbox, tenants)
        chosen = fair_share(found.files)
        ends = Counter([await _deal_with(stores, file) for file in chosen])
    for left in found.left.values():
        warn(f"{left}.", tenant=left.folder if left.folder in tenants else "")
    return _concluded(ends, found, more=len(found.files) - len(chosen))


def _concluded(ends: Counter[End], found: Look, *, more: int) -> State[Any]:
    """Sum up a sweep; it is red when a file could not be dealt with, through no fault of its own.

    `more`: files for which the sweep had no room.
    """
    others: dict[str, int] = {end: ends[end] for end in End if end != End.AT_WORK}
    others[End.WAITING] += more
    others["left alone"] = found.left_count
    counted = [f"{count:,} {end}" for end, count in others.items() if count]
    message = f"{', '.join([f'{ends[End.AT_WORK]} files at work', *counted])}."
    if ends[End.TROUBLED]:
        return Failed(message=f"{message} The log of this run says what stood in the way.")
    return Completed(message=message)


async def _deal_with(stores: Stores, file: Dropped) -> End:
    """Take up one file, or put it aside with the reason; whatever happens, others go on."""
    try:
        await asyncio.to_thread(require_open, stores.hub, file.tenant, by_api=False)
        return await _take_up(stores, await asyncio.to_thread(named_as_text, file))
    except NotOpen as problem:  # nothing is wrong with the file (R-FIN-24)
        say(f"{shown_name(file.path.name)} waits: {problem.values['missing']}", tenant=file.tenant)
        return End.WAITING
    except OSError as problem:
        trouble = f"{type(problem).__name__}: {problem.strerror}"
    except Exception as problem:  # noqa: BLE001 - whatever it was, it is this file's alone
        trouble = explain(problem)
    warn(
        f"{shown_name(file.path.name)} stays in the inbox for the next sweep. {trouble}",
        tenant=file.tenant,
    )
    return End.TROUBLED


async def _take_up(stores: Stores, file: Dropped) -> End:
    """Land a file and see to it that a run works on it; one that cannot be landed is put aside."""
    if not file.size_bytes:
        return await _put_aside(stores, file, reason=EMPTY)
    try:
        landed = await asyncio.to_thread(land_file, stores, file.tenant, path=file.path)
    except FileRefused as problem:
        return await _put_aside(stores, file, reason=str(problem))
    if not is_as_seen(file):
        return End.WAITING
    for attempt in range(1, MAX_ATTEMPTS + 1):
        run = await _run_of(file, landed.sha256, attempt=attempt)
        if run.state is None or not run.state.is_final():
            say(f"{shown_name(file.path.name)}: run {run.name}", tenant=file.tenant)
            return End.AT_WORK
        if not run.state.is_crashed():
            # It ended, and did not get as far as to move the file: a full disk, perhaps.
            reason = _reason(run, run.state)
            return await _put_aside(stores, file, reason=reason, sha256=landed.sha256)
    return await _put_aside(stores, file, reason=GAVE_UP, sha256=landed.sha256)


def _reason(run: FlowRun, state: State[Any]) -> str:
    """Say why a run did not take its file in; empty when it did."""
    if state.is_completed():
        return ""
    return CANCELLED if state.is_cancelled() else ENDED.format(name=run.name, state=state.name)


async def _put_aside(stores: Stores, file: Dropped, *, reason: str, sha256: str = "") -> End:
    moved = await asyncio.to_thread(file_away, file.tenant, file.path, reason=reason, sha256=sha256)
    if moved is None:
        return End.WAITING
    if reason:
        warn(f"{shown_name(file.path.name)} was put aside: {reason}", tenant=file.tenant)
        moved_to = f"{moved.name} was put aside in {moved.parent.name}: {reason}"
        await asyncio.to_thread(stores.hub.events.add, "inbox", moved_to, tenant=file.tenant)
    return End.PUT_ASIDE


async def _run_of(file: Dropped, sha256: str, *, attempt: int) -> FlowRun:
    """Return the run of a dropped file: a new one, or the one that there is already.

    The key holds the time of the file, since the same bytes dropped again tomorrow are a new wish.
    """
    return await arun_deployment(
        IMPORT,
        parameters={"tenant": file.tenant, "path": str(file.path), "sha256": sha256},
        idempotency_key=f"inbox:{file.tenant}:{sha256}:{file.changed_ns}:{attempt}",
        flow_run_name=f"{file.tenant} {file.path.name}",
        tags=[f"tenant:{file.tenant}"],
        timeout=0,
        as_subflow=False,
    )
