"""A simulated Fennoa with a tenant's API user, whose Prefect block is a value of the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from blocks.hub import Connection, Hub, Method
from blocks.systems.fennoa import reading, session
from blocks.systems.fennoa.block import FennoaApiUser
from simulators.books.company import Company as BooksOfCompany
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from simulators.fennoa import Company, Fault, FennoaSimulator, Ledger

USER, KEY = "api-user", "plainly-fake-key"
BLOCK = "fennoa-api-user/acme"
TERMS = {"process": "draft"}
"""What is agreed with the tenant unless a test says otherwise."""
COMPANY = BooksOfCompany(7, calendar_years(2025, 2025), 40, country=FINLAND)
PATHS = {"years": "accounting_api/get/periods", "extract": "accounting_api/get/ledger"}
FAULTS = {
    "rate limit": Fault.BUSY,
    "server error": Fault.FAULT,
    "server's web page": Fault.HTML,
    "cut body": Fault.CUT,
    "lost answer": Fault.LOST,
    "right missing": Fault.UNAUTHORIZED,
}
ABSENT = {
    "token spent": "an API user has a key, and no token that could be spent",
    "clock skew": "no time in an answer is looked at, and nothing ends by a clock",
}
"""Faults that the system cannot have, and why."""


def give_block(patch, *, url, user=USER, key=KEY, terms=None):
    """Let the block be there, and Fennoa be at an address."""

    async def load(_tenant, _name):
        return FennoaApiUser(user=user, key=key, terms=TERMS if terms is None else TERMS | terms)

    patch.setattr(session, "api_user", load)
    patch.setenv("TASMA_FENNOA_URL", url)
    patch.setenv("TASMA_FENNOA_RATE", "10000")
    patch.setenv("TASMA_FENNOA_DELIVERY_EVERY_S", "0.05")
    patch.setenv("TASMA_FENNOA_NUMBER_EVERY_S", "0.05")
    # Only the pauses are shorter; what happens between them is not touched.
    patch.setattr(reading, "PATIENT", reading.PATIENT.copy_with(backoff_factor=0.001))


def lead(patch: pytest.MonkeyPatch, url: str) -> None:
    """Lead a process to a simulator that another one serves."""
    give_block(patch, url=url)


class Harness:
    """See `tests/contract/test_systems_behaviour.py`."""

    number = COMPANY.organisation_number

    def __init__(self, simulator: FennoaSimulator, patch: pytest.MonkeyPatch) -> None:
        self.simulator, self._patch = simulator, patch

    @property
    def books(self) -> Ledger:
        """The books of the tenant's company."""
        return self.simulator.company(USER).ledger

    def connect(self, hub: Hub, tenant: str) -> None:
        """Connect the tenant, as was done before."""
        made = Connection(
            tenant, "fennoa", Method.API_KEY, source_tenant_id=USER, credential_block=BLOCK
        )
        hub.connections.save(made)

    @property
    def url(self) -> str:
        """Where it is served."""
        return self.simulator.url

    def change(self) -> None:
        """Change one voucher, as people do."""
        self.books.edit(changed=[("IN", 3)])

    def _revoke(self) -> None:
        self.simulator.company(USER).key = "another key"

    def plant(self, fault: str, method: str) -> None:
        """Let the next request of a method go wrong."""
        if fault == "wrong company":
            other = Company("other-user", "other-key", ledger=self.books)
            self.simulator.world.companies["other-user"] = other
            give_block(self._patch, url=self.simulator.url, user="other-user", key="other-key")
        elif fault == "key revoked":
            revoked = lambda _ledger=None: self._revoke()  # noqa: E731 - while pages are read
            revoked() if method == "years" else self.books.after_page.append(revoked)
        elif fault == "books change":
            self.books.after_page.append(lambda ledger: ledger.edit(changed=[("IN", 3)]))
        else:
            times = 99 if fault == "right missing" else 1
            self.simulator.faults.add(PATHS[method], *[FAULTS[fault]] * times)


@contextmanager
def opened(patch: pytest.MonkeyPatch) -> Iterator[Harness]:
    """Serve the company, and lead this process to it."""
    with FennoaSimulator([Company(USER, KEY, ledger=Ledger(COMPANY))]) as simulator:
        give_block(patch, url=simulator.url)
        yield Harness(simulator, patch)
