"""A staged unit whose files changed after they were written: found, named, never used."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress

import pytest

from blocks.staging import StageUnusable, find_staged, read_folder, stage_unit
from ledger.schemas import CANONICAL, EVIDENCE
from tests.staged_units import Log, Paths, batches, facts, joined, stage, tables, voucher

ROWS = joined(
    voucher("A:1", ("1930", "100.00"), ("3001", "-100.00")),
    voucher("A:2", ("1930", "0.10"), ("3001", "-0.10"), text="Hyra"),
)
BITS_APART = 61
"""Bits all over a file have their turn, at every place within a byte."""

ASKED = facts(evidence_sha256="e" * 64)


def staged_with_evidence(lake):
    return stage_unit(
        lake,
        ASKED,
        tables=tables(ROWS),
        batches=batches(ROWS),
        diagnostics=Log(),
        path_counts=Paths(),
    )


def flip(path, bit):
    content = bytearray(path.read_bytes())
    content[bit // 8 % len(content)] ^= 1 << bit % 8
    path.write_bytes(content)


def missed(path, check):
    """Turn bits all over a file, one after the other, and return those of which nothing is said."""
    whole, found = path.read_bytes(), []
    for bit in range(0, 8 * len(whole), BITS_APART):
        flip(path, bit)
        try:
            with suppress(StageUnusable):
                check()
                found.append(bit)
        finally:
            path.write_bytes(whole)
    return found


@pytest.mark.parametrize("name", [*CANONICAL, *EVIDENCE, "voucher_digest", "diagnostic"])
def test_any_bit_that_turns_in_any_staged_table_is_found(lake, name):
    staged = staged_with_evidence(lake)

    assert missed(staged.parquet(name), lambda: staged.check_files([name])) == []
    assert find_staged(staged.folder, ASKED) == staged


def test_any_bit_that_turns_in_a_manifest_is_found(lake):
    """A manifest says which rows are published already, of which company: it is no less a file."""
    staged = stage(lake, ROWS)

    assert missed(staged.folder / "manifest.json", lambda: read_folder(staged.folder)) == []
    assert read_folder(staged.folder) == staged


def test_text_of_a_manifest_that_reads_as_the_same_values_is_damage_too(lake):
    folder = stage(lake, ROWS).folder
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text())))

    with pytest.raises(StageUnusable, match=r"manifest\.json is damaged"):
        read_folder(folder)


@pytest.mark.parametrize("name", ["posting", "fiscal_year", "voucher_digest", "diagnostic"])
def test_damaged_stage_is_written_anew_and_the_reason_is_told(lake, name):
    staged = stage(lake, ROWS)
    whole = staged.parquet(name).read_bytes()
    flip(staged.parquet(name), 1001)
    told = []

    again = stage_unit(
        lake,
        facts(),
        tables=tables(ROWS),
        batches=batches(ROWS),
        diagnostics=Log(),
        path_counts=Paths(),
        on_unusable=told.append,
    )

    assert again == staged
    assert staged.parquet(name).read_bytes() == whole
    assert [f"{name}.parquet is damaged" in found.finding for found in told] == [True]


def test_file_that_is_gone_is_named(lake):
    staged = stage(lake, ROWS)
    staged.parquet("posting").unlink()

    with pytest.raises(StageUnusable, match=r"posting\.parquet cannot be read"):
        find_staged(staged.folder, facts())


def test_stage_that_another_release_wrote_without_hashes_is_not_used(lake):
    staged = stage(lake, ROWS)
    path = staged.folder / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(
        json.dumps({**manifest, "stage_format": 2, "files": None, "sealed": None}, indent=2)
    )

    with pytest.raises(StageUnusable, match="another release wrote it"):
        read_folder(staged.folder)
    assert stage(lake, ROWS) == staged


@pytest.mark.parametrize("name", ["posting", "opening_balance", "voucher_digest", "diagnostic"])
def test_controls_are_not_asked_about_damaged_files(lake, warehouse, name):
    staged = stage(lake, ROWS)
    flip(staged.parquet(name), 77)

    with (
        pytest.raises(StageUnusable, match=rf"{name}\.parquet"),
        warehouse.workbench(staged),
    ):
        pytest.fail("the files were bound")


def test_evidence_that_was_damaged_is_not_bound(lake, warehouse):
    staged = staged_with_evidence(lake)
    flip(staged.parquet("source_voucher"), 500)

    with (
        pytest.raises(StageUnusable, match=r"source_voucher\.parquet"),
        warehouse.workbench(staged),
    ):
        pytest.fail("the files were bound")


@pytest.mark.parametrize("name", [*CANONICAL, "voucher_digest"])
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "later"])
def test_damaged_files_are_never_published(lake, warehouse, name, is_first):
    if not is_first:
        before = stage(lake, voucher("A:1", ("1930", "1.00"), ("3001", "-1.00")))
        warehouse.publish(before, unit=before.facts.unit, token=1, load_id="before", run_id="run")
    staged = stage(lake, ROWS, said=facts(landed_sha256="9" * 64))
    flip(staged.parquet(name), 333)

    with pytest.raises(StageUnusable, match=rf"{name}\.parquet.*nothing was published"):
        warehouse.publish(staged, unit=staged.facts.unit, token=2, load_id="x", run_id="run")

    record = warehouse.load_record("acme", facts().fiscal_year)
    assert (record and record.load_id) == (None if is_first else "before")


def test_changes_are_not_planned_from_damaged_files(lake, warehouse):
    staged = stage(lake, ROWS)
    flip(staged.parquet("posting"), 333)

    with pytest.raises(StageUnusable):
        warehouse.plan(staged)


def test_year_of_a_stage_is_named_by_tenant_and_year(lake):
    folder = stage(lake, ROWS, said=facts(start_date=dt.date(2024, 7, 1))).folder
    (folder / "manifest.json").unlink()

    with pytest.raises(StageUnusable, match=r"acme/2024-07-01_2024-12-31/0000000000000000-r1"):
        read_folder(folder)
