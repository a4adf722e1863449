"""How new files of one tenant come into the lake, or are put aside before they do."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from blocks.hub.pickups import PickupFile
from blocks.hub.states import PickupState
from blocks.lake import FileRefused, Landed
from blocks.pickup.agreed import Agreed
from blocks.pickup.notes import Note, note
from blocks.pickup.port import ChangedMeanwhile, NotMoved
from blocks.pickup.sftp import RemoteFile, RemoteFolder
from blocks.received import read_received
from ledger.readers import SIE, format_of
from ledger.text import number_of
from tasks.fetch import land_file
from tasks.log import say, warn
from tasks.pickup.polled import End
from tasks.pickup.threads import Threads
from tasks.pickup.whole import is_unfinished
from tasks.pickup.whose import NOBODYS, whose
from tasks.stores import Stores
from tasks.waiting_files import FIRST_VOUCHER

Answer = TypeVar("Answer")

MAX_FILES: Final = 20
"""New files of a kind taken in one poll of one tenant; the next takes the rest."""

MOVE_ATTEMPTS: Final = 3
"""Polls that try to move a file away, before it stays where it is for good."""

STALLED: Final = dt.timedelta(hours=1)
"""How long a file that is not whole is waited for: its upload may have stalled. Three intervals."""

REVISITED: Final = frozenset({PickupState.UNFINISHED, PickupState.ANOTHERS})
"""States that may have changed after `STALLED`, though the file looks as it did."""

HEAD_BYTES: Final = 1 << 20
"""How much of a SIE file is fetched to see whose it is; the number stands at its beginning."""


@dataclass(frozen=True)
class Taking:
    """What one poll takes with; `link`: held for each call, as a connection takes one."""

    stores: Stores
    place: RemoteFolder
    threads: Threads
    link: asyncio.Lock

    @property
    def agreed(self) -> Agreed:
        """What was agreed with the tenant."""
        return self.place.agreed

    @property
    def tenant(self) -> str:
        """Whose files they are."""
        return self.agreed.tenant

    async def ask(self, work: Callable[..., Answer], *about: Any, **how: Any) -> Answer:
        """Ask the server, one question at a time."""
        async with self.link:
            return await self.threads.do(work, *about, **how)

    async def unfit(self, file: RemoteFile, known: dict[str, PickupFile]) -> End | None:
        """Deal with what need not be fetched to be refused; None when it may be taken."""
        if not self.agreed.claimants(file.name):
            return await self._put_aside(file, Note.WRONG_NAME, expected=self.agreed.names)
        if file.size_bytes:
            return None
        if has_waited(file, known):
            return await self._put_aside(file, Note.EMPTY)
        return await self._wait_for_more(self._row(file, None))

    async def take(self, file: RemoteFile, known: dict[str, PickupFile]) -> End | PickupFile:
        """Take a file into the lake, where its run will find it."""
        try:
            landed, is_whole, owner = await self.ask(self._land, file)
        except FileRefused as problem:
            return await self._put_aside(file, Note.REFUSED, reason=str(problem))
        except ChangedMeanwhile:
            return End.WAITING
        row = self._row(file, landed)
        if not is_whole and not has_waited(file, known):
            return await self._wait_for_more(row)
        if landed is None:
            return await self._leave(file, row, owner)
        return await self.threads.do(self.stores.hub.pickups.remember, row)

    async def _wait_for_more(self, row: PickupFile) -> End:
        minutes = number_of(STALLED // dt.timedelta(minutes=1), "minute")
        say(f"{row.name} is not whole yet; it is waited for, {minutes} at most", tenant=self.tenant)
        row = replace(row, state=PickupState.UNFINISHED)
        await self.threads.do(self.stores.hub.pickups.remember, row)
        return End.WAITING

    def _land(self, file: RemoteFile) -> tuple[Landed | None, bool, str]:
        """Keep a file unless it is another tenant's; say whether it is whole, and whose it is."""
        owner = self._owner(file)
        if owner not in {NOBODYS, self.tenant}:
            return None, True, owner
        with self.place.take(file) as path:
            is_whole = not is_unfinished(path, file.name)
            if owner == NOBODYS:
                return None, is_whole, owner
            return land_file(self.stores, file.tenant, path=path, name=file.name), is_whole, owner

    def _owner(self, file: RemoteFile) -> str:
        """Return whose a file is; fetches no more of it than that takes."""
        claimants = self.agreed.claimants(file.name)
        if len(claimants) == 1:
            return claimants[0]
        if format_of(file.name) is SIE:
            content = self.place.head(file, most_bytes=HEAD_BYTES).partition(FIRST_VOUCHER)[0]
        else:
            with self.place.take(file) as path:
                content = read_received(path)
        return whose(self.stores.hub, content, name=file.name, claimants=claimants)

    async def _leave(self, file: RemoteFile, row: PickupFile, owner: str) -> End:
        """Leave a file to its owner; one of nobody's the first of its claimants puts aside."""
        if owner == NOBODYS and self.tenant == self.agreed.claimants(file.name)[0]:
            return await self._put_aside(file, Note.NOBODYS)
        reason = f"the organisation number in it is that of {owner or 'nobody who shares here'}"
        row = replace(row, state=PickupState.ANOTHERS, reason=reason)
        await self.threads.do(self.stores.hub.pickups.remember, row)
        return End.ANOTHERS

    def _row(self, file: RemoteFile, landed: Landed | None) -> PickupFile:
        return PickupFile(
            self.tenant,
            file.name,
            file.size_bytes,
            file.modified_s,
            sha256=landed.sha256 if landed else "",
            state=PickupState.LANDED,
        )

    async def _put_aside(self, file: RemoteFile, kind: Note, **values: str) -> End:
        """Move a file aside that was refused before it was fetched."""
        text = self.note(kind, file, **values)
        warn(text.rpartition("\n\n")[2], tenant=self.tenant)
        try:
            moved = await self.ask(self.place.done, file, failed=text)
        except NotMoved:
            row = PickupFile(
                self.tenant,
                file.name,
                file.size_bytes,
                file.modified_s,
                sha256="",
                state=PickupState.KEPT,
                reason=text,
            )
            await self.threads.do(self.stores.hub.pickups.remember, row)
            return End.STAYS
        message = f"put aside: {text.rpartition(chr(10) * 2)[2]}"
        await self.threads.do(self.stores.hub.events.add, "pickup", message, tenant=self.tenant)
        return End.PUT_ASIDE if moved else End.WAITING

    async def file_away(self, file: RemoteFile, row: PickupFile, *, kind: Note) -> End:
        """Move a file that was dealt with, aside with a note of a kind if there is a reason."""
        failed = self.note(kind, file, reason=row.reason) if row.reason else ""
        pickups = self.stores.hub.pickups
        try:
            moved = await self.ask(self.place.done, file, sha256=row.sha256, failed=failed)
        except NotMoved as problem:
            tried = row.move_attempts + 1
            state = PickupState.KEPT if tried == MOVE_ATTEMPTS else PickupState.ENDED
            row = replace(row, move_attempts=tried, state=state)
            await self.threads.do(pickups.remember, row)
            say(str(problem), tenant=self.tenant)
            return End.STAYS
        await self.threads.do(pickups.forget, self.tenant, row.name)
        if not moved:  # other bytes lie there now, and are new to the next poll
            return End.WAITING
        say(f"{row.name} lies in {moved} now", tenant=self.tenant)
        return End.PUT_ASIDE if failed else End.FILED

    def note(self, kind: Note, file: RemoteFile, **values: str) -> str:
        """Return what is written beside a file that is put aside."""
        country = self.stores.hub.tenants.get(self.tenant).country
        return note(kind, country, name=file.name, **values)


def is_known(file: RemoteFile, row: PickupFile | None, *, at: dt.datetime) -> bool:
    """Return whether a file is as it was when it was remembered, and need not be looked at anew."""
    if not is_same(file, row) or row is None:
        return False
    return row.state not in REVISITED or at - row.seen_at < STALLED


def has_waited(file: RemoteFile, known: dict[str, PickupFile]) -> bool:
    """Return whether a file that was not whole has stayed so, as is asked after `STALLED`."""
    row = known.get(file.name)
    return is_same(file, row) and row is not None and row.state is PickupState.UNFINISHED


def is_same(file: RemoteFile, row: PickupFile | None) -> bool:
    """Return whether a file has the size and time that are remembered."""
    seen = row and (row.size_bytes, row.modified_s)
    return seen == (file.size_bytes, file.modified_s)


def age(file: RemoteFile) -> tuple[int, str]:
    """Return what puts files in the order in which they came."""
    return file.modified_s, file.name
