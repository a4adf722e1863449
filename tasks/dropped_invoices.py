"""Files of invoices that were dropped: landed, then queued by the very code of `tasma push add`.

To take a file twice changes nothing, since the outbox knows each invoice by its name. So whoever
dies between queueing and moving leaves a file that is taken once more, and is moved then.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, Final, Generic

from blocks.client_names import base_of
from blocks.durable import remove, space_checked, temporary_name
from blocks.hub import FileSeen, Hub
from blocks.invoices.files import READERS, may_go_on, records_of
from blocks.invoices.refusals import InvoiceFileRefused
from blocks.lake import FileRefused, Landed
from blocks.names import shown_name
from blocks.pickup.port import ChangedMeanwhile, File, NotMoved, Place
from blocks.received import opened_to_land, sha256_of
from blocks.systems.registry import systems_with
from blocks.systems.targets import PushTarget
from ledger.errors import TerminalError, TransientError
from ledger.invoice.contract import read
from tasks.log import say
from tasks.push_add import Added, add_file
from tasks.push_files import FILE_MAX_BYTES, SOURCE, named_by
from tasks.stores import Stores

LANDED_AS: Final = "invoices"
"""Source under which the lake keeps the files as they came."""

PDF: Final = ".pdf"
ENDINGS: Final = frozenset({*READERS, PDF})
"""Of names in the folder: files of invoices, and what goes with them."""

STALLED: Final = dt.timedelta(hours=1)
"""How long a file is waited for that does not end as its form ends: its upload may have stalled."""

FILES_WAIT: Final = dt.timedelta(hours=24)
"""How long an invoice waits for its image and attachments; it is refused without them then."""

EVENTS_LOOKED_AT: Final = 100


class NoTarget(TransientError):
    """A tenant has dropped invoices, and no system that they could go to."""

    sentence = (
        "{tenant} is connected to no system that takes invoices. Its files of invoices wait: "
        "`tasma connect` it to one."
    )


class SeveralTargets(TerminalError):
    """Invoices were dropped that could go to more than one system."""

    sentence = (
        "{tenant} is connected to {systems}, and a dropped file does not say to which of them its "
        "invoices go. `tasma push add {tenant} FILE --to SYSTEM` says it."
    )


@dataclass(frozen=True)
class Taken:
    """What became of a file.

    `waits_for`: what has to come before it is filed away, empty when it may be. `failed`: why it
    was not taken in whole. `sha256`: of what was taken.
    """

    sha256: str
    waits_for: str = ""
    failed: str = ""


@dataclass(frozen=True)
class InvoiceFiles(Generic[File]):
    """Takes files of one tenant out of a place, for one system.

    `ask`: how the place is asked, whose calls block. `target`: the system, open. `named`: names of
    all that goes with the invoices of files that are done with.
    """

    stores: Stores
    tenant: str
    place: Place[File]
    system: str
    target: PushTarget
    ask: Callable[..., Awaitable[Any]]
    who: str = ""
    named: set[str] = field(default_factory=set)

    async def take(
        self, file: File, companions: Mapping[str, File], *, waited: dt.timedelta
    ) -> Taken:
        """Queue the invoices of a file.

        Args:
            file: The file, as it was seen.
            companions: What lies beside it and may go with its invoices, by name.
            waited: For how long it has been as it is.

        Raises:
            ChangedMeanwhile: It, or what goes with it, is not as it was seen.
            FileRefused: It cannot be taken in as it is.
            NoSpace: The disk is full.
        """
        with self._folder() as folder:
            path = folder / file.name
            await self.ask(_fetch, self.place, file, path)
            if waited < STALLED and await asyncio.to_thread(_may_go_on, path):
                return Taken("", waits_for="the rest of it")
            landed = await asyncio.to_thread(self._land, path)
            named = await asyncio.to_thread(_named_in, path)
            for name in sorted(named & companions.keys()):
                await self.ask(_fetch_companion, self.place, companions[name], folder / name)
            may_wait = waited < FILES_WAIT
            taken = await asyncio.to_thread(self._add, path, landed, may_wait=may_wait)
        if not taken.waits_for:
            self.named.update(named)
        return taken

    async def clear(self, companions: Mapping[str, File]) -> int:
        """File away what went with an invoice taken here, and is kept; return how many.

        Whoever calls makes sure that no other file of invoices lies there, which may name the same.
        What no file taken here named stays, though its bytes be known: its file is yet to come. So
        does what is written to, or cannot be moved.
        """
        moved = 0
        for name in sorted(self.named & companions.keys()):
            file = companions[name]
            with suppress(ChangedMeanwhile, NotMoved, FileRefused):
                sha256 = await self.ask(_hash, self.place, file)
                if sha256 and self.stores.lake.find(self.tenant, SOURCE, sha256):
                    moved += bool(await self.ask(self.place.done, file, sha256=sha256))
        return moved

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """Give a folder of this machine, in which a file and what goes with it lie together."""
        folder = temporary_name(self.stores.lake.temporary, self.tenant)
        folder.mkdir()
        try:
            yield folder
        finally:
            remove(folder)

    def _land(self, path: Path) -> Landed:
        with path.open("rb") as file:
            return self.stores.lake.land_stream(self.tenant, LANDED_AS, file, file_name=path.name)

    def _add(self, path: Path, landed: Landed, *, may_wait: bool) -> Taken:
        added = Added()
        try:
            added = add_file(
                self.stores.hub,
                self.tenant,
                self.system,
                path,
                target=self.target,
                process="",
                lake=self.stores.lake,
                may_wait=may_wait,
            )
            failed = "\n".join([str(added), *added.reasons]) if added.refused else ""
        except InvoiceFileRefused as problem:
            failed = str(problem)
        if added.waiting:
            return Taken(landed.sha256, waits_for=", ".join(sorted(set(added.waits_for))))
        self._note(landed, added, failed)
        return Taken(landed.sha256, failed=failed)

    def _note(self, landed: Landed, added: Added, failed: str) -> None:
        seen = FileSeen(
            self.tenant,
            landed.sha256,
            landed.file_name,
            landed.size_bytes,
            outcome="refused" if failed else "queued",
            reason=failed or str(added),
            who=self.who,
        )
        self.stores.hub.files.record(seen)


def target_of(hub: Hub, tenant: str) -> str:
    """Return the system that a tenant's dropped invoices go to.

    Raises:
        NoTarget, SeveralTargets: There is not exactly one.
    """
    takes = systems_with("target")
    systems = [one.system for one in hub.connections.all_of(tenant) if base_of(one.system) in takes]
    if not systems:
        raise NoTarget(tenant=tenant)
    if len(systems) > 1:
        raise SeveralTargets(tenant=tenant, systems=" and ".join(sorted(systems)))
    return systems[0]


def tell_waiting(hub: Hub, tenant: str, name: str, waits_for: str) -> None:
    """Note once in the log of events what a file of invoices waits for."""
    message = f"{shown_name(name)} waits for {waits_for}"
    say(message, tenant=tenant)
    known = hub.events.recent(tenant=tenant, kind=LANDED_AS, limit=EVENTS_LOOKED_AT)
    if message not in {event.message for event in known}:
        hub.events.add(LANDED_AS, message, tenant=tenant)


def is_of_invoices(name: str) -> bool:
    """Return whether a file in the folder holds invoices, by its name, and is none beside them."""
    return PurePath(name).suffix.lower() in READERS


def _fetch(place: Place[File], file: File, path: Path) -> None:
    with (
        place.take(file) as found,
        opened_to_land(found, file.name, follow_links=False) as source,
        space_checked("fetching invoices", path.parent),
        path.open("wb") as out,
    ):
        shutil.copyfileobj(source, out)


def _fetch_companion(place: Place[File], file: File, path: Path) -> None:
    if file.size_bytes <= FILE_MAX_BYTES:
        _fetch(place, file, path)
        return
    with path.open("wb") as hole:  # as large, so that it is refused by its size, and unread
        hole.truncate(file.size_bytes)


def _hash(place: Place[File], file: File) -> str:
    if file.size_bytes > FILE_MAX_BYTES:
        return ""
    with place.take(file) as path:
        return sha256_of(path)


def _may_go_on(path: Path) -> bool:
    with path.open("rb") as file:
        return may_go_on(file, path.name)


def _named_in(path: Path) -> set[str]:
    """Return the names of all files that go with the invoices of a file, as far as it is read."""
    names: set[str] = set()
    with path.open("rb") as file:
        try:
            for record in records_of(file, path.name):
                invoice, _ = read(record)
                names |= set(named_by(invoice)) if invoice else set()
        except InvoiceFileRefused:  # whoever queues them says so
            pass
    return names
