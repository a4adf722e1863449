"""Invoices in the inbox: the folder *invoices* of a tenant, in which any file may be dropped whole.

::

    <inbox>/<tenant>/invoices/january.jsonl      invoices, in any form of docs/systems/invoices.md
    <inbox>/<tenant>/invoices/2026-0117.pdf      an image or an attachment that one of them names
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from blocks.lake import FileRefused
from blocks.names import shown_name
from blocks.pickup.folder import Dropped, Inbox, fair_share, named_as_text
from blocks.pickup.port import INVOICES, ChangedMeanwhile
from blocks.systems.registry import target_for_files
from tasks.arrivals import explain
from tasks.dropped_invoices import (
    ENDINGS,
    InvoiceFiles,
    NoTarget,
    SeveralTargets,
    is_of_invoices,
    target_of,
    tell_waiting,
)
from tasks.inbox import End, put_aside
from tasks.log import say, warn
from tasks.stores import Stores


def invoices_place(root: Path, tenants: Collection[str]) -> Inbox:
    """Return the place of all tenants' invoices below an inbox."""
    return Inbox(root, tenants, below=INVOICES, suffixes=ENDINGS)


async def take_up_invoices(
    stores: Stores, place: Inbox, files: Collection[Dropped]
) -> Counter[End]:
    """Queue what the files of invoices hold, the oldest first, and file them away.

    What is wrong with a tenant or a file stops no other; what there is no room for waits.
    """
    documents = [file for file in files if is_of_invoices(file.name)]
    chosen = fair_share(documents)
    ends = Counter({End.WAITING: len(documents) - len(chosen)})
    for tenant in dict.fromkeys(file.tenant for file in chosen):
        mine = [file for file in chosen if file.tenant == tenant]
        companions = {
            file.name: file
            for file in files
            if file.tenant == tenant and not is_of_invoices(file.name)
        }
        ends += await _of_tenant(stores, place, mine, companions)
    return +ends


async def _of_tenant(
    stores: Stores, place: Inbox, files: list[Dropped], companions: dict[str, Dropped]
) -> Counter[End]:
    tenant = files[0].tenant
    try:
        system = await asyncio.to_thread(target_of, stores.hub, tenant)
        async with target_for_files(stores.hub, tenant, system) as target:
            taking = InvoiceFiles(
                stores, tenant, place, system, target, ask=asyncio.to_thread, who="inbox"
            )
            ends = Counter([await _one(taking, file, companions) for file in files])
            if not await asyncio.to_thread(_lie_in, files[0].path.parent):
                await taking.clear(companions)  # nothing else may name the same attachment
            return ends
    except SeveralTargets as problem:
        return Counter([await put_aside(stores, place, one, reason=str(problem)) for one in files])
    except NoTarget as problem:  # nothing is wrong with the files
        say(str(problem), tenant=tenant)
        return Counter({End.WAITING: len(files)})
    except Exception as problem:  # noqa: BLE001 - whatever it was, it is this tenant's alone
        warn(
            f"Its invoices stay in the inbox for the next sweep. {explain(problem)}", tenant=tenant
        )
        return Counter({End.TROUBLED: len(files)})


def _lie_in(folder: Path) -> bool:
    """Return whether files of invoices are left: waiting, in trouble, or not swept yet."""
    with os.scandir(folder) as entries:
        return any(
            is_of_invoices(entry.name) and entry.is_file(follow_symlinks=False) for entry in entries
        )


async def _one(taking: InvoiceFiles[Dropped], file: Dropped, companions: dict[str, Dropped]) -> End:
    try:
        return await _deal_with(taking, file, companions)
    except Exception as problem:  # noqa: BLE001 - whatever it was, it is this file's alone
        warn(
            f"{shown_name(file.name)} stays in the inbox for the next sweep. {explain(problem)}",
            tenant=file.tenant,
        )
        return End.TROUBLED


async def _deal_with(
    taking: InvoiceFiles[Dropped], seen: Dropped, companions: dict[str, Dropped]
) -> End:
    """Take up one file, or put it aside with the reason."""
    stores, place = taking.stores, taking.place
    file = await asyncio.to_thread(named_as_text, seen)
    waited = dt.timedelta(seconds=time.time() - file.changed_ns / 1e9)
    try:
        taken = await taking.take(file, companions, waited=waited)
    except ChangedMeanwhile:
        return End.WAITING
    except FileRefused as problem:
        return await put_aside(stores, place, file, reason=str(problem))
    if taken.waits_for:
        await asyncio.to_thread(tell_waiting, stores.hub, file.tenant, file.name, taken.waits_for)
        return End.WAITING
    end = await put_aside(stores, place, file, reason=taken.failed, sha256=taken.sha256)
    return End.QUEUED if end is End.PUT_ASIDE and not taken.failed else end
