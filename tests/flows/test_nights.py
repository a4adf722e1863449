"""Nights and backfills: exactly one run each, whatever the clock and the operator do."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import time
from functools import partial

import pytest

from blocks.hub import unit_resource
from blocks.hub.nights import Member
from flows.night_shard import night_shard
from flows.nightly import nightly
from flows.pull import pull
from flows.runs import away
from flows.runs.rescheduling import UNFINISHED
from flows.runs.shard import Shard
from ledger.fiscal_year import FiscalYear
from tests import quick_fortnox
from tests.flows.conftest import process_of

NIGHT = dt.date(2026, 11, 23)
PROMISED_S = 300
"""By when the work of a host that is lost is done by another, as docs/hosts.md promises."""
FINLAND = "Europe/Helsinki"


@pytest.fixture
def finns(connect):
    """Two tenants of the Finnish night: one approved, one whose first transfer is pending."""
    more = {"defined": ("2025",), "time_zone": FINLAND}
    return connect(schedule=True, **more), connect(**more)


def runs_of(desk, tenant, tag):
    found = desk.ask("/flow_runs/filter", {"flow_runs": {"tags": {"all_": [f"tenant:{tenant}"]}}})
    return [run for run in found if tag in run["tags"]]


def the_night(desk, night):
    """Begin a night and wait until its shards are over; return them by number."""
    assert "Done" == desk.do(nightly, zone=FINLAND, night=night).name
    shards = shards_of(desk, night)
    return [desk.end_of(run["id"]) for run in shards]


def shards_of(desk, night):
    found = desk.ask("/flow_runs/filter", {"flow_runs": {"tags": {"all_": ["night-shard"]}}})
    return [run for run in found if run["parameters"]["night"] == night.isoformat()]


def rows_of(desk, night):
    with desk.stores() as stores:
        return {row.tenant: row for row in stores.hub.nights.of_night(night)}


@pytest.mark.requirement("R-FIN-10a")
def test_a_night_does_each_tenant_once_and_gives_a_run_to_what_is_new(desk, finns):
    new, pending = finns
    shards = the_night(desk, NIGHT)
    (run,) = runs_of(desk, new.tenant, "night")
    own = desk.end_of(run["id"])
    fetched = desk.fortnox.count(new.number, "/3/sie/")
    first = rows_of(desk, NIGHT)
    again = the_night(desk, NIGHT)
    for run in shards:
        copy = desk.start("night-shard", **run["parameters"])
        assert "Done" == desk.end_of(copy)["state"]["name"]
        assert "Done" == desk.retry(run["id"])["state"]["name"]
    looked = desk.fortnox.count(new.number, "/3/sie/")
    retried = desk.retry(own["id"])

    assert {"Done"} == {run["state"]["name"] for run in shards}
    assert ("Published", 1) == (own["state"]["name"], own["run_count"])
    assert ("published", "skipped") == (first[new.tenant].outcome, first[pending.tenant].outcome)
    assert "First transfer pending" in first[pending.tenant].reason
    assert [] == runs_of(desk, pending.tenant, "night")
    assert {run["id"] for run in shards} == {run["id"] for run in again}
    assert (1, 1) == (fetched, looked), "the run took the look's extract; nobody looked again"
    assert ("Unchanged", 2) == (
        retried["state"]["name"],
        desk.fortnox.count(new.number, "/3/sie/"),
    ), "Retry always fetches"
    now = rows_of(desk, NIGHT)
    assert first[pending.tenant] == now[pending.tenant], "done once, and not again"
    assert "unchanged" == now[new.tenant].outcome
    tables = [desk.artifact(f"night-helsinki-{run['parameters']['shard']}") for run in shards]
    shown = "\n".join(tables)
    assert re.search(
        rf"\| {new.tenant} \| fortnox \| \[(published|unchanged)\]\(/v2/runs/flow-run/", shown
    )
    assert re.search(rf"\| {pending.tenant} \| fortnox \| \[?skipped\b", shown)


def test_a_backfill_goes_on_past_a_year_that_fails_and_a_retry_does_the_rest(desk, connect):
    sound, broken = connect(defined=("2024",)), connect(defined=("2024",))
    broken.there.switch("module_missing")
    run = desk.start("backfill", tenants=[sound.tenant, broken.tenant], years=["2024"])
    first, half, page = desk.end_of(run), desk.artifact("backfill"), desk.artifact("backfill-years")
    broken.there.switch("module_missing", on=False)
    made = {item["id"] for item in runs_of(desk, sound.tenant, "backfill")}
    again = desk.retry(run)

    assert ("Failed", "Done") == (first["state"]["name"], again["state"]["name"])
    assert "1 Failed, 1 Published" in first["state"]["message"].replace(
        "1 Published, 1 Failed", "1 Failed, 1 Published"
    )
    assert "2 Published" in again["state"]["message"]
    assert made == {item["id"] for item in runs_of(desk, sound.tenant, "backfill")}
    assert (50.0, 100.0) == (half, desk.artifact("backfill"))
    (link,) = made
    assert f"| {sound.tenant} | [✓ Published](/v2/runs/flow-run/{link}) |" in page
    assert f"| {broken.tenant} | 2024 | [✗ Failed](" in page


def test_a_night_whose_process_dies_is_taken_up_again_without_anybody(desk, connect):
    ledger = connect(schedule=True, defined=("2025",), time_zone=FINLAND)
    night = NIGHT + dt.timedelta(days=1)
    with desk.stores() as stores:
        resource = unit_resource(ledger.tenant, FiscalYear.parse("2025"))
        lease = stores.hub.leases.acquire(resource, holder="the test", ttl_s=3600)
        desk.do(nightly, zone=FINLAND, night=night)
        run = wait_for(lambda: runs_of(desk, ledger.tenant, "night"))[0]
        desk.wait(run["id"], lambda found: "year:2025" in found["tags"])
        os.kill(process_of(run["id"]), signal.SIGKILL)
        # Between the two attempts lies half a second, so the second may be what is seen.
        desk.wait(run["id"], lambda found: found["run_count"] > 1 or not is_running(found))
        stores.hub.leases.release(lease)
    ended = desk.end_of(run["id"], after=1)

    assert ("Published", 2) == (ended["state"]["name"], ended["run_count"])
    assert "published" == rows_of(desk, night)[ledger.tenant].outcome


def test_a_night_goes_on_when_prefects_server_is_killed_in_the_middle(desk, connect):
    ledger = connect(schedule=True, defined=("2025",), time_zone=FINLAND)
    night = NIGHT + dt.timedelta(days=2)
    slow(desk, ledger)
    desk.do(nightly, zone=FINLAND, night=night)
    wait_for(lambda: rows_of(desk, night)[ledger.tenant].state == "looking")
    desk.lose_server()
    quick(desk)
    row = wait_for(lambda: ended_row(desk, night, ledger))

    assert "published" == row.outcome
    with desk.stores() as stores:
        year = FiscalYear.parse("2025")
        assert 1 == stores.warehouse.load_record(ledger.tenant, year).load_number


def test_a_shard_whose_process_dies_twice_gives_what_it_had_in_hand_a_run_of_its_own(desk, connect):
    ledger = connect(schedule=True, defined=("2025",), time_zone=FINLAND)
    desk.do(pull, tenant=ledger.tenant)
    night = NIGHT + dt.timedelta(days=3)
    slow(desk, ledger)
    desk.do(nightly, zone=FINLAND, night=night)
    for deaths in (0, 1):
        row = wait_for(lambda deaths=deaths: in_hand(desk, night, ledger, deaths))
        os.kill(process_of(row.run_id), signal.SIGKILL)
    quick(desk)
    row = wait_for(lambda: ended_row(desk, night, ledger))

    assert ("unchanged", 2) == (row.outcome, row.deaths)
    assert row.run_id == runs_of(desk, ledger.tenant, "night")[0]["id"]
    assert {"Done"} == {desk.end_of(run["id"])["state"]["name"] for run in shards_of(desk, night)}


@pytest.mark.timeout(PROMISED_S + 120)
def test_a_night_whose_host_is_gone_is_gone_on_with_by_the_next(desk, connect):
    ledger = connect(schedule=True, defined=("2025",), time_zone=FINLAND)
    night = NIGHT + dt.timedelta(days=4)
    slow(desk, ledger)
    desk.do(nightly, zone=FINLAND, night=night)
    wait_for(lambda: in_hand(desk, night, ledger, 0))
    desk.lose_host()
    quick(desk)
    row = wait_for(lambda: ended_row(desk, night, ledger), PROMISED_S)

    assert ("published", 1) == (row.outcome, row.deaths)
    ended = [desk.end_of(run["id"]) for run in shards_of(desk, night)]
    assert {"Done"} == {run["state"]["name"] for run in ended}


def test_an_outage_makes_no_runs_and_one_message_and_retry_does_what_it_left(
    desk, connect, quick_outage
):
    ledgers = [connect(schedule=True, defined=("2025",), time_zone=FINLAND) for _ in range(3)]
    night = NIGHT + dt.timedelta(days=5)
    with desk.stores() as stores:
        members = [Member(each.tenant, "fortnox", 0) for each in ledgers]
        stores.hub.nights.begin(FINLAND, night, members)
    for each in ledgers:
        desk.fortnox.faults.add("status", tenant=each.number, path="/3/", status=503, times=None)
    here = {"zone": FINLAND, "night": night, "shard": 0}
    broken = desk.do(night_shard, **here)
    rows = rows_of(desk, night)
    made = [run for each in ledgers for run in runs_of(desk, each.tenant, "night")]
    quick(desk)
    retried = desk.do(night_shard, **here)
    runs = [run for each in ledgers for run in runs_of(desk, each.tenant, "night")]
    ends = {desk.end_of(run["id"])["state"]["name"] for run in runs}

    assert ("Failed", UNFINISHED) == (broken.type.name.title(), broken.name)
    assert ["failed"] * 3 == [rows[each.tenant].outcome for each in ledgers]
    assert all("nothing came from Fortnox" in row.reason for row in rows.values())
    assert ([], 1) == (made, len(quick_outage)), "no runs of their own, one message"
    assert "Fortnox" in quick_outage[0]
    assert "Done" == retried.name
    assert (3, {"Published"}) == (len(runs), ends)


@pytest.fixture
def quick_outage(monkeypatch):
    """Have three failures be an outage, tried again at once; return the subjects of messages."""
    sent = []

    async def notify(subject, body):
        sent.append(subject)

    quick_fortnox.shorten_waits(monkeypatch)
    monkeypatch.setattr(away, "FAILED_IN_A_ROW", 3)
    monkeypatch.setattr("flows.night_shard.Shard", partial(Shard, pauses_s=(0.1, 0.1)))
    monkeypatch.setattr("flows.runs.shard.notify", notify)
    return sent


def slow(desk, ledger):
    """Have the look at a tenant take long enough for something to happen meanwhile."""
    desk.fortnox.faults.add("delay", tenant=ledger.number, path="/3/sie/", times=None, seconds=15)


def quick(desk):
    """Take that back."""
    desk.fortnox.faults.clear()


def in_hand(desk, night, ledger, deaths):
    row = rows_of(desk, night)[ledger.tenant]
    return row if row.state == "looking" and row.deaths == deaths else None


def ended_row(desk, night, ledger):
    row = rows_of(desk, night)[ledger.tenant]
    return row if row.state == "ended" else None


def wait_for(found, limit_s=180):
    deadline = time.monotonic() + limit_s
    while not (answer := found()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return answer


def is_running(run):
    return run["state"]["type"] in {"RUNNING", "PENDING"}
