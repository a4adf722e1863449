"""The vouchers of one fiscal year, out of a source that holds those of several and names none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from ledger.fiscal_year import FiscalYear

LINE_TABLES: Final = ("voucher", "posting", "posting_correction")
"""Tables whose rows are lines of the file, each counted once by the reader."""


class SetAside(Protocol):
    """Counts of a reader to which the rows are added that are left out."""

    set_aside_rows: int


_NO_KEY: Final = pa.array([], pa.string())


def vouchers_of(
    batches: Iterable[Mapping[str, pa.RecordBatch]], year: FiscalYear, counts: SetAside
) -> Iterator[dict[str, pa.RecordBatch]]:
    """Yield the vouchers dated within the year, with all their rows; a voucher is never divided.

    Args:
        batches: As a `LedgerFile` yields them; a voucher's rows may go on in the next one.
        year: By both its days.
        counts: The reader's; the lines that are left out are added to `set_aside_rows`.
    """
    open_key = _NO_KEY
    for batch in batches:
        voucher = batch["voucher"]
        is_inside = is_within(voucher["voucher_date"], year)
        keys = pa.concat_arrays([open_key, voucher["voucher_key"].filter(is_inside)])
        kept = {
            name: part.filter(pc.is_in(part["voucher_key"], value_set=keys))
            for name, part in batch.items()
        }
        counts.set_aside_rows += sum(
            batch[name].num_rows - kept[name].num_rows for name in LINE_TABLES
        )
        if voucher.num_rows:
            open_key = voucher["voucher_key"][-1:] if is_inside[-1].as_py() else _NO_KEY
        yield kept


def is_within(dates: pa.Array, year: FiscalYear) -> pa.Array:
    """Return which dates lie within a year, shape (dates,)."""
    return pc.and_(
        pc.greater_equal(dates, pa.scalar(year.start_date)),
        pc.less_equal(dates, pa.scalar(year.end_date)),
    )
