"""What the reader will spend on a file: at each limit, and one beyond."""

from __future__ import annotations

import pytest

from ledger.sie.diagnostics import CATALOGUE, DiagnosticLog
from ledger.sie.limits import SieLimits
from ledger.sie.reader import open_sie


def count(code, content, **limits):
    file = open_sie(content, limits=SieLimits(**limits))
    for _ in file.batches():
        pass
    return file.diagnostics.count(code)


@pytest.mark.parametrize(("over", "noted"), [(0, 0), (1, 1)])
def test_file_up_to_its_limit_is_read(bend, over, noted):
    content = bend().content

    assert noted == count("file_too_large", content, file_bytes=len(content) - over)


@pytest.mark.parametrize(("over", "noted"), [(0, 0), (1, 1)])
@pytest.mark.parametrize("label", ["#PROSA", "#VER", "#TRANS", "Vera"])
def test_line_up_to_its_limit_is_read(bend, label, over, noted):
    line = label + " " + "x" * 150

    assert noted == count("line_too_long", bend().add(line).content, line_bytes=len(line) - over)


def test_line_longer_than_everything_read_at_once_is_left_out(bend, read_sie):
    content = bend().insert(9, "#PROSA " + "x" * 3_000_000).content

    file, tables = read_sie(content)

    assert [("line_too_long", 9)] == [(item.code, item.line) for item in file.diagnostics.items]
    assert 2 == tables["posting"].num_rows
    assert [15] == tables["voucher"]["source_line"].to_pylist()


@pytest.mark.parametrize(("over", "noted"), [(0, 0), (1, 1)])
def test_records_up_to_their_limit_are_read(bend, over, noted):
    assert noted == count("too_many_records", bend().content, records=13 - over)


@pytest.mark.parametrize(("bad", "noted"), [(4, 0), (5, 1), (9, 1)])
def test_reading_stops_at_so_many_errors(bend, bad, noted):
    records = [f"#IB x {number} 1.00" for number in range(bad)]

    assert noted == min(count("too_many_errors", bend().insert(9, *records).content, errors=5), 1)


def test_reading_stops_between_blocks_of_errors(bend):
    more = [line for number in range(500) for line in (f"#VER B {number}", "{", "}")]
    limits = {"errors": 50, "block_bytes": 1000, "piece_bytes": 1000, "line_bytes": 1000}
    content = bend().add(*more).content

    assert 1 == count("too_many_errors", content, **limits)
    assert 50 <= count("voucher_date_unreadable", content, **limits) <= 150


@pytest.mark.parametrize(("allowed", "noted"), [(100, 1), (101, 0)])
def test_so_many_bent_lines_are_read_one_by_one(bend, allowed, noted):
    """The limit is looked at between blocks: here of one voucher and its bent row each."""
    more = [line for n in range(2, 102) for line in (f"#VER B {n} 20240116", "#TRANS 1930 {} 1,5")]
    limits = {"exact_lines": allowed, "block_bytes": 50, "piece_bytes": 50, "line_bytes": 50}
    content = bend().add(*more, "#VER C 1 20240117", "{", "}").content

    assert noted == count("too_many_errors", content, **limits)


def test_block_of_very_short_lines_is_cut(bend):
    """So that limits, which are looked at between blocks, are felt soon."""
    limits = SieLimits(block_lines=1_000, piece_bytes=5_000, line_bytes=1_000, errors=10**6)

    batches = list(open_sie(bend().add(*["#VER"] * 20_000).content, limits=limits).batches())

    assert max(batch["voucher"].num_rows for batch in batches) <= 3_000
    assert 20_001 == sum(batch["voucher"].num_rows for batch in batches)


@pytest.mark.parametrize(("found", "kept"), [(3, 3), (4, 3), (10**6, 3)])
def test_log_counts_all_and_keeps_some_of_each_code(found, kept):
    log = DiagnosticLog(kept=3)

    log.add("amount_missing", 1)
    log.add_many("line_without_label", range(10, 10 + found))

    assert found == log.count("line_without_label")
    assert found + 1 == log.total == log.errors
    assert kept + 1 == len(log.items)


def test_log_knows_only_codes_of_the_catalogue():
    log = DiagnosticLog(kept=3)

    with pytest.raises(KeyError):
        log.add("no_such_code", 1)
    with pytest.raises(KeyError):
        log.count("no_such_code")
    assert 0 == sum(log.count(code) for code in CATALOGUE)


def test_batches_have_about_the_size_of_a_block_and_begin_at_a_voucher(bend):
    more = [
        line
        for number in range(2, 600)
        for line in (f"#VER A {number} 20240116", "{", "#TRANS 1930 {} 1", "#TRANS 1930 {} -1", "}")
    ]
    limits = SieLimits(block_bytes=4000, piece_bytes=1000, line_bytes=1000)

    batches = list(open_sie(bend().add(*more).content, limits=limits).batches())

    sizes = [batch["posting"].num_rows for batch in batches]
    assert len(batches) > 5
    assert max(sizes) < 2 * 5000 / 12
    for batch in batches:
        owners = set(batch["posting"]["voucher_key"].to_pylist())
        assert owners == set(batch["voucher"]["voucher_key"].to_pylist())
