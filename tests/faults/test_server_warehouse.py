"""What may go wrong while a load is published in PostgreSQL, and what is left then."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from collections import Counter

import pytest

from blocks.steps import STEPS
from blocks.warehouse import FileWarehouse
from blocks.warehouse.errors import StaleLease, WriterBusy
from blocks.warehouse.postgresql import publish as publish_module
from blocks.warehouse.postgresql.errors import WarehouseServerAway
from blocks.warehouse.postgresql.server import Server, server_at
from blocks.warehouse.postgresql.warehouse import ServerWarehouse
from tests.faults import publisher
from tests.faults.children import CHILDREN
from tests.faults.mover import move_or_die
from tests.staged_units import facts

YEAR = facts().fiscal_year
BEFORE, AFTER = ["1.00", "2.00", "3.00"], ["1.00", "2.50"]
OF_FILES = {"publish.copied", "publish.closed", "publish.swapped", "publish.recorded"}
OWN_STEPS = [step for step in STEPS if step.startswith("publish.") and step not in OF_FILES]
CHILD_LIMIT_S = 120

WRITERS = (
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
    " where usename = 'tasma_writer' and datname = current_database()"
)


class House:
    """A warehouse in PostgreSQL with `BEFORE` published, and who publishes there."""

    def __init__(self, folder, url):
        self.folder, self.url = folder, url
        self.warehouse = ServerWarehouse(server_at(url), spill=folder / "laid-out")

    def publish(self, token, amounts):
        publisher.publish(self.folder, token, amounts, url=self.url)

    def start(self, token, amounts, *, kill_at=""):
        about = (self.folder, token, amounts, kill_at, self.url)
        child = CHILDREN.Process(target=publisher.publish_or_die, args=about)
        child.start()
        return child

    def amounts(self):
        if not self.warehouse.tenants():
            return []
        rows = self.warehouse.published("acme", "posting", year=YEAR).to_pylist()
        return [str(row["amount"]) for row in rows if row["account_number"] == "1930"]


@pytest.fixture
def empty(tmp_path, postgres):
    return House(tmp_path, postgres.warehouse())


@pytest.fixture
def house(empty):
    empty.publish(1, BEFORE)
    return empty


@pytest.fixture
def at_step(monkeypatch):
    """Have something happen once, when a publication in this process reaches a step."""

    def happen(step, action):
        seen = Counter()

        def reached(name):
            seen[name] += 1
            if name == step and seen[name] == 1:
                action()

        monkeypatch.setattr(publish_module, "reached", reached)

    return happen


@pytest.mark.parametrize("step", OWN_STEPS)
@pytest.mark.requirement("R-FIN-34d", "R-FIN-34f")
def test_killed_run_loses_nothing_and_its_repetition_doubles_nothing(house, step):
    child = house.start(2, AFTER, kill_at=step)
    child.join(CHILD_LIMIT_S)

    assert -signal.SIGKILL == child.exitcode
    assert (AFTER if step == "publish.committed" else BEFORE) == house.amounts()
    house.publish(3, AFTER)
    assert AFTER == house.amounts()
    assert house.warehouse.verify("acme", YEAR).is_intact
    assert 2 == house.warehouse.load_record("acme", YEAR).load_number


def test_killed_first_load_leaves_no_books(empty):
    child = empty.start(1, BEFORE, kill_at="publish.rows_inserted")
    child.join(CHILD_LIMIT_S)

    assert [] == empty.warehouse.tenants() == empty.amounts()
    empty.publish(2, BEFORE)
    assert BEFORE == empty.amounts()


def test_connection_that_breaks_between_copy_and_commit_leaves_the_books_of_before(
    house, postgres, at_step
):
    at_step("publish.rows_inserted", lambda: postgres.in_warehouse(WRITERS))

    with pytest.raises(WarehouseServerAway, match="wholly or not at all"):
        house.publish(2, AFTER)

    assert BEFORE == house.amounts()
    house.publish(3, AFTER)
    assert AFTER == house.amounts()
    assert house.warehouse.verify("acme", YEAR).is_intact


def test_server_that_is_restarted_between_copy_and_commit_leaves_the_books_of_before(
    own_server, at_step
):
    house = House(own_server.folder, own_server.url)
    house.publish(1, BEFORE)
    at_step("publish.rows_inserted", own_server.restart)

    with pytest.raises(WarehouseServerAway):
        house.publish(2, AFTER)

    assert BEFORE == house.amounts()
    house.publish(3, AFTER)
    assert AFTER == house.amounts()
    assert house.warehouse.verify("acme", YEAR).is_intact


def test_run_that_was_overtaken_is_refused_in_the_transaction_in_which_it_writes(house, at_step):
    """It had raised the fence before the later run did, and must not undo what that one wrote."""
    at_step("publish.fenced", lambda: house.publish(3, AFTER))

    with pytest.raises(StaleLease, match=r"token 2\).*token 3"):
        house.publish(2, ["9.00"])

    assert AFTER == house.amounts()
    assert 2 == house.warehouse.load_record("acme", YEAR).load_number


def test_fence_holds_though_the_run_that_raised_it_wrote_nothing(house, at_step):
    def fail():
        raise KeyboardInterrupt

    at_step("publish.rows_inserted", fail)
    with pytest.raises(KeyboardInterrupt):
        house.publish(5, AFTER)

    with pytest.raises(StaleLease):
        house.publish(4, AFTER)

    assert BEFORE == house.amounts()
    assert 5 == house.warehouse.highest_token("acme")


def test_run_that_confirmed_what_is_published_has_overtaken_earlier_ones(house):
    house.publish(7, BEFORE)

    with pytest.raises(StaleLease):
        house.publish(6, AFTER)

    assert BEFORE == house.amounts()


def test_writers_at_once_come_one_after_another(house):
    children = [house.start(token, [f"{token}.00"]) for token in (11, 12, 13, 14)]
    for child in children:
        child.join(CHILD_LIMIT_S)

    codes = {child.exitcode for child in children}
    record = house.warehouse.load_record("acme", YEAR)
    assert codes <= {0, publisher.TOO_LATE}
    assert 0 == children[-1].exitcode
    assert ["14.00"] == house.amounts()
    assert record.load_number == 1 + sum(child.exitcode == 0 for child in children)
    assert house.warehouse.verify("acme", YEAR).is_intact


def test_readers_see_the_books_of_before_and_wait_for_nobody(house, at_step):
    seen = []
    at_step("publish.rows_inserted", lambda: seen.append(house.amounts()))

    house.publish(2, AFTER)

    assert [BEFORE] == seen
    assert AFTER == house.amounts()


def test_writer_that_waits_too_long_is_tried_later(house):
    impatient = Server(house.url, wait_s=0.2)
    holds, done = threading.Event(), threading.Event()

    def hold():
        with house.warehouse.server.writing("acme"):
            holds.set()
            done.wait(CHILD_LIMIT_S)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        holds.wait(CHILD_LIMIT_S)
        with impatient.writing("beta"):
            pass
        with pytest.raises(WriterBusy), impatient.writing("acme"):
            pass
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("step", ["publish.rows_inserted", "publish.committed"])
def test_killed_move_leaves_the_books_in_one_place_and_its_repetition_ends_it(empty, step):
    publisher.publish(empty.folder, 1, BEFORE)
    publisher.publish(empty.folder, 2, AFTER)
    in_files = FileWarehouse(empty.folder / "warehouse")
    child = CHILDREN.Process(target=move_or_die, args=(empty.folder, "acme", empty.url, step))
    child.start()
    child.join(CHILD_LIMIT_S)

    assert -signal.SIGKILL == child.exitcode
    assert (AFTER if step == "publish.committed" else []) == empty.amounts()
    assert ["acme"] == in_files.tenants(), "nobody loses what is not there"
    now = dt.datetime.now(dt.UTC)
    empty.warehouse.move_in(empty.folder / "warehouse", "acme", now=now)
    assert AFTER == empty.amounts()
    assert [] == in_files.tenants()
    assert empty.warehouse.verify("acme", YEAR).is_intact
    assert 2 == empty.warehouse.load_record("acme", YEAR).load_number
