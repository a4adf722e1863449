"""One poll of one tenant: what is new and whole gets a run, what was dealt with is moved away."""

from __future__ import annotations

import asyncio
import datetime as dt
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Any, Final, TypeVar

from blocks.hub import FileSeen
from blocks.hub.pickups import PickupFile
from blocks.hub.states import PickupState
from blocks.lake import FileRefused, Landed
from blocks.pickup.agreed import Agreed
from blocks.pickup.notes import Note, note
from blocks.pickup.port import ChangedMeanwhile, Look, NotMoved
from blocks.pickup.sftp import RemoteFile, RemoteFolder
from ledger.outcome import Outcome
from ledger.readers import suffixes_in_words
from tasks.fetch import land_file
from tasks.file_runs import EndOf, FileRun, RunEnd
from tasks.log import say, warn
from tasks.onboarding import NotOpen, require_open
from tasks.pickup.threads import Threads
from tasks.pickup.whose import NOBODYS, whose
from tasks.stores import Stores

Answer = TypeVar("Answer")

SETTLE_S: Final = 10.0
"""A file is not being written when two looks this far apart, in one poll, see the same."""

MAX_FILES: Final = 20
"""New files taken in one poll of one tenant; the next takes the rest."""

MOVE_ATTEMPTS: Final = 3
"""Polls that try to move a file away, before it stays where it is for good."""

STALLED: Final = dt.timedelta(minutes=15)
"""How long a file that ends in the middle of a line is waited for: its upload may have stalled."""

LINE_ENDS: Final = (b"\r", b"\n", b"\x1a", b"}")
WIDEST_SIGN_BYTES: Final = 4
PACKED: Final = frozenset({".xlsx", ".ods"})

WHO: Final = "SFTP"
"""Who brought the file, in the hub's record of files (R-FIN-28)."""


class End(StrEnum):
    """How a poll left one file; the values are words of the page."""

    AT_WORK = "at work"
    FILED = "filed away"
    PUT_ASIDE = "put aside"
    WAITING = "waiting"
    STAYS = "stays there"
    ANOTHERS = "another tenant's"


QUIET: Final = frozenset({End.STAYS, End.ANOTHERS})
"""How files are left of which there is nothing to show."""

AS_IT_WAS_LEFT: Final = {
    PickupState.KEPT: End.STAYS,
    PickupState.UNFINISHED: End.WAITING,
    PickupState.ANOTHERS: End.ANOTHERS,
}
"""How a file is left with which nothing is done for now."""

REVISITED: Final = frozenset({PickupState.UNFINISHED, PickupState.ANOTHERS})
"""States that may have changed after `STALLED`, though the file looks as it did."""


@dataclass
class Polled:
    """What a poll of a tenant found: files by how it left them, and new ones that were taken."""

    tenant: str
    ends: Counter[End] = field(default_factory=Counter)
    left: Look[RemoteFile] = field(default_factory=Look)
    taken: int = 0
    problem: str = ""
    is_new_problem: bool = False
    waits_for: str = ""

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to show."""
        shown = any(self.ends[end] for end in End if end not in QUIET)
        return not (shown or self.problem or self.left.left_count)


@dataclass(frozen=True)
class Poll:
    """A poll that is about to begin; `link`: held for each call, as a connection takes one."""

    stores: Stores
    place: RemoteFolder
    threads: Threads
    link: asyncio.Lock
    end_of: EndOf
    settle_s: float = SETTLE_S

    @property
    def agreed(self) -> Agreed:
        """What was agreed with the tenant."""
        return self.place.agreed

    @property
    def tenant(self) -> str:
        """Whose poll it is."""
        return self.agreed.tenant

    async def run(self) -> Polled:
        """Look, wait, look again, take what is whole; file away what was dealt with.

        Raises:
            TasmaError: The server, the folder or Prefect's server is in the way; what was done so
                far is remembered, and goes on with the next poll.
        """
        polled = Polled(self.tenant)
        known = await self.threads.do(self.stores.hub.pickups.files, self.tenant)
        seen = polled.left = await self._ask(self.place.look)
        await self._forget_gone(known, seen)
        fresh = {file for file in seen.files if not self._is_known(file, known)}
        for file in sorted(seen.files - fresh, key=_age):
            polled.ends[await self._follow(file, known[file.name])] += 1
        whole = await self._whole(fresh, polled)
        for file in sorted(whole, key=_age)[:MAX_FILES]:
            end = await self._unfit(file) or await self._take(file, known, polled)
            polled.ends[end] += 1
        if left := len(fresh) - min(len(whole), MAX_FILES):
            polled.ends[End.WAITING] += left
        return polled

    async def _ask(self, work: Callable[..., Answer], *about: Any, **how: Any) -> Answer:
        """Ask the server, one question at a time."""
        async with self.link:
            return await self.threads.do(work, *about, **how)

    async def _forget_gone(self, known: dict[str, PickupFile], seen: Look[RemoteFile]) -> None:
        gone = known.keys() - {file.name for file in seen.files}
        # A file whose done-file is gone is left by the look, and still lies there.
        if gone and not self.agreed.done_suffix:
            await self.threads.do(self.stores.hub.pickups.forget, self.tenant, *gone)

    def _is_known(self, file: RemoteFile, known: dict[str, PickupFile]) -> bool:
        row = known.get(file.name)
        if row is None or (row.size_bytes, row.modified_s) != (file.size_bytes, file.modified_s):
            return False
        now = self.stores.hub.database.now()
        return row.state not in REVISITED or now - row.seen_at < STALLED

    def _has_waited(self, file: RemoteFile, known: dict[str, PickupFile]) -> bool:
        """Return whether a file that ends in the middle has long stayed so."""
        row = known.get(file.name)
        same = row and (row.size_bytes, row.modified_s) == (file.size_bytes, file.modified_s)
        return bool(row and same and row.state is PickupState.UNFINISHED)

    async def _whole(self, fresh: set[RemoteFile], polled: Polled) -> set[RemoteFile]:
        """Return the new files that may be taken; none is fetched before its time (R-FIN-24)."""
        if not fresh:
            return set()
        try:
            await self.threads.do(require_open, self.stores.hub, self.tenant, by_api=False)
        except NotOpen as problem:
            polled.waits_for = str(problem.values["missing"])
            say(f"{len(fresh)} files wait: {polled.waits_for}", tenant=self.tenant)
            return set()
        await asyncio.sleep(self.settle_s)
        later = await self._ask(self.place.look)
        return fresh & later.files

    async def _unfit(self, file: RemoteFile) -> End | None:
        """Put aside what need not be fetched to be refused; None when it may be taken."""
        if not self.agreed.has_agreed_name(file.name):
            expected = self.agreed.file_pattern or suffixes_in_words()
            return await self._put_aside(file, Note.WRONG_NAME, expected=expected)
        if not file.size_bytes:
            return await self._put_aside(file, Note.EMPTY)
        return None

    async def _take(self, file: RemoteFile, known: dict[str, PickupFile], polled: Polled) -> End:
        try:
            landed, is_whole, owner = await self._ask(self._land, file)
        except FileRefused as problem:
            return await self._put_aside(file, Note.REFUSED, reason=str(problem))
        except ChangedMeanwhile:
            return End.WAITING
        row = self._row(file, landed)
        may_grow = not is_whole and owner in {NOBODYS, self.tenant}
        if may_grow and not self._has_waited(file, known):
            row = replace(row, state=PickupState.UNFINISHED)
            await self.threads.do(self.stores.hub.pickups.remember, row)
            return End.WAITING
        return await (
            self._work_on(file, row, landed, polled) if landed else self._leave(file, row, owner)
        )

    async def _work_on(
        self, file: RemoteFile, row: PickupFile, landed: Landed, polled: Polled
    ) -> End:
        polled.taken += 1
        if await self.threads.do(self._is_published, landed):
            row = replace(row, state=PickupState.ENDED)
        row = await self.threads.do(self.stores.hub.pickups.remember, row)
        return await self._follow(file, row)

    def _land(self, file: RemoteFile) -> tuple[Landed | None, bool, str]:
        """Keep a file unless it is another tenant's; say whether it is whole, and whose it is."""
        claimants = self.agreed.claimants(file.name)
        with self.place.take(file) as path:
            is_whole = bool(self.agreed.done_suffix) or looks_whole(path, file.name)
            owner = whose(self.stores.hub, path, name=file.name, claimants=claimants)
            if owner != self.tenant:
                return None, is_whole, owner
            landed = land_file(self.stores, file.tenant, path=path, name=file.name)
            return landed, is_whole, owner

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
            state=PickupState.TAKEN,
        )

    def _is_published(self, landed: Landed) -> bool:
        """Return whether a unit's ledger is of these very bytes, whatever they are called now."""
        hub = self.stores.hub
        units = hub.units.of_tenant(self.tenant)
        loads = [hub.loads.published(self.tenant, unit.year) for unit in units]
        same = [item for item in loads if item and item.landed_sha256 == landed.sha256]
        for load in same:
            hub.files.record(
                FileSeen(
                    self.tenant,
                    landed.sha256,
                    landed.file_name,
                    landed.size_bytes,
                    outcome="duplicate",
                    reason=f"the ledger of {load.fiscal_year} is of these bytes",
                    load_id=load.load_id,
                    who=WHO,
                )
            )
        return bool(same)

    async def _follow(self, file: RemoteFile, row: PickupFile) -> End:
        """See to what was taken: that a run works on it, and that it is moved when that is over."""
        if left := AS_IT_WAS_LEFT.get(row.state):
            return left
        if row.state is PickupState.TAKEN:
            end = await self.end_of(self._run(file, row))
            if end is None:
                return End.AT_WORK
            reason = await self.threads.do(self._reason, row, end)
            row = replace(row, state=PickupState.ENDED, reason=reason)
            row = await self.threads.do(self.stores.hub.pickups.remember, row)
        return await self._file_away(file, row)

    def _run(self, file: RemoteFile, row: PickupFile) -> FileRun:
        # The same bytes put there again tomorrow are a new wish, so the key holds when they came.
        key = f"sftp:{self.tenant}:{file.name}:{row.sha256}:{row.seen_at.isoformat()}"
        return FileRun(self.tenant, file.name, file.name, row.sha256, key, who=WHO)

    def _reason(self, row: PickupFile, end: RunEnd) -> str:
        """Say why a file was not taken in; what is held was, and waits for a person of ours."""
        if not end.reason or end.outcome is Outcome.HELD:
            return ""
        seen = self.stores.hub.files.recent(self.tenant)
        reasons = (item.reason for item in seen if item.sha256 == row.sha256 and item.reason)
        return next(reasons, "") or end.reason

    async def _file_away(self, file: RemoteFile, row: PickupFile) -> End:
        failed = self._note(Note.REFUSED, file, reason=row.reason) if row.reason else ""
        hub = self.stores.hub
        try:
            moved = await self._ask(self.place.done, file, sha256=row.sha256, failed=failed)
        except NotMoved as problem:
            tried = row.move_attempts + 1
            state = PickupState.KEPT if tried == MOVE_ATTEMPTS else PickupState.ENDED
            row = replace(row, move_attempts=tried, state=state)
            await self.threads.do(hub.pickups.remember, row)
            say(str(problem), tenant=self.tenant)
            return End.STAYS
        await self.threads.do(hub.pickups.forget, self.tenant, file.name)
        if not moved:  # other bytes lie there now, and are new to the next poll
            return End.WAITING
        say(f"{file.name} lies in {moved} now", tenant=self.tenant)
        return End.PUT_ASIDE if failed else End.FILED

    async def _put_aside(self, file: RemoteFile, kind: Note, **values: str) -> End:
        """Move a file aside that was refused before it was fetched."""
        text = self._note(kind, file, **values)
        warn(text.rpartition("\n\n")[2], tenant=self.tenant)
        try:
            moved = await self._ask(self.place.done, file, failed=text)
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
        message = f"{file.name} was put aside: {text.rpartition(chr(10) * 2)[2]}"
        await self.threads.do(self.stores.hub.events.add, "pickup", message, tenant=self.tenant)
        return End.PUT_ASIDE if moved else End.WAITING

    def _note(self, kind: Note, file: RemoteFile, **values: str) -> str:
        country = self.stores.hub.tenants.get(self.tenant).country
        return note(kind, country, name=file.name, **values)


def looks_whole(path: Path, name: str) -> bool:
    """Return whether a file ends as its format ends: a line, or the directory of an archive."""
    suffix = PurePath(name).suffix.lower()
    if suffix in PACKED:
        return zipfile.is_zipfile(path)
    if suffix == ".xls":
        return True
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - WIDEST_SIGN_BYTES))
        end = file.read().rstrip(b"\0")  # of a sign in UTF-16 or UTF-32
    return end[-1:] in LINE_ENDS


def _age(file: RemoteFile) -> tuple[int, str]:
    return file.modified_s, file.name
