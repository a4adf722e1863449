"""What reading one workbook may cost; every number has a unit and a test at the limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ledger.statement.refusals import StatementRefused

MIB: Final = 1024 * 1024


@dataclass(frozen=True)
class WorkbookLimits:
    """Bounds on one file. A larger one is refused, nothing of it is read.

    A statement has some hundred rows, a trial balance some thousand: the defaults leave room for
    twenty times that and for the years of a group on sheets of one workbook.
    """

    file_bytes: int = 32 * MIB
    unpacked_bytes: int = 256 * MIB
    """All parts of a packed workbook together, counted while they are unpacked."""
    unpacked_ratio: int = 400
    """Times its packed size that one part may have; sheets of zeros reach some hundred."""
    ratio_from_bytes: int = 1 * MIB
    """Smaller parts may have any ratio: they cannot hurt."""
    sheets: int = 256
    rows: int = 100_000
    """Last row that holds something, or records of a text file."""
    columns: int = 512
    """Last column that holds something."""
    cells: int = 2_000_000
    """Rows times columns of one sheet, which is what its values take in memory."""
    cell_chars: int = 32_767
    """Characters of one cell: what Excel itself allows."""
    merged_cells: int = 100_000
    """Cells that one merged cell may cover."""

    def check(
        self, what: Literal["sheets", "rows", "columns", "cells"], count: int, *, sheet: str = ""
    ) -> None:
        """Refuse a file with more than the limit.

        Raises:
            StatementRefused: There are more.
        """
        if count > (limit := getattr(self, what)):
            raise StatementRefused(f"too_many_{what}", sheet=sheet, count=count, limit=limit)

    def check_text(self, chars: int, *, sheet: str, row: int) -> None:
        """Refuse a cell with a longer text than the limit.

        Raises:
            StatementRefused: It is longer.
        """
        if chars > self.cell_chars:
            limit = self.cell_chars
            raise StatementRefused("cell_too_long", sheet=sheet, row=row, limit=limit)


DEFAULT_LIMITS: Final = WorkbookLimits()
