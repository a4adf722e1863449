"""A simulated Procountor with a tenant's API key, whose Prefect blocks are values of the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from prefect.blocks.core import Block
from pydantic import SecretStr

from blocks.http import PATIENT
from blocks.hub import Connection, Hub, Method
from blocks.systems.procountor import session, tokens
from blocks.systems.procountor.block import ProcountorApiKey, ProcountorClient
from blocks.systems.procountor.session import Wire
from simulators.books.company import Company as Books
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from simulators.procountor import CLIENT_ID, CLIENT_SECRET, Company, Fault, ProcountorSimulator
from simulators.procountor.acts import Acts
from simulators.procountor.books import environment, fill

KEY_BLOCK = "procountor-api-key/acme"
CLIENT_BLOCK = "procountor-client/ours"
COMPANY_ID = 1001
NUMBER = "12345671"
"""The tenant's organisation number; the environment's business id is the same."""


def give_blocks(
    patch,
    *,
    url,
    key=f"key-{COMPANY_ID}",
    client_id=CLIENT_ID,
    client_secret=CLIENT_SECRET,
    terms=None,
):
    """Let both blocks be there, and Procountor be at an address."""
    held = {
        KEY_BLOCK: ProcountorApiKey(
            client_block=CLIENT_BLOCK, api_key=SecretStr(key), terms=terms or {}
        ),
        CLIENT_BLOCK: ProcountorClient(client_id=client_id, client_secret=SecretStr(client_secret)),
    }

    async def load(name):
        if name not in held:
            raise ValueError(name)
        return held[name]

    patch.setattr(Block, "aload", load)
    patch.setattr(tokens, "_HELD", {})
    patch.setenv("TASMA_PROCOUNTOR_URL", url)
    patch.setenv("TASMA_PROCOUNTOR_RATE", "100000")
    return held


BOOKS = Books(7, calendar_years(2025, 2025), 60, country=FINLAND)
FAULTS = {
    "rate limit": Fault.BUSY,
    "server error": Fault.FAULT,
    "server's web page": Fault.HTML,
    "cut body": Fault.CUT,
    "lost answer": Fault.LOST,
    "clock skew": Fault.SKEW,
    "key revoked": Fault.REVOKED,
    "token spent": Fault.EXPIRED,
    "right missing": Fault.FORBIDDEN,
}
PATHS = {"years": "GET fiscalyears", "extract": "GET ledgerreceipts"}
QUICK = Wire(retry=PATIENT.copy_with(backoff_factor=0.001))


def lead(patch: pytest.MonkeyPatch, url: str) -> None:
    """Lead a process to a simulator that another one serves."""
    give_blocks(patch, url=url)
    patch.setattr(session, "Wire", lambda: QUICK)


def connection(hub: Hub, tenant: str) -> None:
    """Note the tenant's connection, as was done before."""
    made = Connection(
        tenant,
        "procountor",
        Method.API_KEY,
        source_tenant_id=str(COMPANY_ID),
        credential_block=KEY_BLOCK,
    )
    hub.connections.save(made)


class Harness:
    """See `tests/contract/test_systems_behaviour.py`."""

    def __init__(self, simulator: ProcountorSimulator, books: Books, patch: pytest.MonkeyPatch):
        self.simulator, self.generated, self._patch = simulator, books, patch
        self.number = books.organisation_number

    @property
    def company(self) -> Company:
        """The tenant's environment."""
        return self.simulator.company(COMPANY_ID)

    @property
    def acts(self) -> Acts:
        """What people do in it."""
        return Acts(self.simulator.world, COMPANY_ID)

    def connect(self, hub: Hub, tenant: str) -> None:
        """Connect the tenant, as was done before."""
        connection(hub, tenant)

    @property
    def url(self) -> str:
        """Where it is served."""
        return self.simulator.url

    def change(self) -> None:
        """Change one voucher, as people do."""
        self.acts.edit_amount(self.company.booked[0, "IN", 3], "1.00")

    def plant(self, fault: str, method: str) -> None:
        """Let the next request of a method go wrong."""
        world = self.simulator.world
        if fault == "wrong company":
            other = Books(8, calendar_years(2025, 2025), 20, country=FINLAND)
            world.companies[COMPANY_ID].business_id = environment(other, 1).business_id
        elif fault == "books change":
            receipt = self.company.booked[0, "IN", 3]
            world.before.append(("ledgerreceipts/", lambda: self.acts.edit_amount(receipt, "1.00")))
        elif fault == "right missing":
            self.acts.set_rights(**{"accounting.journalReceiptSearch": "NO_ACCESS"})
        else:
            world.faults.add(PATHS[method], FAULTS[fault])


@contextmanager
def opened(
    patch: pytest.MonkeyPatch,
    books: Books = BOOKS,
    *,
    openings: str = "every",
    summarised: bool = True,
    **habits: Any,
) -> Iterator[Harness]:
    """Serve a generated company, and lead this process to it."""
    company = environment(books, COMPANY_ID)
    settings = {"rate_limit": 100_000, **habits}
    with ProcountorSimulator([company], **settings) as simulator:
        fill(simulator.world, company, books, openings=openings, summarised=summarised)
        simulator.world.advance(1)  # what is done from here on is newer than the summaries of VAT
        lead(patch, simulator.url)
        yield Harness(simulator, books, patch)
