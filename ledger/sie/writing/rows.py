"""Canonical voucher tables in the order in which SIE wants them, ready to be cut at vouchers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.sie.writing.errors import RowWithoutVoucher
from ledger.sie.writing.fields import TEXT
from ledger.sie.writing.history import Places


def in_order_of_writing(vouchers: pa.Table) -> pa.Table:
    """Sort vouchers by series and number (SIE 4B, #VER 7).

    Vouchers of the same number keep the order of their keys, which is the order in which they
    are numbered when they are read again. Numbers that are no numbers come last.
    """
    number = pc.utf8_ltrim(vouchers["voucher_number"], characters="0")
    key = vouchers["voucher_key"]
    order = {
        "series": vouchers["voucher_series"],
        "is_odd": pc.invert(pc.match_substring_regex(vouchers["voucher_number"], "^[0-9]+$")),
        "size": pc.utf8_length(number),
        "number": number,
        "exact_number": vouchers["voucher_number"],
        "key_size": pc.utf8_length(key),
        "key": key,
    }
    sort_keys = [(name, "ascending") for name in order]
    return vouchers.take(pc.sort_indices(pa.table(order), sort_keys=sort_keys))


@dataclass(frozen=True)
class Rows:
    """Rows of vouchers, sorted; `voucher` names the voucher of each by its place, ascending."""

    table: pa.Table
    voucher: Places

    @classmethod
    def of(cls, name: str, table: pa.Table, voucher_keys: pa.Array) -> Self:
        """Sort a table by voucher and row; rows with equal numbers keep their order.

        Raises:
            RowWithoutVoucher: A row's key is not among `voucher_keys`.
        """
        keys = table["voucher_key"].cast(TEXT).combine_chunks()
        place = pc.index_in(keys, value_set=voucher_keys)
        if place.null_count:
            lost = pc.index(pc.is_null(place), value=True).as_py()
            raise RowWithoutVoucher(table=name, voucher_key=keys[lost].as_py())
        voucher = place.to_numpy().astype(np.int64)
        order = np.lexsort((table["row_number"].to_numpy(), voucher))
        return cls(table.take(pa.array(order)), voucher[order])

    def between(self, first: int, last: int) -> Self:
        """Cut out the rows of the vouchers `first` to `last` (excluded), counted from 0 again."""
        start, end = np.searchsorted(self.voucher, (first, last))
        rows = self.table.slice(start, end - start).combine_chunks()
        return type(self)(rows, self.voucher[start:end] - first)

    @property
    def places(self) -> Places:
        """One number for voucher and row, ascending."""
        row: Places = self.table["row_number"].to_numpy().astype(np.int64)
        return (self.voucher << 32) + row
