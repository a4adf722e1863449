"""SIE files as Fortnox writes them: its order of records, its amounts without fixed decimals.

Source: published genuine exports of Fortnox 2.0 and 3.57 (header, unquoted series and number, the
quantity 0 behind balances); #FNR is the DatabaseNumber; #FORMAT says PC8 whatever the bytes are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.books.faults import Fault
from simulators.books.model import Chunk, Extract
from simulators.books.sie.records import Record, Text, balances, identification, shown
from simulators.books.sie.rows import (
    fields_of,
    heads_of,
    join,
    plain_heads,
    plain_rows,
    text_of,
    with_heads,
)
from simulators.fortnox.edition import Edition

SIE_TYPES: Final = {"1": "1", "2": "2", "3": "3", "4": "4E"}
"""Fortnox's type by what `simulators.books.sie.records` calls it."""

PROGRAM: Final = ("#PROGRAM", Text("Fortnox"), "3.57.11")
CHART_RECORDS: Final = ("#KONTO", "#SRU", "#ENHET", "#DIM", "#OBJEKT")
BALANCE_RECORDS: Final = frozenset({"#IB", "#UB", "#RES", "#OIB", "#OUB", "#PSALDO"})
LINE_END: Final = "\r\n"
UNDATED: Final = "00000000"
"""The day of #GEN until the file is sent: one file is kept for all days."""


@dataclass(frozen=True)
class Export:
    """What one SIE file is made of, besides the books."""

    database_number: int
    name: str
    organisation: str
    sie_type: str
    encoding: str
    fault: Fault | None = None

    def write(self, edition: Edition, place: int) -> bytes:
        """Write a year as one file."""
        company = edition.company
        gone = [voucher[1:] for voucher in edition.unbalanced if voucher[0] == place]
        if gone:
            company = company.next_night(year=place, removed=gone)
        faults = [self.fault] if self.fault else []
        extract = company.extract(place, faults=faults)
        hidden = {voucher[1:] for voucher in edition.hidden if voucher[0] == place}
        return "".join(self._pieces(extract, hidden)).encode(self.encoding)

    def _pieces(self, extract: Extract, hidden: set[tuple[str, int]]) -> Iterator[str]:
        yield _lines(self._header(extract))
        yield _lines(map(_like_fortnox, balances(extract, SIE_TYPES[self.sie_type])))
        if self.sie_type == "4":
            for chunk in extract.chunks():
                yield _vouchers(_without(chunk, hidden), extract)

    def _header(self, extract: Extract) -> Iterator[Record]:
        known = list(identification(extract, SIE_TYPES[self.sie_type]))
        yield "#FLAGGA", "0"
        yield "#FORMAT", "PC8"
        yield "#SIETYP", self.sie_type
        yield PROGRAM
        yield "#GEN", UNDATED
        yield "#FNR", str(self.database_number)
        yield "#FNAMN", Text(self.name)
        yield from (record for record in known if record[0] in ("#ADRESS", "#RAR"))
        yield "#ORGNR", self.organisation
        yield "#OMFATTN", f"{extract.year.end_date:%Y%m%d}"
        yield "#KPTYP", "EUBAS97"
        yield from (record for record in known if record[0] in CHART_RECORDS)


def dated(content: bytes, day: dt.date) -> bytes:
    """Give a file the day on which it is sent."""
    return content.replace(f"#GEN {UNDATED}".encode(), f"#GEN {day:%Y%m%d}".encode(), 1)


def _like_fortnox(record: Record) -> Record:
    if record[0] not in BALANCE_RECORDS:
        return record
    amount = record[-1].rstrip("0").rstrip(".") if "." in record[-1] else record[-1]
    return (*record[:-1], amount, "0")


def _lines(records: Iterable[Record]) -> str:
    return "".join(shown(record) + LINE_END for record in records)


def _without(chunk: Chunk, hidden: set[tuple[str, int]]) -> Chunk:
    numbers = [number for series, number in hidden if series == chunk.series]
    return chunk.keep(~np.isin(chunk.number, numbers)) if numbers else chunk


def _vouchers(chunk: Chunk, extract: Extract) -> str:
    if not len(chunk):
        return ""
    rows = plain_rows(fields_of(chunk, short=np.ones(len(chunk.rows), dtype=bool)))
    lines = with_heads(
        join(plain_heads(heads_of(chunk, extract.year)), "\n{\n"),
        join(rows, "\n"),
        voucher=chunk.rows.voucher,
        after="}\n",
    )
    return text_of(lines).replace("\n", LINE_END)
