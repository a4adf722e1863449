"""Why tables cannot be written as a SIE file."""

from __future__ import annotations

from ledger.errors import TerminalError


class RowWithoutVoucher(TerminalError):
    """A table holds a row of a voucher, or an object of a posting, that is not there."""

    def __init__(self, *, table: str, voucher_key: str) -> None:
        """Name the table and the voucher."""
        self.table = table
        self.voucher_key = voucher_key
        super().__init__(
            f"Table {table} has a row of voucher {voucher_key} that belongs to nothing.\n"
            "Expected every row to have its voucher, and every object its posting, in the same "
            "tables. Give the tables of one whole unit.",
            table=table,
            voucher_key=voucher_key,
        )


class HistoryWithoutPosting(TerminalError):
    """An added row has no booked row: written, some programs would book it."""

    def __init__(self, *, voucher_key: str, row_number: int) -> None:
        """Name the voucher and the row of its history."""
        self.voucher_key = voucher_key
        self.row_number = row_number
        super().__init__(
            f"Voucher {voucher_key}: row {row_number} of its history was added later, but no "
            "booked row has its account, objects and amount, in the same order.\n"
            "Expected one for each added row. Load the source again, or leave the history out.",
            voucher_key=voucher_key,
            row_number=row_number,
        )
