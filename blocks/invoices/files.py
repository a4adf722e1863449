"""Files of invoices, by the end of their name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from blocks.invoices.csv_records import csv_records
from blocks.invoices.json_records import json_array, json_lines
from blocks.invoices.parquet_records import parquet_records
from blocks.invoices.refusals import refused
from ledger.invoice.contract import Record

READERS: Final[dict[str, Callable[[Path], Iterator[Record]]]] = {
    ".json": json_array,
    ".jsonl": json_lines,
    ".csv": csv_records,
    ".parquet": parquet_records,
}


def records_of(path: Path) -> Iterator[Record]:
    """Return the records of a file, read piece by piece.

    Raises:
        InvoiceFileRefused: Its name has no end that is known, or see its reader.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise refused(path.name, "the end of its name", f"expected one of {known}.")
    return reader(path)
