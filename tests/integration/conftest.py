"""The pipeline of the runs in this very process: a home of its own, a Fortnox of the session."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from blocks.hub import Connection, Method, Tenant
from flows.cli.local import import_here
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.demo.outcome import published_balances
from flows.runs.outcomes import combined
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from flows.runs.taking import take_in
from flows.runs.unit import load_unit
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import broken_years, calendar_years
from simulators.fortnox import ALL_SCOPES, LEDGER_SCOPES, FortnoxSimulator, SimulatedTenant
from tasks.arrivals import Arrival
from tasks.pages.documents import documents_page
from tasks.report import make_pages
from tasks.stores import Stores
from tests import quick_fortnox
from tests.homes import opened_new

COMPANIES = 48
FIRST_NUMBER = 700_001
BROKEN_YEARS = 0
"""Place of the one company whose years are broken."""

WAIT_LIMIT_S = 5


@dataclass(frozen=True)
class Ledger:
    """A tenant that is connected to a company in the simulated Fortnox."""

    tenant: str
    number: int
    there: SimulatedTenant

    @property
    def company(self):
        return self.there.edition.company


class PagedSteps(LocalSteps):
    """The steps of the command line, which keep the pages that a run would send to Prefect."""

    def __init__(self, found, pages, watch):
        super().__init__(found, watch)
        self._pages = pages

    async def report(self, job, load, judgement, *, verdict, plan=None, **_):
        made = make_pages(job, load, judgement, verdict=verdict, plan=plan)
        self._pages.update({job.unit.artifact_key(name): page.text for name, page in made.items()})

    async def documents(self, job, books, source_year):
        found = await super().documents(job, books, source_year)
        self._pages[job.unit.artifact_key("documents")] = documents_page(job.unit, found)
        return found


@dataclass(frozen=True)
class House:
    """The stores of a home, and the pipeline on them.

    `pages`: the latest page of each name. `told`: the steps as a bar at the prompt has them.
    """

    stores: Stores
    folder: Path
    pages: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def pull(self, tenant, **wish):
        """Pull; return the name and the message of the end, as a run on the server has them."""
        work = pull_tenant(
            self.stores,
            tenant,
            PullOptions(**wish),
            steps=self._steps(tenant),
            wait_limit_s=WAIT_LIMIT_S,
        )
        return _end(asyncio.run(work))

    def take(self, tenant, content, *, name="books.se", dry_run=False, at=None):
        """Take a file with this content (and time) all the way; return the same."""
        path = self.folder / name
        path.write_bytes(content)
        if at:
            os.utime(path, (at.timestamp(), at.timestamp()))
        work = take_in(
            self.stores,
            Arrival(tenant, path),
            dry_run=dry_run,
            steps=self._steps(tenant),
            wait_limit_s=WAIT_LIMIT_S,
        )
        return _end(combined(asyncio.run(work)))

    def load(self, fetched):
        """Take a fetched source all the way; return the same."""
        steps = self._steps(fetched.facts.tenant)
        work = load_unit(self.stores, fetched, steps=steps, wait_limit_s=WAIT_LIMIT_S)
        return _end(asyncio.run(work))

    def _steps(self, tenant):
        """Give the steps of the command line, with the pages that a run would send to Prefect."""
        return PagedSteps(LoadResult(tenant), self.pages, self.told.append)

    def units(self, tenant):
        return {item.fiscal_year[:4]: item for item in self.stores.hub.units.of_tenant(tenant)}

    def balances(self, tenant, year="2025"):
        key = FiscalYear.parse(year).key
        return published_balances(self.stores.warehouse, tenant, key)


def _end(ending):
    return ending.outcome.state_name, ending.message


def simulated(place):
    is_broken = place == BROKEN_YEARS
    years = broken_years(2023, 2024) if is_broken else calendar_years(2023, 2025)
    ids = (2, 1) if is_broken else (3, 1, 2)
    company = Company(900 + place, years, 40)
    return SimulatedTenant(FIRST_NUMBER + place, company, year_ids=ids, consented=LEDGER_SCOPES)


@pytest.fixture(scope="session")
def fortnox_of_session():
    """A Fortnox with more companies than there are tests that pull one."""
    made = [simulated(place) for place in range(COMPANIES)]
    with FortnoxSimulator(made, rate_window_s=quick_fortnox.PERIOD_S) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def places():
    return iter(place for place in range(COMPANIES) if place != BROKEN_YEARS)


@pytest.fixture
def fortnox(fortnox_of_session, monkeypatch):
    """The settings lead to it."""
    quick_fortnox.shorten_waits(monkeypatch)
    quick_fortnox.lead_to(fortnox_of_session, monkeypatch)
    return fortnox_of_session


@pytest.fixture
def house(tmp_path, empty_hub):
    with opened_new(tmp_path, empty_hub) as stores:
        yield House(stores, tmp_path)


@pytest.fixture
def stores(tmp_path, empty_hub):
    """A home with the one tenant whose files `take` takes."""
    with opened_new(tmp_path, empty_hub) as stores:
        stores.hub.tenants.add(Tenant("acme", "Exempel AB", "5560000001"))
        yield stores


@pytest.fixture
def take(stores, tmp_path):
    """Load a file of the tenant acme as `tasma import` does; return what became of it."""

    def take(content, *, name="books.se", dry_run=False, encoding="cp437"):
        path = tmp_path / name
        path.write_bytes(content.encode(encoding))
        return import_here(stores, "acme", path, dry_run=dry_run, watch=lambda _step: None)

    return take


@pytest.fixture
def connected(house, fortnox, places):
    """Connect a new tenant to the next company of the simulator."""

    def made(*, defined=(), schedule=False, broken_year=False, documents=False):
        place = BROKEN_YEARS if broken_year else next(places)
        number, tenant = FIRST_NUMBER + place, f"pulled-{place}"
        if documents:
            fortnox.authorize(number, scopes=ALL_SCOPES)
        hub = house.stores.hub
        hub.tenants.add(Tenant(tenant, "Test AB", has_schedule=schedule))
        hub.connections.save(
            Connection(tenant, "fortnox", Method.CLIENT_CREDENTIALS, source_tenant_id=str(number))
        )
        for year in defined:
            hub.years.define(tenant, FiscalYear.parse(year))
        return Ledger(tenant, number, fortnox.tenant(number))

    return made
