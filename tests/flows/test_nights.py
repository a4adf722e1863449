"""Nights and backfills: exactly one run each, whatever the clock and the operator do."""

from __future__ import annotations

import datetime as dt
import os
import signal

import pytest

from blocks.hub import unit_resource
from flows.nightly import nightly
from ledger.fiscal_year import FiscalYear
from tests.flows.conftest import process_of

NIGHT = dt.date(2026, 11, 23)
FINLAND = "Europe/Helsinki"


@pytest.fixture
def finns(connect):
    """Two tenants of the Finnish night: one approved, one whose first transfer is pending."""
    more = {"defined": ("2025",), "time_zone": FINLAND}
    return connect(schedule=True, **more), connect(**more)


def runs_of(desk, tenant, tag):
    found = desk.ask("/flow_runs/filter", {"flow_runs": {"tags": {"all_": [f"tenant:{tenant}"]}}})
    return [run for run in found if tag in run["tags"]]


@pytest.mark.requirement("R-FIN-16a", "R-FIN-10a")
def test_a_night_makes_one_run_for_each_connected_tenant_however_often_it_is_started(desk, finns):
    approved, pending = finns
    for _ in range(2):
        assert "Completed" == desk.do(nightly, zone=FINLAND, night=NIGHT).name

    ends = {}
    for ledger in finns:
        (run,) = runs_of(desk, ledger.tenant, "night")
        ends[ledger.tenant] = desk.end_of(run["id"])["state"]["name"]
    assert {approved.tenant: "Published", pending.tenant: "Skipped"} == ends


def test_a_backfill_goes_on_past_a_year_that_fails_and_a_retry_does_the_rest(desk, connect):
    sound, broken = connect(defined=("2024",)), connect(defined=("2024",))
    broken.there.switch("module_missing")
    run = desk.start("backfill", tenants=[sound.tenant, broken.tenant], years=["2024"])
    first = desk.end_of(run)
    broken.there.switch("module_missing", on=False)
    made = {item["id"] for item in runs_of(desk, sound.tenant, "backfill")}
    again = desk.retry(run)

    assert ("Failed", "Done") == (first["state"]["name"], again["state"]["name"])
    assert "1 Failed, 1 Published" in first["state"]["message"].replace(
        "1 Published, 1 Failed", "1 Failed, 1 Published"
    )
    assert "2 Published" in again["state"]["message"]
    assert made == {item["id"] for item in runs_of(desk, sound.tenant, "backfill")}
    assert 100.0 == desk.artifact("backfill")


def test_a_night_whose_process_dies_is_taken_up_again_without_anybody(desk, connect):
    ledger = connect(schedule=True, defined=("2025",), time_zone=FINLAND)
    with desk.stores() as stores:
        resource = unit_resource(ledger.tenant, FiscalYear.parse("2025"))
        lease = stores.hub.leases.acquire(resource, holder="the test", ttl_s=3600)
        desk.do(nightly, zone=FINLAND, night=NIGHT + dt.timedelta(days=1))
        (run,) = runs_of(desk, ledger.tenant, "night")
        desk.wait(run["id"], lambda found: "year:2025" in found["tags"])
        os.kill(process_of(run["id"]), signal.SIGKILL)
        # Between the two attempts lies half a second, so the second may be what is seen.
        desk.wait(run["id"], lambda found: found["run_count"] > 1 or not is_running(found))
        stores.hub.leases.release(lease)
    ended = desk.end_of(run["id"], after=1)

    assert ("Published", 2) == (ended["state"]["name"], ended["run_count"])


def test_a_night_goes_on_when_prefects_server_is_killed_in_the_middle(desk, connect):
    ledger = connect(schedule=True, defined=("2025",), time_zone=FINLAND)
    with desk.stores() as stores:
        resource = unit_resource(ledger.tenant, FiscalYear.parse("2025"))
        lease = stores.hub.leases.acquire(resource, holder="the test", ttl_s=3600)
        desk.do(nightly, zone=FINLAND, night=NIGHT + dt.timedelta(days=2))
        (run,) = runs_of(desk, ledger.tenant, "night")
        desk.wait(run["id"], lambda found: "year:2025" in found["tags"])
        desk.lose_server()
        stores.hub.leases.release(lease)
    ended = desk.end_of(run["id"])

    assert "Published" == ended["state"]["name"]
    with desk.stores() as stores:
        year = FiscalYear.parse("2025")
        assert 1 == stores.warehouse.load_record(ledger.tenant, year).load_number


def is_running(run):
    return run["state"]["type"] in {"RUNNING", "PENDING"}
