"""Vouchers of a source that names no year, by the years that are defined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger.fiscal_year import FiscalYear
from ledger.one_year import is_within
from ledger.source import LedgerFile

MAX_LISTED: Final = 100
"""Vouchers that a refusal lists; it counts them all."""

COLUMNS: Final = ("source_line", "voucher_date")


@dataclass(frozen=True)
class RefusedVouchers:
    """Vouchers of a file that lie in no year defined for the tenant.

    `vouchers`: source_line, voucher_date; in order of the file, at least one.
    """

    tenant: str
    file_name: str
    vouchers: pa.Table

    @property
    def commands(self) -> list[str]:
        """What defines the years, as calendar years: nothing says what else they are."""
        years = pc.unique(pc.year(self.vouchers["voucher_date"])).to_pylist()
        return [f"tasma tenant year add {self.tenant} {year}" for year in sorted(years)]

    def __str__(self) -> str:
        count = self.vouchers.num_rows
        listed = self.vouchers.slice(0, MAX_LISTED).to_pylist()
        places = "; ".join(f"line {row['source_line']} of {row['voucher_date']}" for row in listed)
        more = f"; and {count - MAX_LISTED:,} more" if count > MAX_LISTED else ""
        many = count > 1
        return (
            f"{count:,} voucher{'s' * many} of {self.file_name} lie{'s' * (not many)} in no fiscal "
            f"year that is defined for {self.tenant}, and {'were' if many else 'was'} not taken "
            f"in. Define the year ({', '.join(self.commands)}; a broken year by its two days, such "
            f"as 2024-07-01_2025-06-30), then load the file again. Refused: {places}{more}."
        )


def voucher_days(file: LedgerFile) -> pa.Table:
    """Return line and date of each voucher, in order of the file. Takes the batches."""
    parts = [batch["voucher"].select(COLUMNS) for batch in file.batches()]
    return pa.Table.from_batches(parts) if parts else pa.table({name: [] for name in COLUMNS})


def by_year(
    vouchers: pa.Table, defined: Iterable[FiscalYear]
) -> tuple[Sequence[FiscalYear], pa.Table]:
    """Return the defined years that have a voucher, in order, and the vouchers in none of them.

    Args:
        vouchers: source_line, voucher_date.
        defined: Years of which no two share a day.
    """
    years, left = [], vouchers
    for year in sorted(defined):
        is_inside = is_within(left["voucher_date"], year)
        if pc.any(is_inside).as_py():
            years.append(year)
            left = left.filter(pc.invert(is_inside))
    return years, left
