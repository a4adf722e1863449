"""A hub in a file moves into PostgreSQL with all that was in it, or stays as it is."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest
from sqlalchemy import inspect, select

from blocks.hub import Hub, Load, Tenant, UnitState, models, moving
from blocks.settings import settings
from flows.cli.exits import ExitCode
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.fiscal_year import FiscalYear
from tests.command_line import invoke
from tests.damaged_home import lead_to, new_home

YEAR = FiscalYear.parse("2024")
NAME = "Åkerö & Söner \u2014 \U0001f9fe"
FOUND = (Break("c", BreakKind.AMOUNT, expected=Decimal("1.50"), actual=Decimal("-0.00")),)


@pytest.fixture(scope="module")
def empty(postgres):
    return postgres.database()


@pytest.fixture
def home(tmp_path, empty_hub, monkeypatch):
    """A home with a hub in which a tenant came and went, and one has a held load."""
    lead_to(tmp_path, monkeypatch)
    new_home(tmp_path, empty_hub)
    with Hub(settings().hub_url) as hub:
        hub.tenants.add(Tenant("beta", NAME))
        load = hub.loads.save(Load("beta", YEAR.key, source="sie", status=UnitState.HELD))
        result = ControlResult("c", Severity.BLOCKS, Answer.BROKEN, breaks=FOUND, break_count=1)
        hub.loads.save_results(load.load_id, [result])
        hub.leases.release(hub.leases.acquire("beta/2024", holder="run 1"))
    return tmp_path


def rows(url):
    with Hub(url) as hub, hub.database.reading() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in models.metadata.sorted_tables
        }


def refused(to, *, match):
    before = rows(settings().hub_url)
    done = invoke("hub", "move", "--to", to)

    assert ExitCode.DONE != done.exit_code
    assert re.search(match, " ".join(done.output.split())), done.output
    assert before == rows(settings().hub_url)


def tables(url):
    with Hub(url) as hub, hub.database.storage.transaction(writes=False) as connection:
        return inspect(connection).get_table_names()


def test_hub_moves_with_all_it_has_and_goes_on_there(home, postgres, monkeypatch):
    empty, before = postgres.database(), rows(settings().hub_url)
    with closing(sqlite3.connect(home / "hub" / "hub.sqlite")) as connection, connection:
        connection.execute("update sqlite_sequence set seq = 1000 where name = 'event'")

    done = invoke("hub", "move", "--to", empty, "--json")

    assert ExitCode.DONE == done.exit_code, done.output
    said = json.loads(done.stdout)
    assert {name: len(there) for name, there in before.items()} == {
        item["table"]: item["rows"] for item in said["tables"]
    }
    assert before == rows(empty)
    assert [said["kept"]] == [str(path) for path in (home / "hub").glob("hub.sqlite*")]
    monkeypatch.setenv("TASMA_HUB_URL", empty)
    assert ExitCode.DONE == invoke("tenant", "list").exit_code
    with Hub(empty) as hub:
        hub.events.add("run", "after")

        assert 1001 == hub.events.recent(kind="run")[0].id
        assert 2 == hub.leases.acquire("beta/2024", holder="run 2").token


def test_database_that_is_not_empty_is_refused(home, postgres):
    refused(postgres.hub(), match="has tables already .* Nothing was done")


def test_file_is_no_place_to_move_to(home, tmp_path):
    refused(f"sqlite:///{tmp_path}/other.sqlite", match="moved out of its file into PostgreSQL")


def test_hub_that_somebody_works_with_is_not_moved(home, empty):
    with Hub(settings().hub_url) as other:
        list(other.tenants)
        refused(empty, match="Somebody works with")

    assert [] == tables(empty)


def test_hub_with_a_lease_is_not_moved(home, empty):
    with Hub(settings().hub_url) as hub:
        hub.leases.acquire("beta/2024", holder="run 7")
    refused(empty, match="already held by run 7")

    assert [] == tables(empty)


def test_row_that_is_not_the_same_there_undoes_the_move(home, empty, monkeypatch):
    plain = moving._rows

    def otherwise(connection, table):
        for row in plain(connection, table):
            is_there = connection.dialect.name == "postgresql"
            yield (*row[:-1], "other") if is_there and table.name == "load" else row

    monkeypatch.setattr(moving, "_rows", otherwise)
    refused(empty, match="Table load has 1 rows .* Nothing is there now")

    assert [] == tables(empty)


def test_text_that_postgresql_does_not_take_is_named(home, empty):
    with Hub(settings().hub_url) as hub:
        hub.tenants.update("beta", name="a\0b")
    refused(empty, match="Table tenant .* NUL character in column name")

    assert [] == tables(empty)
