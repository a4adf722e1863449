"""Files on an SFTP server, fetched by the deployment: a run for each, a page for each shard."""

from __future__ import annotations

import asyncio
import json
import shutil
import time

import pytest

import flows.sftp_sweep
from blocks.hub.pickups import Pickup
from blocks.pickup.account import SftpAccount, sftp_accounts
from flows.sftp_sweep import sftp_sweep
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.sftp import SftpSimulator
from tests.flows.conftest import reaching
from tests.sftp_place import LOGIN, PASSWORD, account

BLOCK = "books-of-customers"


@pytest.fixture
def server(tmp_path, desk):
    with SftpSimulator(tmp_path, {LOGIN: PASSWORD}) as server, reaching(desk.server):
        asyncio.run(saved(account(server)))
        yield server


async def saved(login):
    await SftpAccount.aregister_type_and_schema()
    await login.asave(BLOCK, overwrite=True)


def sweep_until(desk, condition, **asked):
    deadline = time.monotonic() + 120
    desk.do(sftp_sweep, **asked)
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)
        desk.do(sftp_sweep, **asked)


def problems_of(desk, tenant):
    """Return the task runs that name a tenant; they reach the server a little later."""
    wanted = {"task_runs": {"name": {"like_": f"sftp {tenant}"}}}
    deadline = time.monotonic() + 30
    while not (found := desk.ask("/task_runs/filter", wanted)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def test_a_sweep_of_one_that_has_no_pickup_is_red(desk):
    nobody = desk.do(sftp_sweep, tenant="nobody")
    desk.tasma("tenant", "add", "by-hand", "--name", "By Hand AB")
    by_hand = desk.do(sftp_sweep, tenant="by-hand")

    assert ("Failed", "Failed") == (nobody.name, by_hand.name)
    assert "nobody" in nobody.message
    assert "No pickup was agreed with by-hand" in by_hand.message


@pytest.mark.requirement("R-FIN-20c", "R-FIN-30a")
def test_a_file_that_lies_ready_is_loaded_by_a_run_of_its_own_and_shown(
    desk, book, server, monkeypatch
):
    monkeypatch.setattr(flows.sftp_sweep, "SETTLE_S", 0.1)
    folder = server.folder(LOGIN)
    shutil.copy(book.file("books.se"), folder)
    with desk.stores() as stores:
        agreed = Pickup(book.tenant, f"sftp-account/{BLOCK}", "/", poll_minutes=1)
        stores.hub.pickups.agree(agreed, who="me")
    moved = folder / "processed" / "books.se"
    sweep_until(desk, moved.exists, tenant=book.tenant)

    assert "published" == desk.status(book.tenant, book.year).status
    rows = desk.artifact("sftp-shard-0")
    assert book.tenant in str(rows)
    tagged = {"tags": {"all_": [f"tenant:{book.tenant}"]}}
    runs = desk.ask("/flow_runs/filter", {"flow_runs": tagged})
    assert ["Published"] == [run["state"]["name"] for run in runs]
    with desk.stores() as stores:
        assert "SFTP" in {seen.who for seen in stores.hub.files.recent(book.tenant)}

    server.change_host_key()
    end = desk.do(sftp_sweep, tenant=book.tenant)
    assert "1 failed" in end.message
    failed = problems_of(desk, book.tenant)
    assert ["FAILED"] == [run["state"]["type"] for run in failed]
    assert "none of those pinned" in failed[0]["state"]["message"]
    assert PASSWORD not in str([rows, failed, runs])


def test_many_logins_are_read_together_and_those_that_lack_something_are_left_out(desk, server):
    """A sweep asks Prefect's server once, not for each tenant."""
    asyncio.run(saved_as(account(server), "many-1", "many-2", "many-3"))
    asyncio.run(saved_as(SftpAccount(host="127.0.0.1"), "many-empty"))
    found = asyncio.run(sftp_accounts())

    names = {f"sftp-account/many-{number}" for number in (1, 2, 3)}
    assert names <= set(found)
    assert "sftp-account/many-empty" not in found
    assert {PASSWORD} == {found[name].password.get_secret_value() for name in names}


async def saved_as(login, *names):
    for name in names:
        await login.asave(name, overwrite=True)


def test_the_deployment_polls_a_tenant_from_the_prompt(desk, book, server):
    with desk.stores() as stores:
        agreed = Pickup(book.tenant, f"sftp-account/{BLOCK}", "/", poll_minutes=20)
        stores.hub.pickups.agree(agreed, who="me")
    tested = desk.tasma("sftp", "test", book.tenant)
    asked = desk.tasma("sftp", "poll", book.tenant)

    assert 0 == tested.exit_code, tested.output
    assert 0 == asked.exit_code, asked.output
    run_id = asked.output.split("/flow-run/")[1].split()[0]
    assert "1 tenant polled: 1 idle" in desk.end_of(run_id)["state"]["message"]


@pytest.mark.requirement("R-FIN-P3")
def test_one_command_pulls_from_the_system_and_polls_the_folder_of_a_tenant(desk, connect, server):
    ledger = connect(defined=("2024", "2025"))
    folder = server.folder(LOGIN)
    (folder / "early.se").write_bytes(Company(5, calendar_years(2024, 2024), 20).sie())
    with desk.stores() as stores:
        agreed = Pickup(ledger.tenant, f"sftp-account/{BLOCK}", "/")
        stores.hub.pickups.agree(agreed, who="me")
    done = desk.tasma("tenant", "sync", ledger.tenant, "--json")
    rows = {row["name"]: row for row in json.loads(done.stdout)}

    assert 0 == done.exit_code, done.output
    assert ["fortnox", "sftp"] == list(rows)
    assert "2024 published, 2025 published" == rows["fortnox"]["message"]
    assert "published" == desk.status(ledger.tenant, FiscalYear.parse("2025")).status
    end = desk.end_of(rows["sftp"]["message"].split("/flow-run/")[1])
    assert "1 tenant polled" in end["state"]["message"]
    with desk.stores() as stores:
        assert "early.se" in stores.hub.pickups.files(ledger.tenant), "a run is at work on it"
