"""The demo's Finnish tenants: one whose books are in Fennoa, one whose are in Procountor.

Both are pulled for the first time, approved, changed by their bookkeepers, and pulled once more in
the same night as the tenant in Fortnox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from blocks.hub import Hub, Tenant
from blocks.systems.registry import port
from flows.demo import runs
from flows.demo.truth import Truth
from flows.server.processes import PrefectServer
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company as Books
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from simulators.fennoa import Company as FennoaCompany
from simulators.fennoa import FennoaSimulator, Ledger
from simulators.procountor import CLIENT_ID, CLIENT_SECRET, World
from simulators.procountor.acts import Acts
from simulators.procountor.books import environment, fill
from simulators.procountor.summaries import counts

YEAR: Final = FiscalYear.parse("2025")
USER, KEY = "demo-books", "demo-only-key"
ENVIRONMENT: Final = 2_001
CHANGED: Final = ("IN", 2)
REMOVED: Final = ("PM", 2)
"""Vouchers, as series and number, that the bookkeepers change and delete before the night."""

CHANGES: Final = {"changed": 1, "removed": 1}
"""How many vouchers the change list of the night must have of each kind."""


@dataclass(frozen=True)
class Finnish:
    """A tenant and its books. The night of Stockholm is the moment of the one of Helsinki."""

    slug: str
    system: str
    books: Books
    time_zone: str = "Europe/Stockholm"


IN_FENNOA: Final = Finnish(
    "leipomo", "fennoa", Books(70, calendar_years(2025, 2025), 60, country=FINLAND)
)
IN_PROCOUNTOR: Final = Finnish(
    "verstas", "procountor", Books(72, calendar_years(2025, 2025), 60, country=FINLAND)
)
FINNISH: Final = (IN_FENNOA, IN_PROCOUNTOR)


@dataclass(frozen=True)
class There:
    """What holds the books. `ledger`: in the simulated Fennoa; `world`: of the other."""

    ledger: Ledger
    world: World

    def change(self) -> None:
        """Let both bookkeepers change one voucher and delete another."""
        self.ledger.edit(changed=[CHANGED], removed=[REMOVED])
        acts = Acts(self.world, ENVIRONMENT)
        acts.next_night(changed=[CHANGED], removed=[REMOVED])

    def truths(self) -> list[Truth]:
        """Say what both sets of books hold now."""
        return [self._in_fennoa(), self._in_procountor()]

    def _in_fennoa(self) -> Truth:
        ledger = self.ledger
        rows = ledger.rows(0)
        balances = ledger.company.trial_balance()
        return Truth(IN_FENNOA.slug, YEAR.key, balances, len({row.id for row in rows}), len(rows))

    def _in_procountor(self) -> Truth:
        receipts = [r for r in self.world.companies[ENVIRONMENT].receipts.values() if counts(r)]
        movements = [r for r in receipts if r.type != OPENING]
        balances: dict[str, Decimal] = {}
        for receipt in receipts:
            for row in receipt.rows:
                account = row["account"]
                balances[account] = balances.get(account, Decimal(0)) + row["accountingValue"]
        return Truth(
            IN_PROCOUNTOR.slug,
            YEAR.key,
            {account: amount for account, amount in balances.items() if amount},
            len(movements),
            sum(len(receipt.rows) for receipt in movements),
        )


OPENING: Final = "RECEIPT_FOR_OPENING_ACCOUNTS"


@contextmanager
def simulated(fennoa: FennoaSimulator, world: World) -> Iterator[There]:
    """Give a company with books to the simulated Fennoa, and one to the simulated Procountor."""
    ledger = Ledger(IN_FENNOA.books)
    fennoa.world.companies[USER] = FennoaCompany(USER, KEY, ledger=ledger)
    company = environment(IN_PROCOUNTOR.books, ENVIRONMENT)
    with world.lock:
        world.companies[ENVIRONMENT] = company
        world.add_key(ENVIRONMENT, text=f"key-{ENVIRONMENT}")
        fill(world, company, IN_PROCOUNTOR.books)
    yield There(ledger, world)


def connect(hub: Hub, server: PrefectServer) -> None:
    """Make the Prefect blocks, and connect both tenants as an operator does."""
    for item in FINNISH:
        books = item.books
        hub.tenants.add(
            Tenant(
                item.slug,
                books.name,
                books.organisation_number,
                country="FI",
                currency="EUR",
                time_zone=item.time_zone,
            )
        )
        hub.years.define(item.slug, YEAR)
    with runs.asking_as_client(server):
        asyncio.run(_connected(hub))


async def _connected(hub: Hub) -> None:
    (user,) = port(IN_FENNOA.system).blocks
    await user.aregister_type_and_schema()
    await user(user=USER, key=KEY).asave(IN_FENNOA.slug, overwrite=True)
    key, client = port(IN_PROCOUNTOR.system).blocks
    for kind in (key, client):
        await kind.aregister_type_and_schema()
    made = client(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    await made.asave(IN_PROCOUNTOR.slug, overwrite=True)
    named = f"{client.get_block_type_slug()}/{IN_PROCOUNTOR.slug}"
    held = key(client_block=named, api_key=f"key-{ENVIRONMENT}")
    await held.asave(IN_PROCOUNTOR.slug, overwrite=True)
    for item, block in ((IN_FENNOA, user), (IN_PROCOUNTOR, key)):
        wants = {"block": f"{block.get_block_type_slug()}/{item.slug}"}
        await port(item.system).connect.finish(hub, item.slug, {}, wants=wants)
