"""Take up the files dropped into the inbox folders: an import run for each complete ledger."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from prefect import State
from prefect.states import Completed, Failed

from blocks.lake import FileRefused
from blocks.names import shown_name
from blocks.pickup.folder import Dropped, Inbox, fair_share, named_as_text
from blocks.pickup.port import ChangedMeanwhile, Look, Place, complete_files
from blocks.settings import settings
from flows.runs.file_runs import end_of
from flows.runs.flow import flow
from tasks.arrivals import explain
from tasks.fetch import land_waiting
from tasks.file_runs import FileRun
from tasks.inbox import End, put_aside
from tasks.inbox_invoices import invoices_place, take_up_invoices
from tasks.log import say, warn
from tasks.onboarding import NotOpen, require_open
from tasks.stores import Stores, open_stores
from tasks.waiting_files import Waiting, in_order

SETTLE_S: Final = 2.0
"""A file is complete when two looks this far apart see the same size and times."""

EMPTY: Final = "It is empty: 0 bytes. Export it again, then drop it again."


@flow(name="import-inbox", flow_run_name="inbox sweep", retries=0)
async def import_inbox() -> State[Any]:
    """Look through all inbox folders and start an import for each complete new file.

    A file that is still being written (its size or time changes, or it has a temporary name) is
    left for the next sweep, and so is one that would replace what an older one, at work now,
    brings. Invoices of the folder *invoices* are queued for pushing by this run itself.
    Done files are moved to *processed* or *failed*. Each file is dealt with on its own:
    what is wrong with one, or with its tenant's folder, stops no other.
    """
    inbox = settings().inbox
    inbox.mkdir(parents=True, exist_ok=True)
    with open_stores() as stores:
        tenants = {tenant.id for tenant in stores.hub.tenants}
        place, invoices = Inbox(inbox, tenants), invoices_place(inbox, tenants)
        found, dropped = await asyncio.gather(
            complete_files(place, settle_s=SETTLE_S), complete_files(invoices, settle_s=SETTLE_S)
        )
        chosen = fair_share(found.files)
        ends = await _deal_with_all(stores, place, chosen)
        ends += await take_up_invoices(stores, invoices, dropped.files)
    found.left |= dropped.left
    for left in found.left.values():
        warn(f"{left}.", tenant=left.folder if left.folder in tenants else "")
    return _concluded(ends, found, more=len(found.files) - len(chosen))


def _concluded(ends: Counter[End], found: Look[Dropped], *, more: int) -> State[Any]:
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


async def _deal_with_all(
    stores: Stores, place: Place[Dropped], chosen: Sequence[Dropped]
) -> Counter[End]:
    """Take up files; of those that would replace each other the oldest, and others later."""
    ends: Counter[End] = Counter()
    for tenant in dict.fromkeys(file.tenant for file in chosen):
        files = {file.path: file for file in chosen if file.tenant == tenant}
        at_work: list[Waiting] = []
        for waiting in await asyncio.to_thread(in_order, stores.hub, tenant, list(files)):
            is_next = not any(map(waiting.shares_days, at_work))
            end = await _deal_with(stores, place, files[waiting.path]) if is_next else End.WAITING
            if end in {End.AT_WORK, End.WAITING}:
                at_work.append(waiting)
            ends[end] += 1
    return ends


async def _deal_with(stores: Stores, place: Place[Dropped], file: Dropped) -> End:
    """Take up one file, or put it aside with the reason; whatever happens, others go on."""
    try:
        await asyncio.to_thread(require_open, stores.hub, file.tenant, by_api=False)
        return await _take_up(stores, place, await asyncio.to_thread(named_as_text, file))
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


async def _take_up(stores: Stores, place: Place[Dropped], file: Dropped) -> End:
    """Land a file and see to it that a run works on it; one that cannot be landed is put aside."""
    if not file.size_bytes:
        return await put_aside(stores, place, file, reason=EMPTY)
    try:
        landed = await asyncio.to_thread(land_waiting, stores, place, file)
    except FileRefused as problem:
        return await put_aside(stores, place, file, reason=str(problem))
    except ChangedMeanwhile:
        return End.WAITING
    # The same bytes dropped again tomorrow are a new wish, so the key holds the time of the file.
    key = f"inbox:{file.tenant}:{landed.sha256}:{file.changed_ns}"
    run = FileRun(file.tenant, file.name, str(file.path), landed.sha256, key)
    end = await end_of(run)
    if end is None:
        return End.AT_WORK
    # It ended, and did not get as far as to move the file: a full disk, perhaps.
    return await put_aside(stores, place, file, reason=end.reason, sha256=landed.sha256)
