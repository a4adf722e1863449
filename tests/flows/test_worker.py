"""The arrangement of production: a process pool, deployments of prefect.yaml, a worker of ours."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from blocks.hub import Connection, Method, Tenant, unit_resource
from blocks.systems.fortnox.port import BLOCKS
from flows.runs.dead_runs import sweep
from flows.server.own_secrets import CLIENT_LOGIN
from flows.server.processes import wait_for
from flows.server.readiness import look
from flows.server.serve import begin_watch
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import LEDGER_SCOPES, FortnoxSimulator, SimulatedTenant
from tests.flows.conftest import (
    Desk,
    environment_of,
    free_port,
    process_of,
    process_with,
    reaching,
    server_of,
)
from tests.quick_fortnox import settings_of

PROJECT = Path(__file__).parents[2]
TENANTS = 2
LONELY = TENANTS
"""Place of the tenant whose run dies by itself."""

RESUMED = TENANTS + 1
"""Place of the tenant whose run is started again before its process has gone."""

FIRST_NUMBER = 710_001
YEAR = FiscalYear.parse("2025")
NIGHT = dt.date(2026, 11, 23)
FINLAND = "Europe/Helsinki"


@pytest.fixture(scope="module")
def pool(new_home):
    """Give a server to which prefect.yaml was deployed; no worker runs yet."""
    home = new_home("pool")
    companies = [
        SimulatedTenant(
            FIRST_NUMBER + place,
            Company(930 + place, calendar_years(2025, 2025), 40),
            year_ids=(1,),
            consented=LEDGER_SCOPES,
        )
        for place in range(TENANTS + 2)
    ]
    with (
        FortnoxSimulator(companies) as fortnox,
        server_of(home, **settings_of(fortnox)) as server,
    ):
        pool = Desk(server, home, fortnox)
        deploy = [Path(sys.executable).with_name("tasma"), "deploy"]
        # Again, as after an update: what there is stays, the limits too.
        for step in ([*deploy, "--at-once", "16"], deploy):
            subprocess.run(
                step, cwd=PROJECT, env=server.environment, check=True, capture_output=True
            )
        yield pool


@contextmanager
def working(desk):
    """Run a worker on a host of its own, as far as processes go: all of it ends together."""
    python = Path(sys.executable).parent
    environment = {**desk.server.environment, "PATH": f"{python}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "flows.worker", "--pool", "tasma"]
    with (desk.home / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield worker
    finally:
        kill_host(worker)


def kill_host(worker):
    """Kill the worker, the host of its runs and the runs, all at once, as a power cut does."""
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def end_of(desk, run):
    return desk.end_of(run["id"])["state"]["name"]


def connected(desk, place):
    number, tenant = FIRST_NUMBER + place, f"worked-{place}"
    with desk.stores() as stores:
        more = {"has_schedule": True, "time_zone": FINLAND}
        stores.hub.tenants.add(Tenant(tenant, "Test AB", **more))
        stores.hub.connections.save(
            Connection(tenant, "fortnox", Method.CLIENT_CREDENTIALS, str(number))
        )
        stores.hub.years.define(tenant, YEAR)
    return tenant


def night_of(desk, tenant):
    """Start what a night starts for a tenant that has something new."""
    path = f"/deployments/{desk.deployment('pull')['id']}/create_flow_run"
    sent = {"parameters": {"tenant": tenant}, "tags": [f"tenant:{tenant}", "night"]}
    return desk.ask(path, sent | {"idempotency_key": f"{tenant} night"})


def sweep_later(desk):
    """Do what the janitor does once a dead run has been silent for long enough."""
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=15)
    with (
        environment_of(desk.home, **settings_of(desk.fortnox)),
        reaching(desk.server),
    ):
        return asyncio.run(sweep(now=later))


@dataclass(frozen=True)
class Night:
    """What was seen of a night whose worker was killed with its host, and of its end on another.

    `stands_for_it`: the process of a run's number that is one of ours, which asks the worker's
    host of warm runs for it. `is_gone`: nothing of the run was left when the host was.
    """

    stands_for_it: int
    is_gone: bool
    crashed: list[str]
    ends: list[str]
    load_numbers: list[int]
    log: str


@pytest.fixture(scope="module")
def night(pool):
    tenants = [connected(pool, place) for place in range(TENANTS)]
    with pool.stores() as stores:
        lease = stores.hub.leases.acquire(
            unit_resource(tenants[0], YEAR), holder="the test", ttl_s=3600
        )
        with working(pool) as worker:
            runs = [night_of(pool, tenant) for tenant in tenants]
            pool.wait(runs[0]["id"], lambda found: "year:2025" in found["tags"])
            stands_for_it = process_with(
                f"PREFECT__FLOW_RUN_ID={runs[0]['id']}", "flows.server.fork_server"
            )
            kill_host(worker)
        is_gone = not runs_anywhere(runs[0])
        stores.hub.leases.release(lease)
        for run in runs:  # the two minutes after which a dead run's leases are nobody's
            stores.hub.leases.release_run(run["id"])
    swept = sweep_later(pool)
    with working(pool):
        ends = [end_of(pool, run) for run in runs]
    with pool.stores() as stores:
        loads = [stores.warehouse.load_record(tenant, YEAR).load_number for tenant in tenants]
    log = (pool.home / "worker.log").read_text()
    return Night(stands_for_it, is_gone, swept.crashed, ends, loads, log)


def runs_anywhere(run):
    try:
        return process_of(run["id"])
    except AssertionError:
        return 0


def test_the_steps_of_production_register_our_blocks(pool):
    slugs = [pool.ask(f"/block_types/slug/{block.get_block_type_slug()}") for block in BLOCKS]

    assert ["Fortnox app", "Fortnox tokens"] == [found["name"] for found in slugs]


def test_a_worker_starts_a_run_from_what_it_has_imported(night):
    assert night.stands_for_it
    assert "starting cold" not in night.log


def test_a_night_whose_worker_dies_with_its_host_completes_on_another_host(night):
    assert night.is_gone
    assert night.crashed
    # The first was held up, so that its worker died before its year was published. The others may
    # have published theirs by then; a second attempt then finds nothing new.
    assert night.ends[0] == "Published"
    assert {*night.ends[1:]} <= {"Published", "Unchanged"}
    assert [1] * TENANTS == night.load_numbers


def test_a_run_whose_process_dies_under_a_living_worker_comes_again(pool):
    tenant = connected(pool, LONELY)
    with working(pool), pool.stores() as stores:
        lease = stores.hub.leases.acquire(
            unit_resource(tenant, YEAR), holder="the test", ttl_s=3600
        )
        run = night_of(pool, tenant)
        pool.wait(run["id"], lambda found: "year:2025" in found["tags"])
        os.kill(process_of(run["id"]), signal.SIGKILL)
        # The worker says it twice, and the second time undoes what the first had scheduled.
        pool.wait(run["id"], lambda found: len(crashes(pool, found)) == 2)
        stores.hub.leases.release(lease)
        sweep_later(pool)

        assert "Published" == end_of(pool, run)


def test_a_worker_outlives_a_run_that_comes_back_before_its_process_has_gone(pool):
    """Prefect's own worker ends: the run asks for a place under its limit that it still has."""
    tenant = connected(pool, RESUMED)
    with working(pool) as worker, pool.stores() as stores:
        lease = stores.hub.leases.acquire(
            unit_resource(tenant, YEAR), holder="the test", ttl_s=3600
        )
        run = night_of(pool, tenant)
        pool.wait(run["id"], lambda found: "year:2025" in found["tags"])
        again = {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}, "force": True}
        pool.ask(f"/flow_runs/{run['id']}/set_state", again)
        later = polled_at(pool) + dt.timedelta(seconds=5)
        wait_for(lambda: polled_at(pool) > later, process=worker, log=pool.home / "worker.log")
        stores.hub.leases.release(lease)

        assert end_of(pool, run) in {"Published", "Unchanged"}


def polled_at(desk):
    return dt.datetime.fromisoformat(desk.ask("/work_pools/tasma/queues/default")["last_polled"])


def crashes(desk, run):
    states = desk.ask(f"/flow_run_states/?flow_run_id={run['id']}")
    return [state for state in states if state["type"] == "CRASHED"]


def deployed(desk, name):
    found = desk.deployment(name)
    limit = found["global_concurrency_limit"]["limit"]
    return found["work_pool_name"], found["work_queue_name"], limit


def test_pool_has_its_queue_and_limits_by_what_several_hosts_do(pool):
    queue = pool.ask("/work_pools/tasma/queues/backfill")

    assert 10 == queue["priority"]
    assert 16 == pool.ask("/work_pools/tasma")["concurrency_limit"]
    assert ("tasma", "default", 16) == deployed(pool, "pull")
    assert ("tasma", "default", 1) == deployed(pool, "watch")


def seen(desk):
    with reaching(desk.server), environment_of(desk.home):
        return {one.what: one for one in asyncio.run(look())}


WORKERS = "/work_pools/tasma/workers"


def forget_workers(desk):
    """Delete those of other tests: the server calls a worker online for a while after its end."""
    for worker in desk.ask(f"{WORKERS}/filter", {}):
        call(desk, "DELETE", f"{WORKERS}/{worker['name']}")


def call(desk, method, path, body=None):
    """Ask for what the server answers with nothing."""
    login = tuple(desk.server.environment[CLIENT_LOGIN].split(":", 1))
    url = f"{desk.server.api_url}{path}"
    httpx.request(method, url, json=body, auth=login, timeout=30).raise_for_status()


def due_watch(desk, watch, *, minutes):
    """Ask for a watch that was due some time ago; return its id, and when it was."""
    due = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due.isoformat()}}
    run = desk.ask(f"/deployments/{watch['id']}/create_flow_run", {"state": state})
    return run["id"], due


def begin(desk, run_id):
    desk.ask(f"/flow_runs/{run_id}/set_state", {"state": {"type": "RUNNING"}, "force": True})


def test_readiness_is_told_by_what_lies_ahead_and_by_what_has_begun(pool):
    watch = pool.deployment("watch")
    assert "green" == seen(pool)["scheduler"].light
    assert "green" == seen(pool)["the server's clock"].light

    forget_workers(pool)
    assert "no worker of the pool tasma is online" in seen(pool)["workers"].seen
    call(pool, "POST", f"{WORKERS}/heartbeat", {"name": "a worker"})

    earlier, _ = due_watch(pool, watch, minutes=20)
    begin(pool, earlier)
    run, due = due_watch(pool, watch, minutes=5)
    late = seen(pool)["workers"]
    assert ("red", True) == (late.light, f"{due:%H:%M} UTC has not begun" in late.seen)

    begin(pool, run)
    assert "green" == seen(pool)["workers"].light

    pool.server.ask(f"/deployments/{watch['id']}/pause_deployment", {})
    without = seen(pool)["scheduler"]
    pool.server.ask(f"/deployments/{watch['id']}/resume_deployment", {})
    assert ("red", True) == (without.light, "no run of watch/watch lies ahead" in without.seen)


def test_start_begins_a_watch_once_and_another_where_that_died(pool, monkeypatch):
    """Runs that nobody watches are taken up three times at most; a start is somebody."""
    monkeypatch.setenv("TASMA_WATCH_AT_START", "true")
    asked = {
        "deployments": {"id": {"any_": [pool.deployment("watch")["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }

    def begun():
        with reaching(pool.server):
            asyncio.run(begin_watch())
        return {
            run["id"] for run in pool.ask("/flow_runs/filter", asked) if not run["auto_scheduled"]
        }

    before = {run["id"] for run in pool.ask("/flow_runs/filter", asked)}
    (first,) = begun() - before
    (same,) = begun() - before
    crashed = {"state": {"type": "CRASHED"}, "force": True}
    pool.ask(f"/flow_runs/{first}/set_state", crashed)
    (second,) = begun() - before
    pool.ask(f"/flow_runs/{second}/set_state", crashed)

    assert first == same != second


def test_readiness_says_of_a_server_that_is_away_or_wants_another_password(pool):
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_port()}/api"}):
        (away,) = asyncio.run(look())
    with reaching(pool.server), temporary_settings({PREFECT_API_AUTH_STRING: "tasma:wrong"}):
        (shut,) = asyncio.run(look())

    assert ("red", True) == (away.light, "(ConnectError): `tasma up` starts one" in away.seen)
    assert ("red", True) == (shut.light, "it answers 401" in shut.seen)


def test_second_host_with_a_hub_in_a_file_is_refused_while_the_first_is_online(pool):
    beat = {"name": "tasma other", "heartbeat_interval_seconds": 30}
    with suppress(ValueError):  # it answers without a body
        pool.server.ask("/work_pools/tasma/workers/heartbeat", beat)
    command = [sys.executable, "-m", "flows.worker", "--pool", "tasma"]
    ended = subprocess.run(
        command, env=pool.server.environment, capture_output=True, text=True, check=False
    )

    assert 1 == ended.returncode
    assert "Error: other works on this pool, and the hub of " in ended.stderr
    assert "is a file that no other machine has" in ended.stderr
