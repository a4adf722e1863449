"""Files of invoices, by the end of their name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO, Final

from blocks.invoices.csv_records import csv_records
from blocks.invoices.json_records import json_array, json_lines
from blocks.invoices.parquet_records import parquet_records
from blocks.invoices.refusals import refused
from ledger.invoice.contract import Record

READERS: Final[dict[str, Callable[[BinaryIO, str], Iterator[Record]]]] = {
    ".json": json_array,
    ".jsonl": json_lines,
    ".csv": csv_records,
    ".parquet": parquet_records,
}

TAIL_BYTES: Final = 64
"""How much of a file's end is looked at."""

ENDS: Final = {
    ".json": (b"]", b"}"),
    ".jsonl": (b"\n", b"}"),
    ".csv": (b"\n",),
    ".parquet": (b"PAR1",),
}
"""How a whole file ends; a table whose last line has no end may have been cut within it."""


def may_go_on(file: BinaryIO, name: str) -> bool:
    """Return whether a file does not end as its form ends, so that more of it may still come."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL_BYTES))
    suffix = PurePath(name).suffix.lower()
    tail = file.read()
    return not (tail if suffix in {".csv", ".parquet"} else tail.rstrip()).endswith(ENDS[suffix])


def records_of(file: BinaryIO, name: str) -> Iterator[Record]:
    """Return the records of a file, read piece by piece.

    Args:
        file: Its bytes, from the beginning; it can be moved in, and stays open.
        name: By whose end its form is known.

    Raises:
        InvoiceFileRefused: Its name has no end that is known, or see its reader.
    """
    reader = READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise refused(name, "the end of its name", f"expected one of {known}.")
    return reader(file, name)
