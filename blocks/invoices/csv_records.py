"""Records of a table: UTF-8, a header, a line for each row of an invoice."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO, Final, TextIO

from blocks.invoices.refusals import refused
from blocks.invoices.texts import text_of
from ledger.invoice.contract import MAX_NAME_CHARS, Record
from ledger.invoice.flat import NAMES, gather, unknown_columns

DELIMITERS: Final = (",", ";", "\t")
HEADER_CHARS: Final = 64 * 1024


def csv_records(file: BinaryIO, name: str) -> Iterator[Record]:
    """Yield a record for each invoice of a table.

    Raises:
        InvoiceFileRefused: The header names a column that no invoice has or lacks one that every
            line needs, a line has another number of cells, or the file is no UTF-8.
    """
    with text_of(file, name) as text:
        yield from gather(_lines(text, name))


def _lines(file: TextIO, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    start = file.readline(HEADER_CHARS)
    file.seek(0)
    reader = csv.reader(file, delimiter=max(DELIMITERS, key=start.count), strict=True)
    number = 1
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, name)
        number = reader.line_num + 1
        for cells in reader:
            if any(cells):
                yield number, _by_column(header, cells, name, number)
            number = reader.line_num + 1
    except csv.Error as found:
        raise refused(name, f"line {number}", f"{found}.") from None


def _check_header(header: list[str], name: str) -> None:
    if unknown := unknown_columns(header):
        listed = ", ".join(repr(column[:MAX_NAME_CHARS]) for column in unknown[:5])
        raise refused(name, "line 1", f"no invoice has the columns {listed}.")
    repeated = sorted({column for column in header if header.count(column) > 1})
    if repeated:
        raise refused(name, "line 1", f"columns stand there twice: {', '.join(repeated)}.")
    if absent := [column for column in NAMES if column not in header]:
        raise refused(name, "line 1", f"there is no column {' and no '.join(absent)}.")


def _by_column(header: list[str], cells: list[str], name: str, number: int) -> dict[str, str]:
    if len(cells) != len(header):
        reason = f"it has {len(cells)} cells under {len(header)} headings."
        raise refused(name, f"line {number}", reason)
    stripped = (cell.strip() for cell in cells)
    return {column: cell for column, cell in zip(header, stripped, strict=True) if cell}
