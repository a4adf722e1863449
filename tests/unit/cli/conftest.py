"""A command line on a home of its own."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import Result

from blocks.hub import Hub, Tenant
from blocks.settings import settings
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.faults import Fault
from simulators.books.years import broken_years, calendar_years
from simulators.fortnox import FortnoxSimulator, SimulatedTenant
from tests import quick_fortnox
from tests.command_line import invoke

Tasma = Callable[..., Result]

SMALL = Company(11, calendar_years(2023, 2024), 40)
"""An invented company of a few vouchers."""

COMPANY_IN_FORTNOX = Company(7, calendar_years(2024, 2025), 30)


def new_home(folder: Path, environment: pytest.MonkeyPatch, empty_hub: Path) -> Path:
    """Make a home and lead there; what the caller's environment says of others is taken away."""
    for name in (
        "TASMA_LAKE",
        "TASMA_LAKE_URL",
        "TASMA_WAREHOUSE",
        "TASMA_WAREHOUSE_URL",
        "TASMA_INBOX",
        "TASMA_HUB_URL",
    ):
        environment.delenv(name, raising=False)
    environment.setenv("TASMA_HOME", str(folder / "home"))
    (folder / "home" / "hub").mkdir(parents=True)
    shutil.copy(empty_hub, folder / "home" / "hub")
    return folder / "home"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_hub: Path) -> Path:
    """A new home."""
    return new_home(tmp_path, monkeypatch, empty_hub)


@pytest.fixture
def tasma(home: Path) -> Tasma:
    """Run one command in this process: ``tasma("tenant", "list").exit_code``."""
    return invoke


@pytest.fixture
def acme(tasma: Tasma) -> str:
    """A tenant."""
    result = tasma(
        "tenant", "add", "acme", "--trial", "--name", "Åcme AB", "--org-number", "559990-0007"
    )
    assert result.exit_code == 0, result.output
    return "acme"


@pytest.fixture
def company() -> Company:
    return SMALL


@pytest.fixture
def sie(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of the company: ``sie(year=-1, faults=[...], sie_type="4E")``."""

    def write(
        of: Company = SMALL, *, year: int = -1, faults: Sequence[Fault] = (), sie_type: str = "4E"
    ) -> Path:
        suffix = "si" if sie_type == "4I" else "se"
        path = tmp_path / f"books-{of.years[year].end_date.year}.{suffix}"
        of.write_sie(path, year, sie_type=sie_type, faults=faults)
        return path

    return write


def add_owner() -> str:
    number = SMALL.organisation_number
    result = invoke(
        "tenant", "add", "small", "--trial", "--name", SMALL.name, "--org-number", number
    )
    assert result.exit_code == 0, result.output
    return "small"


@pytest.fixture
def owner(tasma: Tasma) -> str:
    """The company as a tenant."""
    return add_owner()


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory, empty_hub: Path) -> Path:
    """A home of the company with its last year published."""
    folder = tmp_path_factory.mktemp("published")
    SMALL.write_sie(folder / "books.se", -1)
    with pytest.MonkeyPatch.context() as environment:
        home = new_home(folder, environment, empty_hub)
        done = invoke("import", folder / "books.se", "--tenant", add_owner())
    assert done.exit_code == 0, done.output
    return home


@pytest.fixture
def books(home: Path, published_home: Path) -> str:
    """The company with its last year published."""
    shutil.copytree(published_home, home, dirs_exist_ok=True)
    return "small"


NUMBERS = {503072: COMPANY_IN_FORTNOX, 503073: Company(8, broken_years(2022, 2024), 20)}


@pytest.fixture
def fortnox(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FortnoxSimulator]:
    """A Fortnox that this machine's settings lead to; nobody has approved anything yet."""
    made = [SimulatedTenant(number, company) for number, company in NUMBERS.items()]
    quick_fortnox.shorten_waits(monkeypatch)
    with FortnoxSimulator(made, rate_window_s=quick_fortnox.PERIOD_S) as simulator:
        quick_fortnox.lead_to(simulator, monkeypatch)
        yield simulator


@pytest.fixture
def connected(tasma: Tasma, fortnox: FortnoxSimulator) -> Callable[..., str]:
    """Make a tenant that is connected by its number: ``connected("acme", 503072, "2024,2025")``."""

    def make(tenant: str, number: int = 503072, years: str = "2024,2025") -> str:
        fortnox.authorize(number)
        with Hub(settings().hub_url) as hub:  # as tenants of before there were forms are
            hub.tenants.add(Tenant(tenant, "Test AB", years_from_source=False))
            for year in years.split(","):
                hub.years.define(tenant, FiscalYear.parse(year))
        result = tasma("connect", "fortnox", tenant, "--database-number", str(number))
        assert result.exit_code == 0, result.output
        return tenant

    return make


@pytest.fixture
def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
