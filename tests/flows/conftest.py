"""One real Prefect server with our deployments for all tests of this folder, and a way to use it.

The runs are processes of their own, as they are for a user; the tests talk to the server's API and
look at hub, lake and warehouse.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.hub import Hub, Tenant
from blocks.lake import Lake
from blocks.warehouse import Warehouse
from flows.server import PrefectServer, deployments_served, prefect_server
from simulators.books.company import Company
from simulators.books.years import calendar_years
from tasks.stores import Stores

RUN_LIMIT_S = 120.0
"""Longest wait for a run on a busy machine; seconds."""

SECRET = "planted-secret-7f3a91c2"  # noqa: S105 - it opens nothing
"""In the environment of every process of the session, and in a block; it may appear nowhere."""

PLANTED = {"TASMA_TEST_TOKEN": SECRET, "TASMA_NOTIFY_BLOCK": "custom-webhook/planted"}

FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass(frozen=True)
class Desk:
    """What an operator has: the server's API, the folders, the hub."""

    server: PrefectServer
    home: Path

    def ask(self, path, body=None):
        """Ask until the server answers: on a busy machine SQLite may make it say 503."""
        deadline = time.monotonic() + 30
        while (answer := self.server.ask(path, body)) is None and time.monotonic() < deadline:
            time.sleep(0.3)
        return answer

    def deployment(self, name):
        found = {item["name"]: item for item in self.ask("/deployments/filter", {})}
        return found[name]

    def refuses(self, name, **parameters):
        """Say whether the API refuses to make such a run."""
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        return self.server.ask(path, {"parameters": parameters}) is None

    def start(self, name, **parameters):
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        # The key lets `ask` ask again after a 503 without making a second run.
        body = {"parameters": parameters, "idempotency_key": uuid.uuid4().hex}
        return self.ask(path, body)["id"]

    def run(self, name, **parameters):
        return self.end_of(self.start(name, **parameters))

    def do(self, flow, **parameters):
        """Run a flow in this very process, which saves the start of another; return its end."""
        with (
            environment_of(self.home, **PLANTED),
            temporary_settings({PREFECT_API_URL: self.server.api_url}),
        ):
            return asyncio.run(flow(**parameters, return_state=True))

    def end_of(self, run_id, *, after=0):
        """Wait for the end of a run, or of its next attempt after ``after`` ones."""
        return self.wait(
            run_id,
            lambda run: run["state"]["type"] in FINAL and run["run_count"] > after,
        )

    def wait(self, run_id, condition):
        deadline = time.monotonic() + RUN_LIMIT_S
        while not condition(run := self.ask(f"/flow_runs/{run_id}")):
            assert time.monotonic() < deadline, f"{run['name']} is {run['state']}"
            time.sleep(0.4)
        return run

    def retry(self, run_id):
        """Press Retry: what the UI sends."""
        count = self.ask(f"/flow_runs/{run_id}")["run_count"]
        state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}
        self.ask(f"/flow_runs/{run_id}/set_state", {"state": state, "force": True})
        return self.end_of(run_id, after=count)

    def artifact(self, key):
        found = self.ask("/artifacts/latest/filter", {"artifacts": {"key": {"any_": [key]}}})
        return found[0]["data"] if found else None

    @contextmanager
    def stores(self):
        with Hub(f"sqlite:///{self.home / 'hub' / 'hub.sqlite'}") as hub:
            yield Stores(
                hub.migrate(), Lake(self.home / "lake"), Warehouse(self.home / "warehouse")
            )

    def status(self, tenant, year):
        with self.stores() as stores:
            return stores.hub.units.find(tenant, year)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def environment_of(home, **others):
    """Give the processes started within a home of their own, and nothing of this machine's."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith(("TASMA_", "PREFECT_"))]:
        del os.environ[name]
    os.environ.update({"TASMA_HOME": str(home), **others})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with (
        environment_of(home, **PLANTED),
        prefect_server(home=home, port=free_port()) as server,
        deployments_served(server),
    ):
        yield Desk(server, home)


@pytest.fixture
def book(desk, request):
    """Give a tenant of its own with a company's books for 2024, known to the hub."""
    return make_book(desk, request.node.name)


@pytest.fixture(scope="module")
def taken(desk, request):
    """Give a book that a run of the form has published, and that run."""
    book = make_book(desk, request.node.name.replace(".py", ""))
    return book, desk.run("import-file", tenant=book.tenant, path=book.file())


def make_book(desk, name):
    name = name.rpartition("/")[2].replace("test_", "").replace("_", "-")[:40].strip("-")
    company = Company(sum(name.encode()), calendar_years(2024, 2024), 60)
    with desk.stores() as stores:
        number = company.organisation_number.replace("-", "")
        stores.hub.tenants.add(Tenant(name, "Test AB", organisation_number=number))
    return Book(name, company, desk.home / "files" / name)


@dataclass(frozen=True)
class Book:
    """A tenant and its company; files are written where nobody else looks."""

    tenant: str
    company: Company
    folder: Path

    @property
    def year(self):
        from ledger.fiscal_year import FiscalYear  # noqa: PLC0415 - for this property alone

        return FiscalYear.parse("2024")

    def file(self, name="books.se", *, company=None, faults=()):
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_bytes((company or self.company).sie(faults=list(faults)))
        return str(path)
