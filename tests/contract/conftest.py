"""Clients over real HTTP for the tests of what vendors promise."""

from __future__ import annotations

import base64
import datetime as dt

import httpx
import pytest

from simulators.books.company import Company
from simulators.books.years import broken_years, calendar_years
from simulators.fortnox import ALL_SCOPES, FortnoxSimulator, SimulatedTenant

NORTH, SOUTH, NOBODY = 503072, 503073, 503074
NOW = dt.datetime(2024, 11, 22, 3, 0, tzinfo=dt.UTC)

TLS = httpx.create_ssl_context()
"""Each client would make its own, which takes longer than most of these tests."""


@pytest.fixture(scope="session")
def fortnox_books():
    """The books of the first tenant: three calendar years."""
    return Company(seed=7, years=calendar_years(2022, 2024), vouchers_per_year=200)


@pytest.fixture
def start_fortnox(fortnox_books, request):
    """Start a simulator with three tenants; the last has consented to nothing."""

    def start(**settings):
        tenants = [
            SimulatedTenant(NORTH, fortnox_books, consented=ALL_SCOPES),
            SimulatedTenant(
                SOUTH,
                Company(seed=8, years=broken_years(2022, 2024), vouchers_per_year=120),
                year_ids=(2, 3, 1),
                encoding="utf-8",
                consented=ALL_SCOPES,
                swedish_amounts=True,
                locked_until=dt.date(2024, 6, 30),
            ),
            SimulatedTenant(NOBODY, Company(seed=9, vouchers_per_year=40)),
        ]
        usual = {"clock": lambda: NOW, "rate_limit": 10_000}
        simulator = FortnoxSimulator(tenants, **{**usual, **settings})
        simulator.__enter__()
        request.addfinalizer(lambda: simulator.__exit__(None, None, None))
        return simulator

    return start


@pytest.fixture
def fortnox(start_fortnox):
    """A simulator whose rate limit is out of the way."""
    return start_fortnox()


class Client:
    """Asks one simulator in the name of one tenant."""

    def __init__(self, simulator, tenant):
        self.simulator = simulator
        self.tenant = tenant
        self.http = httpx.Client(base_url=simulator.url, timeout=20, verify=TLS)
        self._token = None

    def post(self, path, headers=None, **form):
        """Post a form to OAuth, with the client's Basic credentials."""
        pair = f"{self.simulator.client_id}:{self.simulator.client_secret}".encode()
        basic = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return self.http.post(path, data=form, headers=basic | (headers or {}))

    def credentials(self, **form):
        """Ask for a token by client credentials."""
        tenant_id = {"TenantId": str(self.tenant)}
        return self.post("/oauth-v1/token", tenant_id, grant_type="client_credentials", **form)

    def refresh(self, token):
        """Ask for the next pair of tokens."""
        return self.post("/oauth-v1/token", grant_type="refresh_token", refresh_token=token)

    def exchange(self, code, **form):
        """Ask for the first pair of tokens."""
        return self.post("/oauth-v1/token", grant_type="authorization_code", code=code, **form)

    @property
    def token(self):
        """An access token for all scopes."""
        if self._token is None:
            self._token = self.credentials().json()["access_token"]
        return self._token

    def get(self, path, token=None, accept="*/*", **query):
        """Ask for a resource."""
        headers = {"Authorization": f"Bearer {token or self.token}", "Accept": accept}
        return self.http.get(path, params=query or None, headers=headers)


@pytest.fixture
def client_of(request):
    """Make a client of a simulator for a tenant."""

    def make(simulator, tenant=NORTH):
        client = Client(simulator, tenant)
        request.addfinalizer(client.http.close)
        return client

    return make


@pytest.fixture
def north(fortnox, client_of):
    """The tenant with calendar years."""
    return client_of(fortnox, NORTH)


@pytest.fixture
def south(fortnox, client_of):
    """The tenant with broken years, UTF-8 files and Ids that are not in order of time."""
    return client_of(fortnox, SOUTH)


@pytest.fixture
def nobody(fortnox, client_of):
    """The tenant that has consented to nothing."""
    return client_of(fortnox, NOBODY)


@pytest.fixture(scope="session")
def fortnox_error():
    """Read an answer's status and Fortnox's code, in either case of the envelope's keys."""

    def read(answer):
        told = answer.json()["ErrorInformation"]
        return answer.status_code, told.get("code", told.get("Code"))

    return read
