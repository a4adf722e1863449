"""A simulated Fortnox with a company that a tenant is connected to by client credentials."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from blocks.hub import Connection, Hub, Method
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import ALL_SCOPES, FortnoxSimulator, SimulatedTenant
from tests.quick_fortnox import PERIOD_S, lead_to, shorten_waits

DATABASE_NUMBER = 503072
COMPANY = Company(seed=7, years=calendar_years(2025, 2025), vouchers_per_year=40)
PATHS = {
    "years": "/3/financialyears",
    "extract": "/3/vouchers",
    "documents": "/3/voucherfileconnections",
    "content": "/3/archive",
}
FAULTS = {
    "rate limit": ("status", {"status": 429}),
    "server error": ("status", {"status": 500}),
    "server's web page": ("html_instead", {"status": 502}),
    "cut body": ("cut_body", {}),
    "lost answer": ("lose_answer", {}),
    "clock skew": ("clock_skew", {"seconds": 7_200}),
    "key revoked": ("revoke_consent", {}),
    "token spent": ("expire_token", {}),
    "books change": ("books_change_during_pull", {"removed": (("B", 3),)}),
    "wrong company": ("wrong_company", {"times": None}),
    "right missing": ("scope_missing", {"times": None}),
}


class Harness:
    """See `tests/contract/test_systems_behaviour.py`."""

    number = COMPANY.organisation_number
    paths = PATHS

    def __init__(self, simulator: FortnoxSimulator) -> None:
        self.simulator = simulator

    def connect(self, hub: Hub, tenant: str) -> None:
        """Connect the tenant, as a consent that was given before does."""
        hub.connections.save(
            Connection(
                tenant,
                "fortnox",
                Method.CLIENT_CREDENTIALS,
                source_tenant_id=str(DATABASE_NUMBER),
            )
        )

    def plant(self, fault: str, method: str) -> None:
        """Let the next request of a method go wrong."""
        name, details = FAULTS[fault]
        path = "/3/companyinformation" if fault == "wrong company" else PATHS[method]
        self.simulator.faults.add(name, tenant=DATABASE_NUMBER, path=path, **details)


@contextmanager
def opened(patch: pytest.MonkeyPatch) -> Iterator[Harness]:
    """Serve the company, and lead this process to it."""
    made = SimulatedTenant(DATABASE_NUMBER, COMPANY, consented=ALL_SCOPES)
    shorten_waits(patch)
    with FortnoxSimulator([made], rate_window_s=PERIOD_S) as simulator:
        lead_to(simulator, patch)
        yield Harness(simulator)
