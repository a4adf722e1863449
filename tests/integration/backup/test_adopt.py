"""`tasma doctor --adopt` throws nothing away that can be read, and nothing while it is in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from blocks.hub import Tenant
from flows.cli.exits import ExitCode
from tasks.stores import open_stores
from tests.command_line import invoke

LATER = "second"


@pytest.fixture
def hub(place):
    """A hub that knows a tenant without books, and of which SQLite remarks that an index lacks."""
    with open_stores() as stores:
        stores.hub.tenants.add(Tenant(LATER, "Second AB"))
    path = place / "home/hub/hub.sqlite"
    other = "update sqlite_master set sql = 'create index i on t (-x)' where name = 'i'"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma writable_schema = on")
        connection.execute("create table t (x)")
        connection.execute("create index i on t (x)")
        connection.execute("insert into t values (1)")
        connection.execute(other)
        connection.commit()
    with closing(sqlite3.connect(path)) as connection:
        assert [("ok",)] != connection.execute("pragma integrity_check").fetchall()
    return path


def known():
    with open_stores() as stores:
        stores.hub.database.storage.require_whole()
        return sorted(tenant.id for tenant in stores.hub.tenants)


def test_damaged_hub_whose_rows_can_be_read_is_mended_with_all_of_them(hub):
    adopted = invoke("doctor", "--adopt")

    assert ["acme", LATER] == known()
    assert 1 == len([*hub.parent.glob("hub.sqlite.mended-*Z")]), adopted.output
    assert "set aside" not in adopted.output


def test_damaged_hub_that_somebody_has_open_is_left_as_it_is(hub):
    with open_stores() as stores:
        stores.hub.tenants.has(LATER)
        before = hub.read_bytes()
        refused = invoke("doctor", "--adopt")

    assert ExitCode.BUSY == refused.exit_code, refused.output
    assert "has it open" in refused.stderr
    assert before == hub.read_bytes()


def test_hub_that_cannot_be_read_is_begun_anew_and_red_for_as_long_as_it_is_kept(hub):
    for path in hub.parent.iterdir():
        path.write_bytes(b"nothing of ours" * 700)

    adopted = invoke("doctor", "--adopt")

    assert ["acme"] == known()
    (kept,) = hub.parent.glob("hub.sqlite.damaged-*Z")
    assert ExitCode.FAILED == adopted.exit_code
    assert str(kept) in "".join(adopted.output.split())
    kept.unlink()
    assert "set aside" not in invoke("doctor").output


def test_who_adopts_books_is_told_that_older_files_replace_them(place):
    """Their date stood in the hub that is gone, so no control asks for it."""
    (place / "home/hub/hub.sqlite").unlink()
    adopted = invoke("doctor", "--adopt")
    later = invoke("doctor", "--adopt")

    assert "Adopted acme" in adopted.stderr
    assert "an older file replaces it and is not held for that" in " ".join(adopted.stderr.split())
    assert "older file" not in later.stderr
