"""One year on its way from what is published to what Procountor has."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Mapping
from typing import Final

from blocks.http import CallFailed
from blocks.lake import ExtractPart
from blocks.systems.ports import KnownYear
from blocks.systems.procountor.api import Api
from blocks.systems.procountor.comparing import Compared, Comparing, Known
from blocks.systems.procountor.holding import OVERLAP, Holding
from blocks.systems.procountor.ledger_rights import less_than
from blocks.systems.procountor.receipts import (
    fetch_receipts,
    invoice_in,
    list_receipts,
)
from blocks.systems.procountor.report import Totals
from blocks.systems.procountor.sweep import swept_days
from ledger.account_class import AccountClass
from ledger.procountor.parts import ASKED, CARRIED, CHART, RIGHTS, read_json
from ledger.procountor.port import ACCOUNT_CLASSES
from ledger.procountor.tables import chart_table
from ledger.procountor.uses import key_of
from ledger.source import Part

MAX_TURNS: Final = 4
"""How often a list of changes is asked for until it says nothing new."""


class Changes:
    """See the module. `small`: the answers that are one part each, by name."""

    def __init__(
        self, api: Api, held: Holding, known: KnownYear, small: Mapping[str, bytes]
    ) -> None:
        self._api, self._held, self._known, self._small = api, held, known, dict(small)
        self._is_first = not held.names
        self._before_us: Totals | None = None
        self._elsewhere: set[int] = set()
        self._gone: dict[int, int] = {}
        self._unseen: set[str] = set()
        self.lost_rights: list[str] = []

    async def take_changes(self) -> None:
        """Fetch what the list of changes names, until it names nothing new.

        A first pull lists the year by date; what is booked meanwhile comes by version then.
        """
        year = self._held.year
        if self._is_first:
            days = {"startDate": str(year.start_date), "endDate": str(year.end_date)}
            listed = await list_receipts(self._api, **days)
            await self._fetch(self._held.wanted(listed))
        for _turn in range(MAX_TURNS):
            newest = self._held.newest
            if newest is None:
                return
            since = (newest - OVERLAP).isoformat(timespec="seconds")
            listed = await list_receipts(self._api, versionStartDate=since)
            self._held.let_go(listed)
            self._elsewhere |= {i.name.id for i in listed if i.date not in self._held.year}
            wanted = self._held.wanted(listed) - self._held.removed
            if not wanted:
                return
            await self._fetch(wanted)
        raise CallFailed(
            f"The receipts of {year} in Procountor kept changing while they were fetched. Try "
            "again when less is being booked.",
            code="books_kept_changing",
        )

    async def ask_suspects(self) -> None:
        """Ask for what another receipt has probably replaced, and drop what is gone."""
        suspects = await asyncio.to_thread(self._held.suspects)
        await self._fetch(suspects)

    async def _fetch(self, numbers: set[int]) -> None:
        """Fetch receipts by id; what is not answered is gone, or our user sees less than before."""
        if not numbers:
            return
        came = await fetch_receipts(self._api, numbers)
        gone = numbers - {item.name.id for item in came}
        if lost := gone & self._held.names.keys():
            await self._compare_rights()
            await asyncio.to_thread(self._note_gone, lost)
        self._held.drop(gone)
        self._held.removed |= gone
        self._held.take(came)

    def _note_gone(self, lost: set[int]) -> None:
        invoices = {number: self._held.invoice_of(number) for number in lost}
        self._gone |= {invoice: number for number, invoice in invoices.items() if invoice}
        if self.lost_rights:
            self._unseen |= {key_of(*item) for item in invoices.items()}

    async def follow_invoices(self) -> None:
        """Note which invoices, whose receipts are gone, have a new one in another year.

        What is newer than they are is asked for, and nothing on a night on which none is gone.
        """
        newer = {item for item in self._elsewhere if item > min(self._gone.values(), default=item)}
        if not self._gone or not newer:
            return
        here = await asyncio.to_thread(self._held.invoices)
        for item in await fetch_receipts(self._api, newer):
            invoice = invoice_in(item.content)
            if invoice in self._gone and invoice not in here:
                self._held.moved[key_of(item.name.id, invoice)] = item.date

    async def _compare_rights(self) -> None:
        """Ask whether the user may see less than at the last publication.

        It is asked after a receipt was not to be seen: a right may have been taken away while this
        very run was at work.
        """
        before = self._published(RIGHTS)
        if before is not None:
            self._small[RIGHTS] = await self._api.content("users/rights")
            now = read_json(self._small[RIGHTS], RIGHTS)
            self.lost_rights = less_than(now, read_json(before, RIGHTS))

    def _published(self, name: str) -> bytes | None:
        """Return a part of the published extract."""
        if self._known.read is None:
            return None
        found = next((part for part in self._known.parts if part.name == name), None)
        return self._known.read(found) if found else None

    async def relist(self, first: dt.date, last: dt.date) -> bool:
        """List some days by id and hold what they have; return whether that was anything new."""
        listed = await list_receipts(self._api, startDate=str(first), endDate=str(last))
        there = {item.name.id for item in listed}
        within = self._held.within(first, last)
        wanted = (self._held.wanted(listed) | (within - there)) - self._held.removed
        await self._fetch(wanted)
        return bool(wanted)

    async def compare(self) -> Compared:
        """Sweep a part of the year, then hold the receipts against Procountor's report."""
        if not self._is_first:
            for first, last in swept_days(self._held.year, self._known.today):
                await self.relist(first, last)
        comparing = Comparing(self._api, self._held, self._chart(), self._opening(), self._before())
        compared = await comparing.settled(self.relist)
        if compared.rows is None and not self._is_first:
            # Without a report nothing else shows what was deleted.
            await self.relist(self._held.year.start_date, self._held.year.end_date)
        return compared

    def _chart(self) -> dict[str, str]:
        table = chart_table(read_json(self._small[CHART], CHART))
        return dict(
            zip(table["account_number"].to_pylist(), table["name"].to_pylist(), strict=True)
        )

    def _before(self) -> Known:
        published = self._published(ASKED)
        return Known.of(read_json(published, ASKED) if published else {})

    def _opening(self) -> Totals:
        return self._held.opening() or self._carried()

    def _carried(self) -> Totals:
        """Return what our year before closed with on accounts that are carried on.

        Its result stands on none of them until somebody books it.
        """
        if self._before_us is None:
            ask = self._known.closing_before
            self._before_us = {
                account: amount
                for account, amount in (ask() if ask else {}).items()
                if is_carried(account)
            }
        return self._before_us

    def parts(self, compared: Compared) -> list[Part | ExtractPart]:
        """Return the parts of the extract, those that lie in the lake by their names."""
        asked = {
            "year": self._held.year.key,
            "counts_period_openings": self._held.counts_period_openings,
            **compared.noted(),
        }
        if self._unseen:
            asked |= {"unseen": sorted(self._unseen), "lost_rights": self.lost_rights}
        if self._held.moved:
            asked["moved"] = {key: str(day) for key, day in self._held.moved.items()}
        carried = {} if self._held.opening() else self._carried()
        balances = [
            {"account": account, "amount": f"{amount:.2f}"}
            for account, amount in sorted(carried.items())
            if amount
        ]
        small = {
            **self._small,
            ASKED: json.dumps(asked, sort_keys=True).encode(),
            CARRIED: json.dumps({"balances": balances}).encode(),
        }
        return [*(_part(*item) for item in small.items()), *self._held.parts.values()]


def is_carried(account: str) -> bool:
    """Return whether an account is of the balance sheet."""
    return ACCOUNT_CLASSES.get(account[:1]) is AccountClass.BALANCE


def _part(name: str, content: bytes) -> Part:
    return Part(name, lambda: content)
