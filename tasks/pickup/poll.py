"""One poll of one tenant: what is new and whole gets a run, what was dealt with is moved away."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from blocks.hub import FileSeen
from blocks.hub.pickups import PickupFile
from blocks.hub.states import PickupState, UnitState
from blocks.pickup.notes import Note
from blocks.pickup.port import INVOICES, Look
from blocks.pickup.sftp import RemoteFile, RemoteFolder
from ledger.outcome import Outcome
from ledger.text import number_of
from tasks.file_runs import EndOf, FileRun, RunEnd
from tasks.log import say
from tasks.onboarding import NotOpen, require_open
from tasks.pickup.invoices import BELOW, InvoicePoll
from tasks.pickup.polled import AS_IT_WAS_LEFT, End, Polled
from tasks.pickup.taking import MAX_FILES, Taking, age, is_known
from tasks.pickup.threads import Threads
from tasks.pickup.turns import turn_of
from tasks.stores import Stores

Answer = TypeVar("Answer")

SETTLE_S: Final = 10.0
"""A file is not being written when two looks this far apart, in one poll, see the same."""

WHO: Final = "SFTP"
"""Who brought the file, in the hub's record of files (R-FIN-28)."""

Came = tuple[RemoteFile, PickupFile]
"""A file that was taken, and what is remembered of it."""


@dataclass(frozen=True)
class Poll:
    """A poll that is about to begin."""

    taking: Taking
    end_of: EndOf
    settle_s: float = SETTLE_S

    @property
    def tenant(self) -> str:
        """Whose poll it is."""
        return self.taking.tenant

    @property
    def stores(self) -> Stores:
        """Where what was taken is kept and remembered."""
        return self.taking.stores

    @property
    def place(self) -> RemoteFolder:
        """Where the files lie."""
        return self.taking.place

    @property
    def threads(self) -> Threads:
        """In which whatever blocks is done."""
        return self.taking.threads

    async def run(self) -> Polled:
        """Look, wait, look again, take what is whole; file away what was dealt with.

        Raises:
            TasmaError: The server, the folder or Prefect's server is in the way; what was done so
                far is remembered, and goes on with the next poll.
        """
        polled = Polled(self.tenant)
        known = await self.threads.do(self.stores.hub.pickups.files, self.tenant)
        seen = polled.left = await self.taking.ask(self.place.look)
        await self._forget_gone(known, seen)
        now = self.stores.hub.database.now()
        fresh = {file for file in seen.files if not is_known(file, known.get(file.name), at=now)}
        came, at_work = await self._go_on(seen.files - fresh, known, polled)
        whole = await self._whole(fresh, polled)
        for file in sorted(whole, key=age)[:MAX_FILES]:
            end = await self.taking.unfit(file, known) or await self.taking.take(file, known)
            if isinstance(end, PickupFile):
                came.append((file, end))
                polled.taken += 1
            else:
                polled.ends[end] += 1
        if left := len(fresh) - min(len(whole), MAX_FILES):
            polled.ends[End.WAITING] += left
        await self._begin(came, at_work, polled)
        if seen.has_invoices:  # last, since what is in their way is in no ledger's
            await self._invoices(known, polled)
        return polled

    async def _go_on(
        self, files: set[RemoteFile], known: dict[str, PickupFile], polled: Polled
    ) -> tuple[list[Came], list[PickupFile]]:
        """Follow what was taken; return what waits for its turn, and what runs work on."""
        waiting: list[Came] = []
        at_work = []
        for file in sorted(files, key=age):
            row = known[file.name]
            if row.state is PickupState.LANDED:
                waiting.append((file, row))
                continue
            end = await self._follow(file, row)
            polled.ends[end] += 1
            at_work += [row] if end is End.AT_WORK else []
        return waiting, at_work

    async def _begin(self, came: list[Came], at_work: list[PickupFile], polled: Polled) -> None:
        """Have runs work on files, the oldest first.

        One that would replace what another at work brings waits for the next poll.
        """
        busy = [await self.threads.do(turn_of, self.stores, row) for row in at_work if came]
        turns = [(file, await self.threads.do(turn_of, self.stores, row)) for file, row in came]
        for file, turn in sorted(turns, key=lambda item: item[1].dated):
            is_next = not any(map(turn.is_behind, busy))
            end = await self._work_on(file, turn.row) if is_next else End.WAITING
            busy += [turn] if end in {End.AT_WORK, End.WAITING} else []
            polled.ends[end] += 1

    async def _invoices(self, known: dict[str, PickupFile], polled: Polled) -> None:
        """Take the invoices of a folder that is one tenant's: none of them says whose it is."""
        if self.place.agreed.others:
            polled.left.leave(INVOICES, "folder for invoices where several companies share one")
            return
        taking = replace(self.taking, place=self.place.invoices())
        await InvoicePoll(taking, self.settle_s).run(known, polled)

    async def _forget_gone(self, known: dict[str, PickupFile], seen: Look[RemoteFile]) -> None:
        ledgers = {name for name in known if not name.startswith(BELOW)}
        if gone := ledgers - seen.names:
            await self.threads.do(self.stores.hub.pickups.forget, self.tenant, *gone)

    async def _whole(self, fresh: set[RemoteFile], polled: Polled) -> set[RemoteFile]:
        """Return the new files that may be taken; none is fetched before its time (R-FIN-24)."""
        if not fresh:
            return set()
        try:
            await self.threads.do(require_open, self.stores.hub, self.tenant, by_api=False)
        except NotOpen as problem:
            polled.waits_for = str(problem.values["missing"])
            say(
                f"{number_of(len(fresh), 'file waits', 'files wait')}: {polled.waits_for}",
                tenant=self.tenant,
            )
            return set()
        await asyncio.sleep(self.settle_s)
        later = await self.taking.ask(self.place.look)
        return fresh & later.files

    async def _work_on(self, file: RemoteFile, row: PickupFile) -> End:
        is_published = await self.threads.do(self._is_published, row)
        state = PickupState.ENDED if is_published else PickupState.TAKEN
        row = await self.threads.do(self.stores.hub.pickups.remember, replace(row, state=state))
        return await self._follow(file, row)

    def _is_published(self, row: PickupFile) -> bool:
        """Return whether a unit's ledger is of these very bytes, whatever they are called now.

        Not where another load was held or failed since: that they came again settles it.
        """
        hub = self.stores.hub
        published = {
            unit: hub.loads.published(self.tenant, unit.year)
            for unit in hub.units.of_tenant(self.tenant)
        }
        same = {
            unit: load
            for unit, load in published.items()
            if load and load.landed_sha256 == row.sha256
        }
        if any(unit.status is not UnitState.PUBLISHED for unit in same):
            return False
        for load in same.values():
            hub.files.record(
                FileSeen(
                    self.tenant,
                    row.sha256,
                    row.name,
                    row.size_bytes,
                    outcome="duplicate",
                    reason=f"the ledger of {load.fiscal_year} is of these bytes",
                    load_id=load.load_id,
                    who=WHO,
                )
            )
        return bool(same)

    async def _follow(self, file: RemoteFile, row: PickupFile) -> End:
        """See to what was taken: that a run works on it, and that it is moved when that is over."""
        hub = self.stores.hub
        if left := AS_IT_WAS_LEFT.get(row.state):
            return left
        if row.state is PickupState.TAKEN:
            end = await self.end_of(self._run(file, row))
            if end is None:
                return End.AT_WORK
            reason = await self.threads.do(self._reason, row, end)
            if reason:
                message = f"{file.name} was put aside: {reason}"
                await self.threads.do(hub.events.add, "pickup", message, tenant=self.tenant)
            row = replace(row, state=PickupState.ENDED, reason=reason)
            row = await self.threads.do(hub.pickups.remember, row)
        return await self.taking.file_away(file, row, kind=Note.REFUSED)

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
