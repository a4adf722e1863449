"""The demo's tenants whose ledgers come from a simulated Fortnox, and what is true of them.

One has broken years. In one, whose documents are fetched too, the books change between the first
transfer and the night. One has a voucher that Fortnox lists but leaves out of its SIE file, which
no sum inside the file shows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from blocks.hub import Connection, Hub, Method, Tenant
from blocks.settings import settings
from flows.demo.truth import ExpectedBreak, Truth
from ledger.fiscal_year import FiscalYear
from simulators.books.chart import ACCOUNTS
from simulators.books.company import Book, Company
from simulators.books.model import BOOKED
from simulators.books.years import Year, broken_years, calendar_years
from simulators.fortnox import DOCUMENT_SCOPES, LEDGER_SCOPES, FortnoxSimulator, SimulatedTenant

FORTNOX: Final = "fortnox"
"""The one system that the demo simulates."""


@dataclass(frozen=True)
class DemoLedger:
    """A tenant and its company in the simulated Fortnox; `ids`: Fortnox's own, not by time.

    `time_zone` says in which of the two nights it is pulled. `count`: latest years that are
    defined here, and so are pulled. `scopes`: what its administrator approved.
    `has_nights`: whether it is pulled by night from the first one on, with no transfer approved.
    """

    slug: str
    number: int
    company: Company
    ids: tuple[int, ...]
    time_zone: str = "Europe/Stockholm"
    count: int = 1
    scopes: tuple[str, ...] = LEDGER_SCOPES
    has_nights: bool = False

    @property
    def years(self) -> list[tuple[int, FiscalYear]]:
        """Place and dates of the years that are pulled."""
        places = range(len(self.company.years))[-self.count :]
        return [(place, _fiscal_year(self.company.years[place])) for place in places]


BROKEN: Final = DemoLedger(
    "cykelkoket",
    504_001,
    Company(21, broken_years(2023, 2024), 150),
    ids=(2, 1),
    time_zone="Europe/Helsinki",
    count=2,
)
CHANGING: Final = DemoLedger(
    "vaveriet",
    504_002,
    Company(22, calendar_years(2024, 2025), 150),
    ids=(1, 2),
    scopes=(*LEDGER_SCOPES, *DOCUMENT_SCOPES),
)
HIDING: Final = DemoLedger(
    "glasbruket",
    504_003,
    Company(26, calendar_years(2024, 2025), 150),
    ids=(5, 4),
    time_zone="Europe/Helsinki",
)
LEDGERS: Final = (CHANGING, BROKEN, HIDING)

FREE: Final = SimulatedTenant(
    504_004, Company(27, calendar_years(2024, 2025), 150), year_ids=(1, 2)
)
"""A company that is no tenant's, for who wants to connect one; nobody has approved it."""

HIDDEN: Final = ("L", 3)
REMOVED: Final = ("B", 2)
CHANGED: Final = ("L", 2)
"""Vouchers, as series and number."""

FIRST_RESULT_ACCOUNT: Final = "3000"
"""Accounts below it are the balance sheet's (BAS)."""

CHANGES: Final = {"changed": ["L:2"], "removed": ["B:2"]}
"""What the change list of the night must say, and nothing else."""


@contextmanager
def simulated_fortnox(
    *, port: int = 0, ledgers: Sequence[DemoLedger] = LEDGERS, has_free: bool = False
) -> Iterator[FortnoxSimulator]:
    """Serve the companies over HTTP, and lead this process and its children there.

    `has_free`: also the company that is no tenant's.
    """
    made = [
        SimulatedTenant(item.number, item.company, year_ids=item.ids, consented=item.scopes)
        for item in ledgers
    ]
    made += [FREE] if has_free else []
    back = f"{settings().portal_address}/{FORTNOX}/callback"
    with FortnoxSimulator(made, port=port, redirect_uri=back) as simulator:
        if HIDING in ledgers:
            simulator.tenant(HIDING.number).hide_from_sie(HIDDEN, in_balances=False)
        os.environ.update(variables(simulator))
        yield simulator


def variables(simulator: FortnoxSimulator) -> dict[str, str]:
    """Return the settings that lead to a simulated Fortnox; its secret opens nothing else."""
    return {
        "TASMA_FORTNOX_API_URL": simulator.url,
        "TASMA_FORTNOX_OAUTH_URL": f"{simulator.url}/oauth-v1",
        "TASMA_FORTNOX_REDIRECT_URI": simulator.redirect_uri,
        "TASMA_FORTNOX_CLIENT_ID": simulator.client_id,
        "TASMA_FORTNOX_CLIENT_SECRET": simulator.client_secret,
    }


def connect(hub: Hub, ledgers: Sequence[DemoLedger] = LEDGERS) -> None:
    """Add the tenants that are not there yet, each connected, with the years to pull defined."""
    for item in ledgers:
        if hub.tenants.find(item.slug):
            continue
        hub.tenants.add(
            Tenant(
                item.slug,
                item.company.name,
                organisation_number=item.company.organisation_number,
                time_zone=item.time_zone,
                has_schedule=item.has_nights,
            )
        )
        for _, year in item.years:
            hub.years.define(item.slug, year)
        hub.connections.save(
            Connection(
                item.slug,
                FORTNOX,
                Method.CLIENT_CREDENTIALS,
                source_tenant_id=str(item.number),
                scopes=" ".join(item.scopes),
            )
        )


def change_books(simulator: FortnoxSimulator) -> None:
    """Let the bookkeeper change one voucher and delete another."""
    simulator.tenant(CHANGING.number).edit(removed=[REMOVED], changed=[CHANGED])


def truths(simulator: FortnoxSimulator, ledgers: Sequence[DemoLedger] = LEDGERS) -> list[Truth]:
    """Ask the simulator what its books say now, year by year."""
    return [
        _truth(item, year, simulator.tenant(item.number).edition.company.book(place))
        for item in ledgers
        for place, year in item.years
    ]


def _truth(item: DemoLedger, year: FiscalYear, book: Book) -> Truth:
    return Truth(
        tenant=item.slug,
        fiscal_year=year.key,
        trial_balance=book.company.trial_balance(book.place),
        voucher_count=book.totals.vouchers,
        posting_count=book.totals.booked_rows,
        planted=tuple(_breaks_of_hidden(book)) if item is HIDING else (),
    )


def _breaks_of_hidden(book: Book) -> Iterator[ExpectedBreak]:
    """Say what a voucher that is not in the SIE file breaks: the list, and balances by account.

    Closing balances are asked for at the first transfer, of balance accounts alone.
    """
    series, number = HIDDEN
    yield ExpectedBreak("source_vouchers", "", Decimal(), voucher_key=f"{series}:{number}")
    for account, ore in _booked(book, series, number).items():
        if ore and account < FIRST_RESULT_ACCOUNT:
            yield ExpectedBreak("source_closing_balances", account, Decimal(-ore).scaleb(-2))


def _booked(book: Book, series: str, number: int) -> dict[str, int]:
    """Return what a voucher books, in öre per account."""
    found: dict[str, int] = {}
    for chunk in book.chunks():
        if chunk.series != series:
            continue
        rows = chunk.rows
        of_voucher = (chunk.number[rows.voucher] == number) & (rows.kind == BOOKED)
        for place in np.flatnonzero(of_voucher):
            account = ACCOUNTS[rows.account[place]].number
            found[account] = found.get(account, 0) + int(rows.ore[place])
    return found


def _fiscal_year(year: Year) -> FiscalYear:
    return FiscalYear(year.start_date, year.end_date)
