"""What is published is written so that older DuckDB clients open it."""

from __future__ import annotations

import duckdb
import pytest

from blocks.warehouse import FileWarehouse, attach, empty
from tests.staged_units import facts, stage, voucher

ROWS = voucher("A:1", ("1930", "100.00"), ("3001", "-100.00"))
MORE = voucher("A:2", ("1930", "7.00"), ("3001", "-7.00"))

HEADER_AT = 12
"""Bytes of checksum and magic number before the storage version (DuckDB, MainHeader)."""

OF_1_2 = 65
"""Storage version of the header that DuckDB 1.2 and later read."""


@pytest.fixture
def warehouse(in_files):
    """What is tried here is about files."""
    return in_files


def header(warehouse):
    content = (warehouse.root / "acme.duckdb").read_bytes()
    return content[8:12], int.from_bytes(content[HEADER_AT : HEADER_AT + 8], "little")


def put(lake, warehouse, rows, *, token=1, year=2024):
    said = facts(year=year, landed_sha256=f"{token:016d}".ljust(64, "0"))
    staged = stage(lake, rows, said=said)
    return warehouse.publish(
        staged, unit=staged.facts.unit, token=token, load_id=f"load-{token}", run_id="run"
    )


@pytest.fixture
def by_the_library(monkeypatch):
    """Files as releases before this one wrote them: in the storage version of the library."""

    def write(lake, warehouse):
        with monkeypatch.context() as patch:
            patch.setattr(empty, "NEW_FILE", f"block_size {empty.BLOCK_BYTES}")
            patch.setattr(empty, "_made", {})
            patch.setattr(attach, "is_for_any_client", lambda _path: True)
            put(lake, warehouse, ROWS)

    return write


def everything(warehouse):
    with warehouse.read("acme") as db:
        kinds = "select table_name, table_type from information_schema.tables order by all"
        names = db.execute(kinds).fetchall()
        return {
            name: (kind, sorted(map(repr, db.execute(f"from {name}").fetchall())))
            for name, kind in names
        }


def test_new_file_is_written_for_every_client_since_1_2(lake, warehouse):
    put(lake, warehouse, ROWS)

    assert (b"DUCK", OF_1_2) == header(warehouse)


def test_file_that_later_publications_change_stays_readable_by_them(lake, warehouse):
    for token, rows in ((1, ROWS), (2, MORE), (3, ROWS)):
        put(lake, warehouse, rows, token=token, year=2024)

    assert (b"DUCK", OF_1_2) == header(warehouse)


def test_file_of_an_earlier_release_is_rewritten_by_the_next_publication(
    lake, warehouse, by_the_library
):
    by_the_library(lake, warehouse)
    before, contents = header(warehouse), everything(warehouse)
    put(lake, warehouse, ROWS, token=2)
    unchanged = header(warehouse)
    put(lake, warehouse, MORE, token=3, year=2025)
    put(lake, warehouse, ROWS, token=4, year=2025)
    after = everything(warehouse)

    assert OF_1_2 < before[1]
    assert before == unchanged
    assert (b"DUCK", OF_1_2) == header(warehouse)
    assert {name: kind for name, (kind, _) in contents.items()} == {
        name: kind for name, (kind, _) in after.items()
    }
    assert set(contents["voucher"][1]) < set(after["voucher"][1])
    assert warehouse.verify("acme", facts().fiscal_year).is_intact


def test_rewriting_leaves_nothing_behind_and_no_copy_of_what_was(lake, warehouse, by_the_library):
    by_the_library(lake, warehouse)
    put(lake, warehouse, MORE, token=2, year=2025)

    assert not list((warehouse.root / "spill").iterdir())
    assert FileWarehouse(warehouse.root).tenants() == ["acme"]


def test_file_is_told_by_its_header_as_the_engine_tells_it(lake, warehouse):
    """Were the header's place another one, each publication would copy the file twice."""
    put(lake, warehouse, ROWS, year=2023)
    path = warehouse.root / "acme.duckdb"
    query = "select tags['storage_version'] from duckdb_databases() where database_name = 'seen'"
    with duckdb.connect() as db:
        db.execute(f"attach '{path}' as seen (read_only)")
        told = db.execute(query).fetchone()

    assert ("v1.2.0+",) == told
    assert attach.is_for_any_client(path)
