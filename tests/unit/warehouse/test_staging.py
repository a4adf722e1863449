from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from blocks.staging import folder as folder_module
from blocks.staging import parquet, read_folder, stage_unit, staged_folder
from blocks.staging import stage as stage_module
from ledger.coverage import VOUCHERS, WHOLE_YEAR
from ledger.diagnostics import Diagnostic, Level
from ledger.errors import TerminalError
from ledger.schemas import CANONICAL, EVIDENCE
from tests.staged_units import Log, Paths, batches, facts, joined, stage, tables, voucher

ROWS = joined(
    voucher("A:1", ("1930", "100.00"), ("3001", "-100.00")),
    voucher("A:2", ("1930", "0.10"), ("3001", "-0.10")),
    {"opening_balance": [{"account_number": "1930", "amount": Decimal("5.00")}]},
)


def never_read():
    pytest.fail("the batches were read although the unit is staged")
    yield {}


def test_staged_folder_holds_every_table_as_it_was_given(lake):
    staged = stage(lake, ROWS)

    for table, schema in CANONICAL.items():
        if table != "fiscal_year":
            expected = pa.Table.from_pylist(list(ROWS[table]), schema=schema)
            assert pq.read_table(staged.parquet(table)).equals(expected), table


def test_fiscal_year_table_says_the_year_and_its_currency(lake):
    found = pq.read_table(stage(lake, ROWS).parquet("fiscal_year")).to_pylist()

    start, end = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
    assert found == [{"start_date": start, "end_date": end, "currency": "SEK"}]


def test_manifest_gives_back_what_was_staged(lake):
    staged = stage(lake, ROWS)

    assert read_folder(staged.folder) == staged
    assert (staged.tables["posting"].row_count, staged.tables["voucher"].row_count) == (4, 2)
    assert staged.tables["opening_balance"].amount_sum == Decimal("5.00")


def test_reader_counts_and_diagnostics_are_taken_when_the_batches_are_read(lake):
    log = Log([Diagnostic("bad_date", Level.ERROR, 12, "#VER date", "came 20241301", "1st")], 1)

    staged = stage_unit(
        lake,
        facts(),
        tables=tables(ROWS),
        batches=batches(ROWS),
        diagnostics=log,
        path_counts=Paths(fast_rows=3, exact_rows=1),
    )

    said = staged.facts
    assert (said.error_count, said.fast_rows, said.exact_rows) == (1, 3, 1)
    found = pq.read_table(staged.parquet("diagnostic")).to_pylist()
    assert found[0]["level"] == "error"
    assert found[0]["line"] == 12


def test_same_bytes_and_reader_are_staged_once(lake):
    first = stage(lake, ROWS)

    again = stage_unit(
        lake,
        facts(),
        tables={},
        batches=never_read(),
        diagnostics=Log(),
        path_counts=Paths(),
    )

    assert again == first


@pytest.mark.parametrize(
    "change", [{"reader_version": 2}, {"landed_sha256": "1" * 64}], ids=["reader", "bytes"]
)
def test_another_reader_or_file_is_staged_beside(lake, change):
    first, second = stage(lake, ROWS), stage(lake, ROWS, said=facts(**change))

    assert first.folder != second.folder
    assert first.digest == second.digest


def test_same_bytes_taken_as_a_part_are_staged_apart(lake):
    whole, part = stage(lake, ROWS), stage(lake, ROWS, said=facts(coverage="partial"))

    assert (whole.facts.coverage, part.facts.coverage) == (WHOLE_YEAR, VOUCHERS)
    assert read_folder(whole.folder) == whole


def test_same_bytes_of_which_other_facts_are_known_are_staged_anew(lake):
    stage(lake, ROWS, said=facts(organisation_number=""))

    assert stage(lake, ROWS).facts.organisation_number == "5560000001"


def test_other_bytes_that_would_share_the_folder_are_refused(lake):
    stage(lake, ROWS, said=facts(landed_sha256="a" * 64))

    with pytest.raises(TerminalError, match="share the folder"):
        stage(lake, ROWS, said=facts(landed_sha256="a" * 16 + "b" * 48))


def test_folder_of_an_older_format_is_written_anew(lake, monkeypatch):
    folder = stage(lake, ROWS).folder
    monkeypatch.setattr(folder_module, "STAGE_FORMAT", folder_module.STAGE_FORMAT + 1)

    staged = stage(lake, joined())

    assert staged.folder == folder
    assert staged.tables["voucher"].row_count == 0


def test_folder_that_another_process_finished_first_is_kept(lake, monkeypatch):
    first = stage(lake, ROWS)
    monkeypatch.setattr(stage_module, "find_staged", lambda *_: None)
    monkeypatch.setattr(stage_module, "_is_usable", lambda *_: True)

    second = stage(lake, ROWS)

    assert second == first


@pytest.mark.parametrize("table", ["voucher", "ledger_account"])
def test_nul_in_a_text_is_refused_and_leaves_nothing(lake, table):
    column = "voucher_text" if table == "voucher" else "name"
    rows = joined(ROWS, {"ledger_account": [{"account_number": "1930", "name": "Konto"}]})
    rows[table][0] = rows[table][0] | {column: "a\0b"}

    with pytest.raises(TerminalError, match=rf"Table {table}: 1 value\(s\) of {column} hold a NUL"):
        stage(lake, rows)

    assert list(lake.temporary.iterdir()) == []
    assert not staged_folder(lake, facts()).exists()


@pytest.mark.parametrize(
    ("rows", "finding"),
    [
        (joined(ROWS, {"voucher": [ROWS["voucher"][0]]}), "occur twice.*A:1"),
        (joined(ROWS, {"posting": [ROWS["posting"][2]]}), "row numbers of posting.*A:2"),
        (joined(ROWS, {"posting": [ROWS["posting"][0] | {"voucher_key": "B:9"}]}), "B:9"),
    ],
    ids=["voucher twice", "row twice", "row without voucher"],
)
def test_keys_that_are_not_keys_are_refused(lake, rows, finding):
    with pytest.raises(TerminalError, match=finding):
        stage(lake, rows)


@pytest.mark.parametrize("row_count", [61, 62, 63, 64, 200])
def test_row_numbers_are_checked_in_vouchers_of_any_length(lake, row_count):
    long = voucher("A:1", *[("1930", "1.00")] * row_count)
    stage(lake, long)
    twice = joined(long, {"posting": [long["posting"][-1]]})

    with pytest.raises(TerminalError, match="row numbers of posting"):
        stage(lake, twice, said=facts(landed_sha256="1" * 64))


def test_row_numbers_with_a_gap_are_no_duplicates(lake):
    rows = voucher("A:1", ("1930", "1.00"), ("3001", "-1.00"))
    rows["posting"][1]["row_number"] = 70

    assert stage(lake, rows).tables["posting"].row_count == 2


def test_rows_of_another_schema_are_refused(lake):
    wrong = pa.RecordBatch.from_pydict({"voucher_key": ["A:1"], "amount": [1.5]})

    with pytest.raises(TerminalError, match=r"Mend the reader"):
        stage_unit(
            lake,
            facts(),
            tables={},
            batches=iter([{"posting": wrong}]),
            diagnostics=Log(),
            path_counts=Paths(),
        )


def test_batches_become_row_groups_of_bounded_size(lake, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 3)

    staged = stage(lake, joined(*(voucher(f"A:{n}", ("1930", "0.00")) for n in range(8))), size=1)

    file = pq.ParquetFile(staged.parquet("voucher"))
    counts = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert counts == [3, 3, 2]


def test_pruned_stage_is_named_with_what_to_do(lake):
    with pytest.raises(TerminalError, match="Load the file again"):
        read_folder(staged_folder(lake, facts()))


def test_staging_that_fails_in_the_reader_leaves_nothing(lake):
    def broken():
        yield from batches(ROWS)
        raise TerminalError("the file ends in the middle of a voucher")

    with pytest.raises(TerminalError, match="ends in the middle"):
        stage_unit(
            lake,
            facts(),
            tables={},
            batches=broken(),
            diagnostics=Log(),
            path_counts=Paths(),
        )

    assert list(lake.temporary.iterdir()) == []


def test_prune_takes_a_whole_staged_folder_that_is_old_and_not_kept(lake):
    kept, old = (stage(lake, ROWS, said=facts(landed_sha256=sha * 64)).folder for sha in "ab")
    for folder in (kept, old):
        os.utime(folder, (0, 0))

    found = lake.prune(
        keep_landed=(),
        keep_staged={lake.address_of(kept)},
        older_than=dt.timedelta(days=30),
        dry_run=False,
    )

    assert [item.address for item in found] == [lake.address_of(old)]
    assert (kept.exists(), old.exists()) == (True, False)


def test_evidence_is_staged_beside_the_unit_and_is_no_part_of_its_version(lake, warehouse):
    listed = {"voucher_key": "A:1", "voucher_date": dt.date(2024, 3, 1)}
    table = pa.Table.from_pylist([listed], schema=EVIDENCE["source_voucher"])
    alone = stage(lake, ROWS)

    asked = stage_unit(
        lake,
        facts(evidence_sha256="e" * 64),
        tables=tables(ROWS),
        batches=batches(ROWS),
        diagnostics=Log(),
        path_counts=Paths(),
        evidence={"source_voucher": table},
    )

    counts = "select count(*) from staged.source_voucher"
    with warehouse.workbench(asked) as bench, warehouse.workbench(alone) as other:
        assert [(1,), (0,)] == [db.execute(counts).fetchone() for db in (bench, other)]
    assert (alone.digest, True) == (asked.digest, alone.folder != asked.folder)
