"""The hub under several processes, kills and a full disk. Each child is a process of its own."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing

import pytest

from blocks.hub import Hub, HubUnusable, LeaseTaken, Tenant, UnitState
from ledger.fiscal_year import FiscalYear

CHILDREN = 4
WAIT_S = 60
YEAR = FiscalYear.parse("2024")

PRELUDE = """
import os, signal, sys, time
from pathlib import Path
from sqlalchemy import event
from blocks.hub import *
from ledger.fiscal_year import FiscalYear
folder = Path(sys.argv[1])
hub = Hub(f"sqlite:///{folder}/hub.sqlite")
year = FiscalYear.parse("2024")

def wait_for(name):
    while not (folder / name).exists():
        time.sleep(0.005)

def die_after(statements):
    'Kill this process after so many SQL statements that write.'
    left = [statements]
    @event.listens_for(hub.database._engine, "after_cursor_execute")
    def count(conn, cursor, statement, *more):
        if statement.split()[0].lower() not in {"select", "begin", "pragma"}:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/hub.sqlite"


@pytest.fixture
def hub(url):
    with Hub(url) as hub:
        hub.migrate()
        hub.tenants.add(Tenant("acme", "Acme AB"))
        yield hub


@pytest.fixture
def start(tmp_path):
    started = []

    def start(code: str, *args: object) -> subprocess.Popen:
        child = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + textwrap.dedent(code), tmp_path, *map(str, args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.communicate()


def finish(child: subprocess.Popen) -> str:
    output, _ = child.communicate(timeout=WAIT_S)
    assert child.returncode == 0, output
    return output.strip()


def wait_until(is_so) -> None:
    give_up_at = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def test_of_several_processes_at_once_only_one_gets_the_lease(hub, start, tmp_path):
    children = [
        start(
            """
            (folder / f"ready{sys.argv[2]}").touch()
            wait_for("go")
            try:
                print("won", hub.leases.acquire("acme/2024", holder=sys.argv[2]).token)
            except LeaseTaken:
                print("taken")
            """,
            number,
        )
        for number in range(CHILDREN)
    ]
    wait_until(lambda: len(list(tmp_path.glob("ready*"))) == CHILDREN)
    (tmp_path / "go").touch()

    answers = sorted(finish(child) for child in children)

    assert answers == ["taken"] * (CHILDREN - 1) + ["won 1"]


def test_processes_never_hold_one_lease_together_and_tokens_only_grow(hub, start, tmp_path):
    """Each adds one to an unguarded number while it holds the lease: a lost addition shows."""
    rounds = 10
    (tmp_path / "number").write_text("0")
    children = [
        start(
            """
            done = 0
            while done < int(sys.argv[2]):
                try:
                    lease = hub.leases.acquire("acme/2024", holder=str(os.getpid()))
                except LeaseTaken:
                    time.sleep(0.001)
                    continue
                number = int((folder / "number").read_text())
                time.sleep(0.001)
                (folder / "number").write_text(str(number + 1))
                with (folder / "tokens").open("a") as tokens:
                    tokens.write(f"{lease.token}\\n")
                hub.leases.release(lease)
                done += 1
            """,
            rounds,
        )
        for _ in range(CHILDREN)
    ]
    for child in children:
        finish(child)

    tokens = [int(line) for line in (tmp_path / "tokens").read_text().split()]
    assert str(CHILDREN * rounds) == (tmp_path / "number").read_text()
    assert sorted(set(tokens)) == tokens
    assert CHILDREN * rounds == len(tokens)


HOLD = """
    try:
        with hub.unit_lease("acme", year, holder="child", run_id="r1", ttl_s=4.0) as kept:
            hub.units.set_status("acme", year, UnitState.STAGED, run_id="r1", token=kept.token)
            first = kept.lease.expires_at
            while kept.lease.expires_at == first:
                time.sleep(0.01)
            (folder / "held").touch()
            wait_for("go")
            try:
                hub.units.set_status("acme", year, UnitState.FAILED, token=kept.token)
                print("late word was taken")
            except LeaseLost:
                print("late word was refused")
    except LeaseLost:
        print("loss was noticed")
"""


def test_unit_of_a_killed_holder_is_free_after_its_lease_ran_out(hub, start, tmp_path):
    child = start(HOLD)
    wait_until((tmp_path / "held").exists)
    (old,) = hub.leases.held_by_run("r1")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()

    with pytest.raises(LeaseTaken, match="already held by child"):
        hub.leases.acquire(old.resource, holder="next")
    wait_until(lambda: hub.leases.find(old.resource) is None)

    assert hub.leases.acquire(old.resource, holder="next").token > old.token


def test_janitor_frees_a_killed_run_at_once_and_says_that_it_failed(hub, start, tmp_path):
    child = start(HOLD)
    wait_until((tmp_path / "held").exists)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()

    freed = hub.leases.release_run("r1")
    failed = hub.units.fail_run("r1", reason="the process was killed")

    assert [lease.resource for lease in freed] == ["acme/2024-01-01_2024-12-31"]
    assert [unit.status for unit in failed] == [UnitState.FAILED]
    assert hub.leases.live() == []


def test_holder_that_was_asleep_cannot_overtake_its_successor(hub, start, tmp_path):
    """The process stands still past the end of its lease, then goes on as if nothing was."""
    child = start(HOLD)
    wait_until((tmp_path / "held").exists)
    os.kill(child.pid, signal.SIGSTOP)
    wait_until(lambda: hub.leases.live() == [])
    new = hub.leases.acquire("acme/2024-01-01_2024-12-31", holder="next")
    hub.units.set_status("acme", YEAR, UnitState.FETCHING, run_id="next", token=new.token)

    (tmp_path / "go").touch()
    os.kill(child.pid, signal.SIGCONT)

    assert finish(child).splitlines() == ["late word was refused", "loss was noticed"]
    assert new == hub.leases.find(new.resource)
    assert hub.units.find("acme", YEAR).status == UnitState.FETCHING


def test_processes_that_start_together_migrate_once(start, tmp_path):
    children = [
        start(
            """
            (folder / f"ready{sys.argv[2]}").touch()
            wait_for("go")
            hub.migrate().tenants.add(Tenant(f"t{sys.argv[2]}", "Some AB"))
            """,
            number,
        )
        for number in range(CHILDREN)
    ]
    wait_until(lambda: len(list(tmp_path.glob("ready*"))) == CHILDREN)
    (tmp_path / "go").touch()
    for child in children:
        finish(child)

    with Hub(f"sqlite:///{tmp_path}/hub.sqlite") as hub:
        assert [f"t{number}" for number in range(CHILDREN)] == [t.id for t in hub.tenants]


@pytest.mark.parametrize("statements", [0, 5, 12, 20])
def test_migration_that_was_killed_is_done_anew(start, tmp_path, statements):
    child = start("die_after(int(sys.argv[2])); hub.migrate()", statements)
    child.wait(WAIT_S)

    assert child.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(tmp_path / "hub.sqlite")) as connection:
        assert connection.execute("select name from sqlite_master").fetchall() == []
    with Hub(f"sqlite:///{tmp_path}/hub.sqlite") as hub:
        assert hub.migrate().tenants.add(Tenant("acme", "Acme AB")).id == "acme"


@pytest.mark.parametrize("statements", [0, 1, 2])
def test_status_that_was_being_set_at_a_kill_is_wholly_the_old_one(hub, start, statements):
    for state in (UnitState.STAGED, UnitState.RECONCILING):
        before = hub.units.set_status("acme", YEAR, state, load_id="l1", digest="d1")
    events = hub.events.recent()

    child = start(
        """
        die_after(int(sys.argv[2]))
        hub.units.set_status("acme", year, UnitState.PUBLISHED, voucher_count=3)
        """,
        statements,
    )
    child.wait(WAIT_S)

    assert child.returncode == -signal.SIGKILL
    assert [before] == hub.units.of_tenant("acme")
    assert events == hub.events.recent()
    assert hub.units.set_status("acme", YEAR, UnitState.PUBLISHED).status == UnitState.PUBLISHED


def test_full_disk_is_named_and_costs_nothing_that_was_committed(hub, start, tmp_path):
    """The child may not let any file grow beyond what the hub's largest has now."""
    child = start(
        """
        import resource
        hub.tenants.get("acme")
        limit = max(path.stat().st_size for path in folder.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        written = 0
        try:
            while written < 10_000:
                hub.events.add("run", "x" * 2_000)
                written += 1
        except HubUnusable as problem:
            print(written, problem)
        """
    )
    written, _, message = finish(child).partition(" ")

    assert "SQLite cannot use the hub" in message
    assert "make room on its disk" in message
    assert int(written) == len(hub.events.recent(kind="run", limit=1_000))
    hub.events.add("run", "there is room again")


def test_damaged_file_is_not_written_over(tmp_path, hub, url):
    hub.close()
    path = tmp_path / "hub.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    whole = path.read_bytes()
    damaged = whole[:4_096] + b"\xff" * (len(whole) - 4_096)
    path.write_bytes(damaged)

    with Hub(url) as other, pytest.raises(HubUnusable, match="damaged: restore it"):
        other.tenants.add(Tenant("next", "Next AB"))

    assert damaged == path.read_bytes()
