"""One real Prefect server with our deployments for all tests of this folder, and a way to use it.

The runs are processes of their own, as they are for a user; the tests talk to the server's API and
look at hub, lake and warehouse.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import socket
import sqlite3
import tempfile
import time
import uuid
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import prefect
import pytest
from prefect.events.worker import EventsWorker
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from xdist.scheduler import LoadScopeScheduling

from blocks.hub import Connection, Hub, Method, Tenant
from blocks.lake import Lake
from blocks.warehouse import FileWarehouse
from flows.server.processes import PrefectServer, deployments_served, prefect_server
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import broken_years, calendar_years
from simulators.fortnox import ALL_SCOPES, LEDGER_SCOPES, FortnoxSimulator, SimulatedTenant
from tasks.stores import Stores
from tests.command_line import invoke
from tests.quick_fortnox import settings_of

RUN_LIMIT_S = 180.0
"""Longest wait for a run on a busy machine; seconds."""

SECRET = "planted-secret-7f3a91c2"  # noqa: S105 - it opens nothing
"""In the environment of every process of the session, and in a block; it may appear nowhere."""

ASK_AGAIN_S = 0.25
"""Between two looks at a run."""

SOON = {
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    "PREFECT_WORKER_QUERY_SECONDS": "0.5",
    "TASMA_WATCH_AT_START": "false",
}
"""Runs are looked for as often as Prefect allows, so that little of a test is waiting; and no sweep
comes before the one that a test makes."""

PLANTED = {"TASMA_TEST_TOKEN": SECRET, "TASMA_NOTIFY_BLOCK": "custom-webhook/planted"}

EVENTS_DRAINED_S = 20
"""How long the events of runs in this process may take to reach the server at the end."""

FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


WITHOUT_DESK = {"test_demo.py", "test_hosts.py", "test_up.py", "test_warm.py", "test_worker.py"}
"""Files whose tests start servers of their own, or none."""


class ByServer(LoadScopeScheduling):
    """Lets one process have the server of the session, and another all tests that need none."""

    def _split_scope(self, nodeid):
        return str(Path(nodeid.partition("::")[0]).name in WITHOUT_DESK)


def pytest_xdist_make_scheduler(config, log):
    return ByServer(config, log)


@dataclass(frozen=True)
class Desk:
    """What an operator has: the server's API, the folders, the hub."""

    server: PrefectServer
    home: Path
    fortnox: FortnoxSimulator | None = None
    stack: ExitStack | None = None
    """Ends with the session."""

    def lose_server(self):
        """Kill Prefect's server where it stands, and start it again on the same address."""
        port = int(self.server.url.rpartition(":")[2])
        os.killpg(
            process_with(f"PREFECT_SERVER_API_PORT={port}", "server", "start"), signal.SIGKILL
        )
        while self.server.ask("/health") is True:
            time.sleep(0.1)
        with environment_of(self.home, **PLANTED):
            self.stack.enter_context(prefect_server(home=self.home, port=port))

    def lose_host(self):
        """Kill all but the server, as the end of the host of the runs does; start it again."""
        for pid, command in processes_with(self.home).items():
            if any(word in command for word in ("server.serve", "fork_server", "prefect.engine")):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        with environment_of(self.home, **PLANTED, **settings_of(self.fortnox)):
            self.stack.enter_context(deployments_served(self.server))

    def ask(self, path, body=None):
        """Ask until the server answers: on a busy machine SQLite may make it say 503."""
        deadline = time.monotonic() + 120
        while (answer := self.server.ask(path, body)) is None and time.monotonic() < deadline:
            time.sleep(0.3)
        return answer

    def deployment(self, name):
        return self.ask(f"/deployments/name/{name}/{name}")

    def refuses(self, name, **parameters):
        """Return whether the API refuses to make such a run."""
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
            environment_of(self.home, **PLANTED, **settings_of(self.fortnox)),
            reaching(self.server),
        ):
            return asyncio.run(flow(**parameters, return_state=True))

    def tasma(self, *arguments, api_url="", **typed):
        """Run one command in this very process, on the home of the server's runs."""
        where = self.server.client_variables | ({"PREFECT_API_URL": api_url} if api_url else {})
        with environment_of(self.home, **where, **settings_of(self.fortnox)):
            return invoke(*arguments, **typed)

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
            time.sleep(ASK_AGAIN_S)
        return run

    def retry(self, run_id):
        """Press Retry: what the UI sends."""
        count = self.ask(f"/flow_runs/{run_id}")["run_count"]
        state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}
        self.ask(f"/flow_runs/{run_id}/set_state", {"state": state, "force": True})
        return self.end_of(run_id, after=count)

    @contextmanager
    def unscheduled(self, name):
        """Have no schedule begin runs of a deployment, and none be at work, until the end."""
        runs = {
            "deployment_id": {"any_": [self.deployment(name)["id"]]},
            "state": {"type": {"not_any_": sorted(FINAL)}},
        }
        self._pause(name, is_paused=True)
        deadline = time.monotonic() + RUN_LIMIT_S
        while self.ask("/flow_runs/count", {"flow_runs": runs}):
            assert time.monotonic() < deadline, f"{name} is still at work"
            time.sleep(ASK_AGAIN_S)
        try:
            yield
        finally:
            self._pause(name, is_paused=False)

    def _pause(self, name, *, is_paused):
        """Ask until it is so; the answer itself is empty."""
        word = "pause_deployment" if is_paused else "resume_deployment"
        while (found := self.deployment(name))["paused"] is not is_paused:
            self.server.ask(f"/deployments/{found['id']}/{word}", {})

    def artifact(self, key):
        found = self.ask("/artifacts/latest/filter", {"artifacts": {"key": {"any_": [key]}}})
        return found[0]["data"] if found else None

    @contextmanager
    def stores(self):
        with Hub(f"sqlite:///{self.home / 'hub' / 'hub.sqlite'}") as hub:
            yield Stores(
                hub.migrate(), Lake(self.home / "lake"), FileWarehouse(self.home / "warehouse")
            )

    def status(self, tenant, year):
        with self.stores() as stores:
            return stores.hub.units.find(tenant, year)


COMPANIES = 35
FIRST_NUMBER = 700_001


def simulated(place):
    broken = place == BROKEN_YEARS
    years = broken_years(2023, 2024) if broken else calendar_years(2023, 2025)
    ids = (2, 1) if broken else (3, 1, 2)
    company = Company(900 + place, years, 40)
    return SimulatedTenant(FIRST_NUMBER + place, company, year_ids=ids, consented=LEDGER_SCOPES)


BROKEN_YEARS = 0
"""Place of the one company whose years are broken."""


def process_of(run_id):
    """Find the process that runs it, by what its runner told it."""
    return process_with(f"PREFECT__FLOW_RUN_ID={run_id}")


def process_with(variable, *words):
    """Find the process with a variable in its environment and words in its command line."""
    for folder in os.scandir("/proc"):
        try:
            environment = Path(folder.path, "environ").read_bytes().split(b"\0")
            command = Path(folder.path, "cmdline").read_bytes().split(b"\0")
        except OSError:  # not a process, or gone
            continue
        if variable.encode() in environment and {word.encode() for word in words} <= {*command}:
            return int(folder.name)
    raise AssertionError(f"no process has {variable}")


def processes_with(home):
    """Find the processes whose environment names this home: the command line of each by its pid."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"TASMA_HOME={home}".encode() in (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it ended meanwhile, or is somebody else's
            continue
        if is_ours and int(folder.name) != os.getpid():
            found[int(folder.name)] = command
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def reaching(server):
    """Have Prefect's client of this process ask a server, with its password."""
    login = server.client_variables["PREFECT_API_AUTH_STRING"]
    return temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_API_AUTH_STRING: login})


@contextmanager
def environment_of(home, **others):
    """Give the processes started within a home of their own, and nothing of this machine's."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith(("TASMA_", "PREFECT_"))]:
        del os.environ[name]
    os.environ.update({"TASMA_HOME": str(home), **SOON, **others})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def fortnox():
    """A Fortnox with more companies than there are tests that pull one."""
    with FortnoxSimulator([simulated(place) for place in range(COMPANIES)]) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def unused(request, tmp_path_factory):
    """The files of a server that nobody has used, kept from one session to the next.

    To migrate an empty database takes Prefect many seconds; the test of the demo lets it do so.
    """
    kept = request.config.cache.mkdir(f"prefect-{prefect.__version__}") / "unused"
    if not kept.exists():
        with server_of(tmp_path_factory.mktemp("unused")) as server:
            keep(server.folder, kept)
    return kept


@pytest.fixture(scope="session")
def new_home(unused, tmp_path_factory):
    """Make a home whose server begins with these files."""

    def made(name):
        home = tmp_path_factory.mktemp(name)
        shutil.copytree(unused, home / "prefect")
        return home

    return made


@pytest.fixture(scope="session")
def desk(new_home, fortnox):
    home = new_home("home")
    (home / "prefect").chmod(0o755)  # as a release before left it
    with (
        server_of(home, **PLANTED, **settings_of(fortnox)) as server,
        deployments_served(server),
        ExitStack() as stack,
    ):
        yield Desk(server, home, fortnox, stack)


@contextmanager
def server_of(home, **more):
    """Run a server whose home is this process's too."""
    with (
        environment_of(home, **more),
        prefect_server(home=home, port=free_port()) as server,
    ):
        yield server
        # Events that nobody takes any more would keep this process from ending.
        EventsWorker.drain_all(timeout=EVENTS_DRAINED_S)


def keep(folder, kept):
    """Copy the files of a server that runs: its database, and what it need not do twice."""
    made = Path(tempfile.mkdtemp(dir=kept.parent))
    with (
        closing(sqlite3.connect(folder / "prefect.db")) as source,
        closing(sqlite3.connect(made / "prefect.db")) as target,
    ):
        source.backup(target)
    shutil.copy(folder / "memo_store.toml", made)
    with suppress(OSError):  # another process of this session was first
        made.rename(kept)


@pytest.fixture
def book(desk, request):
    """Give a tenant of its own with a company's books for 2024, known to the hub."""
    return make_book(desk, request.node.name)


@pytest.fixture(scope="module")
def taken(desk, request):
    """Give a book that a run of the form has published, and that run."""
    book = make_book(desk, request.node.name.replace(".py", ""))
    return book, desk.run("import-file", tenant=book.tenant, path=book.file())


SEEDS = itertools.count(3_000)
"""No two companies of a process share a number."""


def make_book(desk, name):
    name = name.rpartition("/")[2].replace("test_", "").replace("_", "-")[:40].strip("-")
    company = Company(next(SEEDS), calendar_years(2024, 2024), 60)
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
        return FiscalYear.parse("2024")

    def file(self, name="books.se", *, company=None, faults=()):
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_bytes((company or self.company).sie(faults=list(faults)))
        return str(path)


@dataclass(frozen=True)
class Ledger:
    """A tenant that is connected to a company in the simulated Fortnox."""

    tenant: str
    number: int
    there: object

    @property
    def company(self):
        return self.there.edition.company


@pytest.fixture(scope="session")
def places():
    return iter(place for place in range(COMPANIES) if place != BROKEN_YEARS)


@pytest.fixture
def connect(desk, places):
    """Connect a new tenant to the next company of the simulator."""

    def made(*, defined=(), schedule=False, broken_year=False, documents=False, **more):
        place = BROKEN_YEARS if broken_year else next(places)
        number, tenant = FIRST_NUMBER + place, f"pulled-{place}"
        if documents:
            desk.fortnox.authorize(number, scopes=ALL_SCOPES)
        with desk.stores() as stores:
            stores.hub.tenants.add(Tenant(tenant, "Test AB", has_schedule=schedule, **more))
            stores.hub.connections.save(
                Connection(tenant, "fortnox", Method.CLIENT_CREDENTIALS, str(number))
            )
            for year in defined:
                stores.hub.years.define(tenant, FiscalYear.parse(year))
        return Ledger(tenant, number, desk.fortnox.tenant(number))

    return made
