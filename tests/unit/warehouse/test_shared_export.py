"""All tenants in one folder by partitions, of which only what changed is written anew."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

import duckdb
import pytest

from blocks.warehouse.export import ExportFolderTaken
from blocks.warehouse.shared_export import TABLES, OtherFormat
from ledger.account_map import Place
from tests.staged_units import facts, joined, stage, voucher

NUMBERS = count()
Y2024, Y2025 = "2024-01-01_2024-12-31", "2025-01-01_2025-12-31"


@pytest.fixture
def put(lake, warehouse):
    def put(tenant, year, amount):
        sha256 = f"{next(NUMBERS):016d}".ljust(64, "0")
        rows = joined(voucher("A:1", ("1930", amount), ("3001", f"-{amount}")))
        staged = stage(lake, rows, said=facts(tenant, year=year, landed_sha256=sha256))
        warehouse.publish(
            staged, unit=staged.facts.unit, token=1, load_id=sha256[:16], run_id="run"
        )

    put("acme", 2024, "100.00")
    put("acme", 2025, "7.00")
    put("beta", 2024, "50.00")
    return put


def sums(folder, ending="parquet"):
    """Read the folder as an engine does that knows nothing of us."""
    read = {"parquet": "read_parquet", "csv": "read_csv"}[ending]
    with duckdb.connect() as db:
        return db.execute(
            "select tenant, fiscal_year, sum(amount)"  # noqa: S608 - a path of the test
            f" from {read}('{folder}/posting/*/*/*.{ending}', hive_partitioning = true)"
            " where account_number = '1930' group by all order by all"
        ).fetchall()


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_an_engine_reads_all_tenants_by_their_partitions(put, warehouse, tmp_path, ending):
    found = warehouse.export_all(tmp_path / "all", file_format=ending)

    assert [("acme", Y2024), ("acme", Y2025), ("beta", Y2024)] == found.written
    amounts = {(tenant, year): total for tenant, year, total in sums(tmp_path / "all", ending)}
    assert {("acme", Y2024): 100, ("acme", Y2025): 7, ("beta", Y2024): 50} == amounts
    tables = {path.name for path in (tmp_path / "all").iterdir()} - {"_tasma"}
    assert set(TABLES) == tables


def test_only_what_changed_is_written_anew(put, warehouse, tmp_path):
    folder = tmp_path / "all"
    warehouse.export_all(folder)
    before = {path: path.stat().st_ino for path in folder.rglob("data.parquet")}
    put("acme", 2025, "8.00")

    found = warehouse.export_all(folder, replace=True)
    after = {path: path.stat().st_ino for path in folder.rglob("data.parquet")}
    again = warehouse.export_all(folder, replace=True)

    assert [("acme", Y2025)] == found.written
    changed = {path for path, inode in after.items() if before[path] != inode}
    assert {f"fiscal_year={Y2025}"} == {path.parent.name for path in changed}
    assert ([], 3) == (again.written, len(again.unchanged))
    assert Decimal("8.00") in {total for *_, total in sums(folder)}


def test_an_account_map_that_changed_is_a_change_of_its_tenants_years(put, warehouse, tmp_path):
    warehouse.export_all(tmp_path / "all")
    place = Place("1930", "balance_sheet", "other_receivables")
    assert warehouse.place_accounts("beta", "BAS", [place])

    assert [("beta", Y2024)] == warehouse.export_all(tmp_path / "all", replace=True).written


def test_what_is_published_no_more_is_removed(put, warehouse, tmp_path):
    warehouse.export_all(tmp_path / "all")
    warehouse.erase("beta")

    found = warehouse.export_all(tmp_path / "all", replace=True)

    assert [("beta", Y2024)] == found.removed
    assert {"acme"} == {tenant for tenant, *_ in sums(tmp_path / "all")}
    assert not [path for path in (tmp_path / "all").rglob("*beta*") if path.is_file()]


def test_a_run_that_died_before_its_note_is_made_good_by_the_next(put, warehouse, tmp_path):
    folder = tmp_path / "all"
    warehouse.export_all(folder)
    (folder / "_tasma" / "beta" / f"{Y2024}.json").unlink()
    (folder / "posting" / "tenant=beta" / f"fiscal_year={Y2024}" / "data.parquet").unlink()

    assert [("beta", Y2024)] == warehouse.export_all(folder, replace=True).written
    assert 3 == len(sums(folder))


def test_a_folder_of_somebody_else_or_of_another_format_is_left_alone(put, warehouse, tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "letter.txt").write_text("private")
    warehouse.export_all(tmp_path / "ours")

    for folder, replace in (("theirs", True), ("ours", False)):
        with pytest.raises(ExportFolderTaken):
            warehouse.export_all(tmp_path / folder, replace=replace)
    with pytest.raises(OtherFormat, match="folder of its own"):
        warehouse.export_all(tmp_path / "ours", replace=True, file_format="csv")
    assert "private" == (tmp_path / "theirs" / "letter.txt").read_text()
