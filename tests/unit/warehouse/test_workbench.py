from __future__ import annotations

import duckdb
import pyarrow.parquet as pq
import pytest

from ledger.errors import TerminalError
from ledger.schemas import CANONICAL
from tests.staged_units import facts, joined, stage, voucher

ROWS = joined(
    voucher("A:1", ("1930", "100.00"), ("3001", "-100.00")),
    voucher("A:2", ("1930", "50.00"), ("3001", "-50.00")),
)


def publish(lake, warehouse, rows=ROWS, **said):
    staged = stage(lake, rows, said=facts(**said))
    warehouse.publish(staged, unit=staged.facts.unit, token=1, load_id=str(said), run_id="run")
    return staged


def test_workbench_shows_the_staged_unit_beside_all_published_years(lake, warehouse):
    publish(lake, warehouse, year=2023)
    publish(lake, warehouse, year=2025)

    with warehouse.workbench(stage(lake, ROWS)) as db:
        both = (
            "select (select count(*) from staged.posting), (select count(*) from published.posting)"
        )
        assert db.execute(both).fetchone() == (4, 8)
        years = db.execute("select fiscal_year, start_date::varchar from unit.facts").fetchall()
        assert years == [("2024-01-01_2024-12-31", "2024-01-01")]


def test_workbench_of_a_new_tenant_has_every_published_table_empty(lake, warehouse):
    with warehouse.workbench(stage(lake, ROWS)) as db:
        for table in (*CANONICAL, "load", "voucher_change", "control_break"):
            assert db.execute(f"select count(*) from published.{table}").fetchone() == (0,)  # noqa: S608 - names of ours only

    assert warehouse.tenants() == []


def test_what_a_control_writes_on_the_workbench_is_not_kept(lake, warehouse):
    staged = publish(lake, warehouse)

    with warehouse.workbench(staged) as db:
        db.execute("create temp table scratch as select 1 as one")
        with pytest.raises(duckdb.Error, match="read-only"):
            db.execute("delete from published.posting")

    assert warehouse.verify("acme", facts().fiscal_year).is_intact


def test_reader_sees_the_state_it_opened_and_the_next_one_the_new_state(lake, warehouse):
    """Within one process DuckDB would hand out the old database for the path again."""
    publish(lake, warehouse)
    with warehouse.read("acme") as first:
        publish(lake, warehouse, joined(), landed_sha256="1" * 64)
        with warehouse.read("acme") as second:
            assert second.execute("select count(*) from posting").fetchone() == (0,)
        assert first.execute("select count(*) from posting").fetchone() == (4,)


def test_export_is_one_parquet_file_per_table(lake, warehouse, tmp_path):
    publish(lake, warehouse)

    files = warehouse.export("acme", tmp_path / "out")

    posting = pq.read_table(tmp_path / "out" / "posting.parquet").to_pylist()
    assert len(posting) == 4
    assert {row["tenant"] for row in posting} == {"acme"}
    assert {*CANONICAL, "load"} <= {path.stem for path in files}
    assert [] == [path for path in tmp_path.iterdir() if path.name.startswith("out.")]


def test_export_never_mixes_with_what_is_there(lake, warehouse, tmp_path):
    publish(lake, warehouse)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")

    with pytest.raises(TerminalError, match="Name another"):
        warehouse.export("acme", tmp_path / "out")
