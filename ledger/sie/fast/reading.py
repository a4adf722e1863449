"""#VER lines and rows read in columns: the path for the shapes that programs write.

It reads what the exact path would read, or leaves the line to it; tests hold the two equal.
"""

from __future__ import annotations

import numpy as np

from ledger.sie.fast.row_shapes import read_row_fields
from ledger.sie.fast.slices import Slices
from ledger.sie.fast.voucher_shapes import read_voucher_fields
from ledger.sie.text.columns import Quotes
from ledger.sie.text.lines import (
    LABEL_SIZE,
    Bytes,
    Lines,
    Mask,
    Places,
    without_tabs,
)
from ledger.sie.vouchers.rows import RowColumns, VoucherColumns


class FastReader:
    """Reads the lines of one block of padded text. `at`: which of its lines."""

    def __init__(self, data: Bytes, lines: Lines, quotes: Quotes, *, encoding: str) -> None:
        self._data = data
        self._flat = without_tabs(data)
        self._lines = lines
        self._encoding = encoding
        self._quotes = quotes

    def vouchers(self, at: Places) -> tuple[VoucherColumns, Mask]:
        """Read the #VER lines that are valid; say which, shape (len(at),)."""
        start, end, valid = self._labelled(at)
        line = read_voucher_fields(self._flat, self._quotes, start, end)
        valid &= line.valid
        slices = Slices(self._data, self._quotes, valid, encoding=self._encoding)
        columns = VoucherColumns(
            series=slices.codes(line.series),
            number=slices.codes(line.number),
            date=line.date[slices.lines],
            text=slices.texts(line.text),
            registered_on=line.registered_on[slices.lines],
            registered_by=slices.texts(line.sign),
            opens=np.zeros(np.count_nonzero(valid), np.bool_),
        )
        return columns, valid

    def rows(self, at: Places) -> tuple[RowColumns, Mask, Mask]:
        """Read the #TRANS, #RTRANS and #BTRANS lines that are valid; say which.

        And which of all have an object list, if only an empty one.
        """
        start, end, valid = self._labelled(at)
        row = read_row_fields(self._flat, self._quotes, start, end)
        valid &= row.valid
        slices = Slices(self._data, self._quotes, valid, encoding=self._encoding)
        columns = RowColumns(
            account=slices.codes(row.account),
            amount=row.amount[slices.lines],
            date=row.date[slices.lines],
            text=slices.texts(row.text),
            quantity=row.quantity[slices.lines],
            has_quantity=row.has_quantity[slices.lines],
            registered_by=slices.texts(row.sign),
            readable=np.ones(np.count_nonzero(valid), np.bool_),
            **slices.pairs(row.lists),
        )
        return columns, valid, row.lists.present

    def _labelled(self, at: Places) -> tuple[Places, Places, Mask]:
        """The places behind labels and of line ends; which lines may be valid.

        A label that is not in capitals is left to the exact path.
        """
        lines = self._lines
        valid = ~lines.irregular_label[at] if lines.has_irregular else np.ones(len(at), np.bool_)
        return lines.start[at] + LABEL_SIZE[lines.kind[at]], lines.end[at], valid
