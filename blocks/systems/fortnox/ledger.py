"""Fortnox as a source of ledgers: a year's SIE file, and the evidence it can be held against."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from blocks.progress import share
from blocks.systems.fortnox.pull import YearExtract
from blocks.systems.fortnox.session import FortnoxSession
from blocks.systems.fortnox.settings import settings
from blocks.systems.fortnox.wire import Company
from blocks.systems.ports import Extract, KnownYear, SourceYear
from ledger.errors import TransientError
from ledger.fiscal_year import FiscalYear
from ledger.money import MONEY
from ledger.readers import SIE
from ledger.source import LedgerFile, Part
from ledger.voucher_key import keyed

SUFFIX: Final = ".se"
WHOLE_YEAR: Final = "4E"

BALANCE_ACCOUNTS: Final = frozenset({"1", "2"})
"""First digits of the accounts of assets, liabilities and equity (BAS); what an account of the
income statement carries forward, Fortnox does not say."""


class NotTheYear(TransientError):
    """Fortnox answered with something else than the ledger of the year that it was asked for."""

    def __init__(self, *, asked: FiscalYear, came: FiscalYear | None, sie_type: str) -> None:
        what = f"a SIE file of type {sie_type or 'unknown'} for {came or 'no named year'}"
        super().__init__(
            f"Fortnox was asked for the SIE 4 file of {asked} and sent {what}. Nothing was loaded; "
            "it is asked again. If this stays, export the year in Fortnox by hand and look at it.",
            asked=asked,
            came=came,
            sie_type=sie_type,
        )


class FortnoxLedger:
    """The ledgers of one company; see `LedgerSource`."""

    def __init__(self, session: FortnoxSession) -> None:
        self._session = session
        self._company: Company | None = None

    async def fiscal_years(self) -> Sequence[SourceYear]:
        """List the financial years of the tenant's own company, oldest first.

        Raises:
            CallRefused: Another company answers (code ``wrong_company``), or the call is refused.
            CallFailed: Try again later.
        """
        years = await self._session.financial_years()
        await self._own_company()
        return years

    async def extract(self, year: SourceYear, *, known: KnownYear) -> Extract:
        """Fetch a year's SIE file and its lists; the closing balances when that is due.

        One call for each balance account is what closing balances cost, so a year is asked for them
        the first time that it comes from here (unless a setting says otherwise), and when told to.

        Raises:
            NotTheYear: What came is no SIE 4 file of that year.
            CallRefused, CallFailed: As for any call; also when another company answers.
        """
        company = await self._own_company()
        is_first = settings().closing_at_first and not known.is_published_from_here
        asks_closing = known.asks_closing or is_first
        with share(0, of=2 if asks_closing else 1):
            found = await self._session.pull_year(year)
        part = Part(f"fortnox {year.year.key}{SUFFIX}", lambda: found.sie)
        file = await asyncio.to_thread(_opened, part, year.year)
        closing: dict[str, Decimal] = {}
        if asks_closing:
            with share(1, of=2):
                closing = await self._session.closing_balances(year, balance_accounts(file))
        return Extract(
            parts=(part,),
            format=SIE.name,
            evidence=_evidence(found, closing),
            asked_always=_evidence(found, {}),
            organisation_number=company.organisation_number,
            calls=found.calls,
            unknown_codes=found.unknown_codes,
        )

    async def _own_company(self) -> Company:
        """Return who answers, which is asked once and must be the tenant's company."""
        if self._company is None:
            self._company = await self._session.company()
        return self._company


def balance_accounts(file: LedgerFile) -> list[str]:
    """Return the accounts of assets, liabilities and equity that the file closes with a balance."""
    reported = file.tables["reported_balance"]
    is_closing = pc.and_(
        pc.equal(reported["balance_kind"], "closing"), pc.equal(reported["year_offset"], 0)
    )
    accounts = reported.filter(is_closing)["account_number"]
    return sorted({number for number in accounts.to_pylist() if number[:1] in BALANCE_ACCOUNTS})


def _opened(part: Part, year: FiscalYear) -> LedgerFile:
    file = SIE.reader.open_parts([part])
    came, kind = file.facts.year, file.facts.kind
    if kind != WHOLE_YEAR or came != year:
        raise NotTheYear(asked=year, came=came, sie_type=kind)
    return file


def _evidence(found: YearExtract, closing: dict[str, Decimal]) -> dict[str, pa.Table]:
    accounts = found.opening_balances
    # An account for which Fortnox gives no balance was not answered for.
    opening = accounts.filter(pc.is_valid(accounts["amount"])).select(["account_number", "amount"])
    closed = pa.table(
        {
            "account_number": pa.array(closing.keys(), pa.string()),
            "amount": pa.array(closing.values(), MONEY),
        }
    )
    return {
        "source_account": accounts,
        "source_balance": pa.concat_tables(
            [_of_kind("opening", opening.cast(closed.schema)), _of_kind("closing", closed)]
        ),
        "source_voucher": keyed(found.voucher_headers),
    }


def _of_kind(kind: str, balances: pa.Table) -> pa.Table:
    return balances.append_column("balance_kind", pa.repeat(kind, balances.num_rows))
