"""A session with one tenant's Fortnox: what may be asked of it. Reading only."""

from __future__ import annotations

import asyncio
from codecs import BOM_UTF8 as UTF8_BOM
from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Final
from urllib.parse import quote

import pyarrow as pa

from blocks.http import CallFailed, CallRefused, read_json
from blocks.hub import Connection, Hub, Tenant
from blocks.progress import came
from blocks.systems.fortnox import wire
from blocks.systems.fortnox.answers import refusal
from blocks.systems.fortnox.calls import Ask, Calls
from blocks.systems.fortnox.documents import Documents
from blocks.systems.fortnox.fields import Row
from blocks.systems.fortnox.pages import Params, walk
from blocks.systems.fortnox.pull import YearExtract, pull, read_accounts
from blocks.systems.fortnox.system import FORTNOX
from blocks.systems.fortnox.wire import Company, SourceVoucher, UnexpectedShape
from blocks.systems.ports import ORGANISATION_NUMBER, WRONG_COMPANY, SourceYear
from ledger.organisation import is_same

MAX_SIE_BYTES: Final = 512 << 20
"""Largest SIE file of a year; 27 years of a company were measured at 12 MB."""

SIE_SILENCE_S: Final = 180.0
"""Longest wait for the next byte of a SIE file; a large year takes its time to begin; seconds."""


class FortnoxSession:
    """Asks one company's Fortnox. Calls at once are fine; they share the pace and the token."""

    def __init__(self, hub: Hub, connection: Connection, calls: Calls) -> None:
        self._hub, self._connection, self._calls = hub, connection, calls
        self._accounts: dict[int, pa.Table] = {}
        self.knows_years = False
        """Whether the list of years has come: what fails before that fails for all of them."""
        self.documents = Documents(self._json, calls.get, self.accounts, scopes=connection.scopes)

    @property
    def calls(self) -> int:
        """Calls made to the API so far, repetitions included; tokens are not counted."""
        return self._calls.made

    async def company(self) -> Company:
        """Ask who answers, and make sure that it is the tenant's company.

        Raises:
            CallRefused: It is another company (code ``wrong_company``), or the call is refused.
            CallFailed: Try again later.
        """
        found = await self.who()
        here = self._connection
        tenant = await asyncio.to_thread(self._hub.tenants.get, here.tenant)
        require_same("DatabaseNumber", here.source_tenant_id, found.database_number)
        require_own(tenant, found)
        await asyncio.to_thread(self._hub.connections.proved, here.tenant, FORTNOX)
        return found

    async def who(self) -> Company:
        """Ask who answers, whoever it is.

        Raises:
            CallRefused, CallFailed: As for any call.
        """
        return wire.company(await self._json("/3/companyinformation", {}))

    async def financial_years(self) -> list[SourceYear]:
        """List the company's financial years, oldest first.

        Raises:
            CallRefused, CallFailed: As for any call.
        """
        rows = await walk(
            self._json,
            "/3/financialyears",
            {},
            name="FinancialYears",
            key=("Id",),
            what="list of financial years",
        )
        years = wire.source_years(rows)
        self.knows_years = True
        await asyncio.to_thread(self._hub.connections.answered, self._connection.tenant, FORTNOX)
        return years

    async def pull_year(self, source_year: SourceYear) -> YearExtract:
        """Fetch a whole year and the evidence beside it; see `YearExtract`.

        Raises:
            CallFailed: The books kept changing, or a call failed for now.
            CallRefused: A call is refused until somebody acts.
        """
        extract = await pull(
            source_year, get=self._json, get_sie=self._sie, calls=lambda: self.calls
        )
        self._accounts[wire.id_of(source_year)] = extract.opening_balances
        return extract

    async def accounts(self, source_year: SourceYear) -> pa.Table:
        """List a year's accounts (`wire.OPENING_BALANCES`), as they were read in its pull, if any.

        Raises:
            CallRefused, CallFailed: As for any call.
        """
        known = self._accounts.get(wire.id_of(source_year))
        return await read_accounts(self._json, source_year) if known is None else known

    async def closing_balances(
        self, source_year: SourceYear, accounts: Sequence[str]
    ) -> dict[str, Decimal]:
        """Ask for the closing balance of each account, in as many calls; debit positive.

        An account for which Fortnox gives none is left out.

        Raises:
            CallRefused, CallFailed: As for any call.
        """
        year, answered = {"financialyear": wire.id_of(source_year)}, count(1)

        async def ask(number: str) -> Row:
            body = await self._json(f"/3/accounts/{quote(number, safe='')}", year)
            came(next(answered), len(accounts))
            return body

        bodies = await asyncio.gather(*map(ask, accounts))
        found = {
            number: wire.closing_balance(body, number=number, year_id=wire.id_of(source_year))
            for number, body in zip(accounts, bodies, strict=True)
        }
        return {number: amount for number, amount in found.items() if amount is not None}

    async def voucher(self, source_year: SourceYear, series: str, number: str) -> SourceVoucher:
        """Fetch one voucher with its rows; for drilling into a break, never for a whole year.

        Raises:
            CallRefused: There is none of that number (code ``2000423`` or ``http_404``).
            CallFailed: Try again later.
        """
        path = f"/3/vouchers/{quote(series, safe='')}/{quote(number, safe='')}"
        year_id = wire.id_of(source_year)
        body = await self._json(path, {"financialyear": year_id})
        return wire.voucher(body, series=series, number=number, year_id=year_id)

    async def _json(self, path: str, params: Params) -> Row:
        body = read_json(await self._calls.get(Ask(path, params)))
        if not isinstance(body, dict):
            raise UnexpectedShape(path, problem="it is no object")
        return body

    async def _sie(self, source_year: SourceYear) -> bytes:
        content = await self._calls.get(
            Ask(
                "/3/sie/4",
                {"financialyear": wire.id_of(source_year)},
                # Any narrower type is refused with 1000030.
                accept="*/*",
                silence_s=SIE_SILENCE_S,
                max_body_bytes=MAX_SIE_BYTES,
            )
        )
        if content.removeprefix(UTF8_BOM).lstrip().startswith(b"#"):
            return content
        raise CallFailed(
            f"Fortnox answered for {source_year.year} with {len(content):,} bytes that are no SIE "
            "file, as something between here and Fortnox may do. Try again later.",
            code="not_sie",
        )


def require_same(what: str, expected: str, actual: str) -> None:
    """Compare two of Fortnox's numbers of a company; an unknown one is not compared.

    Raises:
        CallRefused: They differ (code ``wrong_company``).
    """
    if expected and expected != actual:
        raise _wrong_company(what, expected, actual)


def require_own(tenant: Tenant, company: Company) -> None:
    """Compare a tenant's organisation number with the company's; an unknown one is not compared.

    Raises:
        CallRefused: They differ (code ``wrong_company``).
    """
    expected, actual = tenant.organisation_number, company.organisation_number
    if expected and not is_same(expected, actual):
        raise _wrong_company(ORGANISATION_NUMBER, expected, actual)


def _wrong_company(what: str, expected: str, actual: str) -> CallRefused:
    both = f"{what} here: {expected}, of the company that answers: {actual}."
    return refusal(WRONG_COMPANY, both, what=what, expected=expected, actual=actual)
