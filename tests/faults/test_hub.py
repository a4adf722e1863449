"""The hub under several processes, kills and a full disk. Each child is a process of its own."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from blocks.hub import Hub, HubUnusable, Tenant, UnitState
from simulators.books.company import Company
from simulators.books.years import calendar_years
from tests.faults import hub_users
from tests.faults.children import CHILDREN
from tests.faults.hub_users import YEAR

SEVERAL = 4
WAIT_S = 60


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/hub.sqlite"


@pytest.fixture
def hub(url, empty_hub, tmp_path):
    shutil.copy(empty_hub, tmp_path)
    with Hub(url) as hub:
        hub.tenants.add(Tenant("acme", "Acme AB"))
        yield hub


@pytest.fixture
def start(tmp_path):
    started = []

    def start(target, *args):
        child = CHILDREN.Process(target=target, args=(tmp_path, *args))
        child.start()
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.join(WAIT_S)


@pytest.fixture
def answers(tmp_path):
    """What the children have said by now, line by line."""
    path = tmp_path / hub_users.SAID
    return lambda: path.read_text().splitlines() if path.exists() else []


def finish(child) -> None:
    child.join(WAIT_S)
    assert child.exitcode == 0


def kill(child) -> None:
    child.kill()
    child.join(WAIT_S)
    assert child.exitcode == -signal.SIGKILL


def wait_until(is_so) -> None:
    give_up_at = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def test_of_several_processes_at_once_only_one_gets_the_lease(hub, start, tmp_path, answers):
    children = [start(hub_users.compete, number) for number in range(SEVERAL)]
    wait_until(lambda: len(list(tmp_path.glob("ready*"))) == SEVERAL)
    (tmp_path / "go").touch()
    wait_until(lambda: len(answers()) == SEVERAL)
    (tmp_path / "end").touch()
    for child in children:
        finish(child)

    assert sorted(answers()) == ["taken"] * (SEVERAL - 1) + ["won 1"]


def test_of_several_imports_of_one_company_at_once_exactly_one_makes_the_tenant(
    hub, start, tmp_path, answers
):
    file = tmp_path / "books.se"
    Company(11, calendar_years(2024, 2024), 3).write_sie(file)
    children = [start(hub_users.make_tenant, number, str(file)) for number in range(SEVERAL)]
    wait_until(lambda: len(list(tmp_path.glob("ready*"))) == SEVERAL)
    (tmp_path / "go").touch()
    for child in children:
        finish(child)

    made = [tenant for tenant, word in map(str.split, answers()) if word == "made"]
    assert len(made) == 1
    assert {made[0]} == {answer.split()[0] for answer in answers()}
    assert len(list(hub.tenants)) == 2


def test_of_several_terminals_with_one_consent_exactly_one_connects(hub, start, tmp_path, answers):
    _, secret = hub.consents.make(
        "acme", "fortnox", wants={}, made_by="me", life=dt.timedelta(days=1), needs_number=False
    )
    _, state = hub.consents.click(secret, browser=secret)
    answer = state.get_secret_value(), secret.get_secret_value()
    children = [start(hub_users.connect, number, *answer) for number in range(SEVERAL)]
    wait_until(lambda: len(list(tmp_path.glob("ready*"))) == SEVERAL)
    (tmp_path / "go").touch()
    for child in children:
        finish(child)

    assert 1 == answers().count("connected")
    assert SEVERAL - 1 == sum(answer.startswith("refused") for answer in answers())
    assert hub.consents.of_secret(secret).connected_at


def test_processes_never_hold_one_lease_together_and_tokens_only_grow(hub, start, tmp_path):
    """Each adds one to an unguarded number while it holds the lease: a lost addition shows."""
    rounds = 10
    (tmp_path / "number").write_text("0")
    children = [start(hub_users.count_up, rounds) for _ in range(SEVERAL)]
    for child in children:
        finish(child)

    tokens = [int(line) for line in (tmp_path / "tokens").read_text().split()]
    assert str(SEVERAL * rounds) == (tmp_path / "number").read_text()
    assert sorted(set(tokens)) == tokens
    assert SEVERAL * rounds == len(tokens)


def test_unit_of_a_killed_holder_is_free_at_once(hub, start, tmp_path):
    """On the machine of the holder its lease need not run out: its process is seen to be gone."""
    child = start(hub_users.hold)
    wait_until((tmp_path / "held").exists)
    (old,) = hub.leases.held_by_run("r1")
    kill(child)

    assert hub.leases.acquire(old.resource, holder="next").token > old.token


def test_janitor_frees_a_killed_run_at_once_and_says_that_it_failed(hub, start, tmp_path):
    child = start(hub_users.hold)
    wait_until((tmp_path / "held").exists)
    kill(child)

    freed = hub.leases.release_run("r1")
    failed = hub.units.fail_run("r1", reason="the process was killed")

    assert [lease.resource for lease in freed] == ["acme/2024-01-01_2024-12-31"]
    assert [unit.status for unit in failed] == [UnitState.FAILED]
    assert hub.leases.live() == []


def test_holder_that_was_asleep_cannot_overtake_its_successor(hub, start, tmp_path, answers):
    """The process stands still past the end of its lease, then goes on as if nothing was."""
    child = start(hub_users.hold)
    wait_until((tmp_path / "held").exists)
    os.kill(child.pid, signal.SIGSTOP)
    wait_until(lambda: hub.leases.live() == [])
    new = hub.leases.acquire("acme/2024-01-01_2024-12-31", holder="next")
    hub.units.set_status("acme", YEAR, UnitState.FETCHING, run_id="next", token=new.token)

    (tmp_path / "go").touch()
    os.kill(child.pid, signal.SIGCONT)

    finish(child)
    assert answers() == ["late word was refused", "loss was noticed"]
    assert new == hub.leases.find(new.resource)
    assert hub.units.find("acme", YEAR).status == UnitState.FETCHING


def test_processes_that_start_together_migrate_once(start, tmp_path):
    children = [start(hub_users.migrate, number) for number in range(SEVERAL)]
    wait_until(lambda: len(list(tmp_path.glob("ready*"))) == SEVERAL)
    (tmp_path / "go").touch()
    for child in children:
        finish(child)

    with Hub(f"sqlite:///{tmp_path}/hub.sqlite") as hub:
        assert [f"t{number}" for number in range(SEVERAL)] == [t.id for t in hub.tenants]


@pytest.mark.parametrize("statements", [0, 5, 12, 20])
def test_migration_that_was_killed_is_done_anew(start, tmp_path, statements):
    child = start(hub_users.migrate_and_die, statements)
    child.join(WAIT_S)

    assert child.exitcode == -signal.SIGKILL
    with closing(sqlite3.connect(tmp_path / "hub.sqlite")) as connection:
        assert connection.execute("select name from sqlite_master").fetchall() == []
    with Hub(f"sqlite:///{tmp_path}/hub.sqlite") as hub:
        assert hub.migrate().tenants.add(Tenant("acme", "Acme AB")).id == "acme"


@pytest.mark.parametrize("statements", [0, 1, 2])
def test_status_that_was_being_set_at_a_kill_is_wholly_the_old_one(hub, start, statements):
    for state in (UnitState.STAGED, UnitState.RECONCILING):
        before = hub.units.set_status("acme", YEAR, state, load_id="l1", digest="d1")
    events = hub.events.recent()

    child = start(hub_users.publish_and_die, statements)
    child.join(WAIT_S)

    assert child.exitcode == -signal.SIGKILL
    assert [before] == hub.units.of_tenant("acme")
    assert events == hub.events.recent()
    assert hub.units.set_status("acme", YEAR, UnitState.PUBLISHED).status == UnitState.PUBLISHED


def test_full_disk_is_named_and_costs_nothing_that_was_committed(hub, start, answers):
    """The child may not let any file grow beyond what the hub's largest has now."""
    finish(start(hub_users.fill_disk))
    written, _, message = "\n".join(answers()).partition(" ")

    assert "SQLite cannot use the hub" in message
    assert "make room on its disk" in message
    assert int(written) == len(hub.events.recent(kind="run", limit=1_000))
    hub.events.add("run", "there is room again")


def test_disk_without_room_for_the_index_that_reading_needs_is_called_full_and_not_broken(hub, url):
    hub.close()
    program = (
        "import resource\n"
        "from blocks.hub import Hub\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        f"Hub({url!r}).tenants.get('acme')\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, text=True
    )

    assert "so full that SQLite cannot make the index" in ended.stderr
    assert "1 MiB is enough" in ended.stderr


def test_damaged_file_is_not_written_over(tmp_path, hub, url):
    hub.close()
    path = tmp_path / "hub.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    whole = path.read_bytes()
    damaged = whole[:4_096] + b"\xff" * (len(whole) - 4_096)
    path.write_bytes(damaged)

    with Hub(url) as other, pytest.raises(HubUnusable, match=r"damaged.*tasma restore"):
        other.tenants.add(Tenant("next", "Next AB"))

    assert damaged == path.read_bytes()
