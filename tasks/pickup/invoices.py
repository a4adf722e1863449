"""The invoices in one poll of one tenant: a folder *invoices* within the one that was agreed.

The hub remembers its files under that folder's name, apart from those of ledgers.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, Final

from blocks.hub.pickups import PickupFile, Pickups
from blocks.hub.states import PickupState
from blocks.lake import FileRefused
from blocks.pickup.notes import Note
from blocks.pickup.port import INVOICES, ChangedMeanwhile, Look
from blocks.pickup.sftp import RemoteFile
from blocks.systems.registry import target_for_files
from ledger.readers import in_words
from ledger.text import joined
from tasks.dropped_invoices import (
    ENDINGS,
    FILES_WAIT,
    STALLED,
    InvoiceFiles,
    NoTarget,
    SeveralTargets,
    Taken,
    is_of_invoices,
    target_of,
    tell_waiting,
)
from tasks.log import warn
from tasks.pickup.polled import AS_IT_WAS_LEFT, End, Polled
from tasks.pickup.taking import MAX_FILES, Taking, age, is_same

BELOW: Final = f"{INVOICES}/"
Known = Mapping[str, PickupFile]


@dataclass(frozen=True)
class InvoicePoll:
    """`taking`: of the folder for invoices. `settle_s`: between two looks at what is new."""

    taking: Taking
    settle_s: float

    async def run(self, rows: Known, polled: Polled) -> None:
        """Queue what is new and whole, and file it away.

        Args:
            rows: What is remembered of the tenant's files.
            polled: Is told how each was left.

        Raises:
            TasmaError: The server, the folder or the system that invoices go to is in the way.
        """
        mine = Polled(self.taking.tenant)
        seen = await self.taking.ask(self.taking.place.look)
        known = {name.removeprefix(BELOW): rows[name] for name in rows if name.startswith(BELOW)}
        if gone := [f"{BELOW}{name}" for name in known.keys() - seen.names]:
            await self._do(self._pickups.forget, self.taking.tenant, *gone)
        documents = {file for file in seen.files if is_of_invoices(file.name)}
        fresh = {file for file in documents if self._is_fresh(file, known, seen.names)}
        for file in sorted(documents - fresh, key=age):
            row = known[file.name]
            settled = AS_IT_WAS_LEFT.get(row.state)
            mine.ends[settled or await self.taking.file_away(file, row, kind=Note.INVOICES)] += 1
        if fresh:
            await self._take(fresh, seen, known, mine)
        polled.ends += mine.ends
        polled.taken += mine.taken
        polled.waits_for = joined(polled.waits_for, mine.waits_for)
        self._count_others(seen, polled)

    async def _take(
        self, fresh: set[RemoteFile], seen: Look[RemoteFile], known: Known, polled: Polled
    ) -> None:
        tenant, hub = self.taking.tenant, self.taking.stores.hub
        system = unclear = ""
        try:
            system = await self._do(target_of, hub, tenant)
        except NoTarget as problem:  # nothing is wrong with the files
            polled.waits_for = str(problem)
            polled.ends[End.WAITING] += len(fresh)
            return
        except SeveralTargets as problem:
            unclear = str(problem)
        await asyncio.sleep(self.settle_s)
        later = await self.taking.ask(self.taking.place.look)
        companions = {file.name: file for file in later.files if not is_of_invoices(file.name)}
        # What goes with invoices is whole by the same two looks.
        companions = {name: file for name, file in companions.items() if file in seen.files}
        whole = sorted(fresh & later.files, key=age)[:MAX_FILES]
        polled.ends[End.WAITING] += len(fresh) - len(whole)
        if unclear:
            for file in whole:
                await self._settle(file, Taken("", failed=unclear), polled)
            return
        async with target_for_files(hub, tenant, system) as target:
            files = InvoiceFiles(
                self.taking.stores,
                tenant,
                self.taking.place,
                system,
                target,
                ask=self.taking.ask,
                who="SFTP",
            )
            for file in whole:
                await self._one(files, file, companions, known, polled)
            came = {file.name for file in later.files if is_of_invoices(file.name)} - seen.names
            if not came and not polled.ends[End.WAITING]:  # which may name the same attachment
                await files.clear(companions)

    async def _one(
        self,
        files: InvoiceFiles[RemoteFile],
        file: RemoteFile,
        companions: Mapping[str, RemoteFile],
        known: Known,
        polled: Polled,
    ) -> None:
        row = known.get(file.name)
        row = row if row and is_same(file, row) else None
        waited = self._now() - row.seen_at if row else dt.timedelta()
        try:
            taken = await files.take(file, companions, waited=waited)
        except ChangedMeanwhile:
            polled.ends[End.WAITING] += 1
            return
        except FileRefused as problem:
            taken = Taken("", failed=str(problem))
        if taken.waits_for:
            awaited = taken.waits_for.partition(", ")[0]
            row = replace(row or self._row(file), state=PickupState.UNFINISHED, reason=awaited)
            await self._do(self._pickups.remember, row)
            hub = self.taking.stores.hub
            await self._do(tell_waiting, hub, file.tenant, file.name, taken.waits_for)
            polled.ends[End.WAITING] += 1
            return
        polled.taken += 1
        await self._settle(file, taken, polled)

    async def _settle(self, file: RemoteFile, taken: Taken, polled: Polled) -> None:
        """Remember what became of a file, and file it away."""
        row = replace(self._row(file), sha256=taken.sha256, reason=taken.failed)
        row = await self._do(self._pickups.remember, row)
        if taken.failed:
            message = f"{file.name} was put aside: {taken.failed}"
            warn(message, tenant=file.tenant)
            events = self.taking.stores.hub.events
            await self._do(events.add, "pickup", message, tenant=file.tenant)
        # The hub keeps the beginning of a long reason; who put the file there gets all of it.
        whole = replace(row, reason=taken.failed)
        polled.ends[await self.taking.file_away(file, whole, kind=Note.INVOICES)] += 1

    def _is_fresh(self, file: RemoteFile, known: Known, names: set[str]) -> bool:
        """Return whether a file is to be taken: a new one, or one for which something may do."""
        row = known.get(file.name)
        if row is None or not is_same(file, row):
            return True
        if row.state is not PickupState.UNFINISHED:
            return False
        waited = self._now() - row.seen_at
        return row.reason in names or waited >= (FILES_WAIT if _is_name(row.reason) else STALLED)

    def _count_others(self, seen: Look[RemoteFile], polled: Polled) -> None:
        for file in seen.files:
            if PurePath(file.name).suffix.lower() not in ENDINGS:
                why = f"whose names do not end in {in_words(ENDINGS)}"
                polled.left.leave(INVOICES, why, name=file.name)
        polled.left.left |= seen.left

    def _row(self, file: RemoteFile) -> PickupFile:
        return PickupFile(
            file.tenant,
            f"{BELOW}{file.name}",
            file.size_bytes,
            file.modified_s,
            sha256="",
            state=PickupState.ENDED,
        )

    @property
    def _pickups(self) -> Pickups:
        return self.taking.stores.hub.pickups

    def _now(self) -> dt.datetime:
        return self.taking.stores.hub.database.now()

    @property
    def _do(self) -> Callable[..., Awaitable[Any]]:
        return self.taking.threads.do


def _is_name(reason: str) -> bool:
    return PurePath(reason).suffix.lower() in ENDINGS
