"""The vouchers of one year, out of a file that holds vouchers of several."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from ledger.fiscal_year import FiscalYear
from ledger.one_year import vouchers_of
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.sie.limits import SieLimits
from ledger.sie.reader import open_sie

Y2024, Y2025 = FiscalYear.parse("2024"), FiscalYear.parse("2025")
NEVER = FiscalYear(dt.date(2030, 1, 1), dt.date(2030, 12, 31))

TINY = SieLimits(block_bytes=80, piece_bytes=200, line_bytes=100, voucher_bytes=150)
"""Blocks of a few lines: a voucher of more rows goes on in the next one."""


def vouchers(*days, rows=1):
    return [
        line
        for number, day in enumerate(days, start=1)
        for line in (
            f'#VER "" "" {day} "Dagskassa {number}"',
            "{",
            *(f'#TRANS 1930 {{"1" "7"}} {number}.{row:02}' for row in range(rows)),
            "#RTRANS 3001 {} -5.00",
            "#TRANS 3001 {} -5.00",
            "#BTRANS 3001 {} -6.00",
            "}",
        )
    ]


def read(content, year, limits):
    file = open_sie(content, suffix=".si", limits=limits)
    parts = file.batches() if year is None else vouchers_of(file.batches(), year, file.path_counts)
    batches = list(parts)
    tables = {
        name: pa.Table.from_batches([part[name] for part in batches], CANONICAL[name])
        for name in VOUCHER_TABLES
    }
    return file.path_counts, tables, len(batches)


@pytest.mark.parametrize("limits", [SieLimits(), TINY], ids=["one block", "tiny blocks"])
def test_years_of_a_file_hold_together_what_it_holds_and_nothing_twice(join, limits):
    days = ("20241230", "20250105", "20241231", "20250101", "20250102", "20241201")
    content = join("#FLAGGA 0", "#SIETYP 4", *vouchers(*days, rows=6))

    _, whole, batches = read(content, None, limits)
    parts = [read(content, year, limits)[1] for year in (Y2024, Y2025)]

    assert (batches > 6) == (limits is TINY)
    assert [3, 3] == [part["voucher"].num_rows for part in parts]
    for name in VOUCHER_TABLES:
        order = [(column, "ascending") for column in whole[name].column_names[:2]]
        joined = pa.concat_tables([part[name] for part in parts])
        assert whole[name].num_rows > 0
        assert whole[name].sort_by(order) == joined.sort_by(order)


@pytest.mark.parametrize("limits", [SieLimits(), TINY], ids=["one block", "tiny blocks"])
def test_voucher_is_never_divided(join, limits):
    """Its own date decides for all of its rows, also for those of a later batch."""
    content = join("#FLAGGA 0", "#SIETYP 4", *vouchers("20250101", "20241231", rows=20))

    _, part, _ = read(content, Y2024, limits)

    assert [":#2"] == part["voucher"]["voucher_key"].to_pylist()
    assert [":#2"] * 21 == part["posting"]["voucher_key"].to_pylist()
    assert [":#2"] * 20 == part["posting_dimension"]["voucher_key"].to_pylist()
    assert [":#2"] * 2 == part["posting_correction"]["voucher_key"].to_pylist()


@pytest.mark.parametrize(("year", "aside"), [(Y2024, 5), (Y2025, 10), (NEVER, 15)])
def test_lines_that_are_left_out_are_counted(join, year, aside):
    content = join("#FLAGGA 0", "#SIETYP 4", *vouchers("20241230", "20241231", "20250105"))

    counts, part, _ = read(content, year, SieLimits())

    kept = sum(part[name].num_rows for name in ("voucher", "posting", "posting_correction"))
    assert (aside, 15) == (counts.set_aside_rows, counts.fast_rows + counts.exact_rows)
    assert 15 == kept + counts.set_aside_rows
