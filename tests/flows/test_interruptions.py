"""Runs that end without a word: killed, cancelled, gone with their host."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal

import pytest

from blocks.hub import UnitState, unit_resource
from flows.import_file import import_file
from flows.janitor import janitor
from flows.runs.dead_runs import silent_after, sweep
from tests.faults import importer
from tests.faults.children import CHILDREN
from tests.flows.conftest import environment_of, process_of, process_with, reaching

CHILD_LIMIT_S = 120


@pytest.fixture
def waiting(desk, book):
    """Start a run that works on its unit and cannot end: somebody holds the unit's lease."""
    with desk.stores() as stores:
        resource = unit_resource(book.tenant, book.year)
        lease = stores.hub.leases.acquire(resource, holder="the test", ttl_s=3600)
        run_id = desk.start("import-file", tenant=book.tenant, path=book.file())
        desk.wait(run_id, lambda run: run["name"] == f"{book.tenant} 2024")
        yield run_id, lambda: stores.hub.leases.release(lease)


def working(desk, book, run_id):
    """Make the hub say what it says while a run is in the middle of a unit."""
    with desk.stores() as stores:
        stores.hub.units.set_status(
            book.tenant, book.year, UnitState.RECONCILING, run_id=run_id, source="sie"
        )
        stores.hub.leases.acquire(f"{book.tenant}/other", holder=f"run {run_id}", run_id=run_id)


@pytest.mark.requirement("R-FIN-34e", "R-FIN-34f")
def test_a_killed_run_is_crashed_frees_its_unit_and_can_be_retried(desk, book, waiting):
    run_id, release = waiting
    working(desk, book, run_id)
    os.kill(process_of(run_id), signal.SIGKILL)
    run = desk.end_of(run_id)
    desk.wait(run_id, lambda _: desk.status(book.tenant, book.year).status == "failed")

    assert run["state"]["type"] == "CRASHED"
    assert desk.status(book.tenant, book.year).reason.startswith("interrupted")
    with desk.stores() as stores:
        assert stores.hub.leases.held_by_run(run_id) == []
    release()
    assert desk.retry(run_id)["state"]["name"] == "Published"


def test_a_rerun_writes_the_pages_of_a_load_that_was_published_by_a_run_that_died(desk, book):
    path = book.file()
    own = {"TASMA_HOME": str(desk.home), **desk.server.client_variables}
    died = CHILDREN.Process(target=importer.run, args=(own, book.tenant, path, "publish.recorded"))
    died.start()
    died.join(CHILD_LIMIT_S)
    pages = [f"{book.tenant}-2024-{name}" for name in ("reconciliation", "changes", "statements")]
    before = [desk.artifact(page) for page in pages]
    with desk.stores() as stores:
        for lease in stores.hub.leases.live(tenant=book.tenant):
            stores.hub.leases.release(lease)
    rerun = desk.do(import_file, tenant=book.tenant, path=path)
    written = [desk.artifact(page) for page in pages]
    again = desk.do(import_file, tenant=book.tenant, path=path)

    assert -signal.SIGKILL == died.exitcode
    assert [None, None, None] == before
    assert ("Unchanged", "Unchanged") == (rerun.name, again.name)
    assert "✓ passed" in written[0]
    assert "First load of the year" in written[1]
    assert "Balance sheet" in written[2]
    key = {"artifacts": {"key": {"any_": [pages[0]]}}}
    assert 1 == len(desk.ask("/artifacts/filter", key))


def test_a_cancelled_run_frees_its_unit(desk, book, waiting):
    run_id, release = waiting
    working(desk, book, run_id)
    state = {"type": "CANCELLING", "name": "Cancelling"}
    desk.ask(f"/flow_runs/{run_id}/set_state", {"state": state, "force": True})
    run = desk.end_of(run_id)
    desk.wait(run_id, lambda _: desk.status(book.tenant, book.year).status == "failed")
    release()

    assert run["state"]["type"] == "CANCELLED"
    assert "cancelled" in desk.status(book.tenant, book.year).reason


def test_a_run_whose_host_is_gone_is_found_by_its_silence(desk, book):
    """It is Running for Prefect, and no process beats for it; a living one is left alone."""
    run_id = orphan(desk)
    working(desk, book, run_id)
    with desk.stores() as stores:
        stores.hub.leases.release_run(run_id)

    assert "gone" not in swept(desk, silent_after() - dt.timedelta(seconds=30))
    assert "gone" in swept(desk, silent_after() + dt.timedelta(seconds=30))
    assert desk.ask(f"/flow_runs/{run_id}")["state"]["type"] == "CRASHED"
    assert desk.status(book.tenant, book.year).status == "failed"


def test_a_silent_run_that_still_renews_its_lease_is_alive(desk, book):
    run_id = orphan(desk)
    working(desk, book, run_id)

    assert "gone" not in swept(desk, silent_after() + dt.timedelta(seconds=30))
    with desk.stores() as stores:
        stores.hub.leases.release_run(run_id)
    assert "gone" in swept(desk, silent_after() + dt.timedelta(seconds=30))


def orphan(desk):
    """Make a run that claims to run, of a flow of ours, and that no process knows of."""
    flow_id = desk.deployment("janitor")["flow_id"]
    run = {
        "flow_id": flow_id,
        "name": "gone",
        "tags": ["tasma"],
    }
    run_id = desk.ask("/flow_runs/", run)["id"]
    state = {"type": "RUNNING", "name": "Running"}
    desk.ask(f"/flow_runs/{run_id}/set_state", {"state": state, "force": True})
    return run_id


def swept(desk, later):
    """Sweep as if it were that much later, and return the names of the runs that were ended.

    By that clock a run that the schedule begins just now may be among them.
    """
    with (
        environment_of(desk.home),
        reaching(desk.server),
    ):
        return asyncio.run(sweep(now=dt.datetime.now(dt.UTC) + later)).crashed


def test_the_janitor_mends_what_a_dead_run_left_in_the_hub(desk, book):
    with desk.stores() as stores:
        stores.hub.units.set_status(
            book.tenant, book.year, UnitState.STAGED, run_id="gone", source="sie"
        )
    state = desk.do(janitor)

    assert state.name == "Completed"
    assert desk.status(book.tenant, book.year).status == "failed"
    assert "interrupted" in desk.status(book.tenant, book.year).reason


def test_runs_of_our_runner_start_warm(desk, waiting):
    run_id, release = waiting
    stands_for_it = process_with(f"PREFECT__FLOW_RUN_ID={run_id}", "flows.server.fork_server")
    release()

    assert stands_for_it
    assert "Published" == desk.end_of(run_id)["state"]["name"]
    assert "starting cold" not in (desk.server.folder / "runs.log").read_text()
