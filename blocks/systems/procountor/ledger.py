"""Procountor as a source of ledgers: receipts by version, held against its own report."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from blocks.steps import reached
from blocks.systems.ports import Extract, KnownYear, SourceYear
from blocks.systems.procountor.answers import CATALOGUE, wrong_company
from blocks.systems.procountor.changes import Changes
from blocks.systems.procountor.comparing import Compared
from blocks.systems.procountor.holding import Holding
from blocks.systems.procountor.ledger_rights import ledger_requirements
from blocks.systems.procountor.session import ProcountorSession
from blocks.systems.procountor.settings import settings
from blocks.systems.procountor.system import CRASH_POINTS
from ledger.errors import TerminalError
from ledger.money import MONEY
from ledger.organisation import is_same
from ledger.procountor.parts import (
    CHART,
    COMPANY,
    DIMENSIONS,
    FORMAT,
    RIGHTS,
    VATS,
    YEARS,
    Unreadable,
    read_json,
)
from ledger.procountor.tables import fiscal_years

SMALL: Final = {
    COMPANY: "company",
    YEARS: "fiscalyears",
    CHART: "coa",
    DIMENSIONS: "dimensions",
    VATS: "vats/default",
    RIGHTS: "users/rights",
}
"""Parts that are one answer each, and the path of each."""


class UnexpectedReceipts(TerminalError):
    """Procountor answered with something else than its specification says."""

    sentence = "Procountor's answer cannot be read: {problem}. Nothing was loaded; report it."


class ProcountorLedger:
    """The ledgers of one company; see `LedgerSource`."""

    def __init__(self, session: ProcountorSession) -> None:
        self._session, self._api = session, session.api
        self._small: dict[str, bytes] = {}

    async def fiscal_years(self) -> Sequence[SourceYear]:
        """List the fiscal years of the tenant's own company, oldest first.

        Raises:
            CallRefused: Another company answers (``wrong_company``), the user lacks a right without
                which books look whole and are not (``ledger_right_missing``), or a call is refused.
            CallFailed: Try again later.
            UnexpectedReceipts: An answer cannot be read.
        """
        for name in (COMPANY, RIGHTS, YEARS):
            self._small[name] = await self._api.content(SMALL[name])
        try:
            await self._require_own()
            years = fiscal_years(read_json(self._small[YEARS], YEARS))
        except Unreadable as problem:
            raise UnexpectedReceipts(problem=str(problem)) from None
        await asyncio.to_thread(self._session.years_came)
        return sorted((SourceYear(*item) for item in years.items()), key=lambda item: item.year)

    async def _require_own(self) -> None:
        company = read_json(self._small[COMPANY], COMPANY)
        identifier = company.get("businessIdentifier") if isinstance(company, dict) else None
        found = str((identifier or {}).get("code") or "")
        tenant = await asyncio.to_thread(
            self._session.hub.tenants.get, self._session.connection.tenant
        )
        expected = tenant.organisation_number
        if expected and found and not is_same(expected, found):
            raise wrong_company(expected, found)
        missing = [
            item
            for item in ledger_requirements(read_json(self._small[RIGHTS], RIGHTS))
            if item.passed is False
        ]
        if missing:
            raise CATALOGUE.refusal("ledger_right_missing", missing[0].reason)

    async def extract(self, year: SourceYear, *, known: KnownYear) -> Extract:
        """Fetch what changed since the published extract, all of a year that is not published.

        Raises:
            CallRefused, CallFailed: As for any call.
            UnexpectedReceipts: An answer cannot be read.
        """
        before = self._session.calls
        if not self._small:
            await self.fiscal_years()
        try:
            return await self._extract(year, known, calls_before=before)
        except Unreadable as problem:
            raise UnexpectedReceipts(problem=str(problem)) from None

    async def _extract(self, year: SourceYear, known: KnownYear, *, calls_before: int) -> Extract:
        for name in (CHART, DIMENSIONS, VATS):
            if name not in self._small:
                self._small[name] = await self._api.content(SMALL[name])
        held = Holding.of(
            year.year, known, counts_period_openings=settings().counts_period_openings
        )
        changes = Changes(self._api, held, known, dict(self._small))
        reached("procountor.pull.before", among=CRASH_POINTS)
        await changes.take_changes()
        await changes.ask_suspects()
        reached("procountor.pull.receipts", among=CRASH_POINTS)
        compared = await changes.compare()
        await changes.follow_invoices()
        reached("procountor.pull.compared", among=CRASH_POINTS)
        parts = await asyncio.to_thread(changes.parts, compared)
        if changes.lost_rights:
            await asyncio.to_thread(self._suspect, changes.lost_rights)
        evidence = closing_evidence(compared)
        return Extract(
            parts=tuple(parts),
            format=FORMAT,
            evidence=evidence,
            asked_always=evidence,
            organisation_number="",
            calls=self._session.calls - calls_before,
        )

    def _suspect(self, lost_rights: Sequence[str]) -> None:
        """Let the connection say what the extract says: who acts on the rights that are fewer."""
        less = f"Receipts are not to be seen any more, and of these rights there are fewer than \
before: {', '.join(lost_rights)}."
        self._session.note(CATALOGUE.refusal("permission_suspected", less))


def closing_evidence(compared: Compared) -> dict[str, pa.Table]:
    """Return what the report says as closing balances; nothing where it says nothing usable."""
    if compared.closing is None:
        return {}
    columns = {
        "account_number": pa.array(compared.closing.keys(), pa.string()),
        "balance_kind": pa.repeat("closing", len(compared.closing)),
        "amount": pa.array(compared.closing.values(), MONEY),
    }
    return {"source_balance": pa.table(columns)}
