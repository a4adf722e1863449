"""Columns of text as values: what cannot be read is noted with its row, and becomes NULL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ledger.journal.findings import Findings
from ledger.journal.layout import AMOUNT, BLOCK_BYTES, DATE, FINDINGS_KEPT, SECTIONS
from ledger.journal.sections import Section
from ledger.money import MONEY


@dataclass(frozen=True)
class Block:
    """Some rows of a section as text, under its headings. `lines`: of the file, shape (rows,)."""

    section: str
    rows: pa.Table
    lines: npt.NDArray[np.int64]
    findings: Findings

    def note(self, column: str, is_wrong: pa.ChunkedArray, message: str) -> None:
        """Note the rows of which something is wrong in a column."""
        lines = self.lines[np.asarray(is_wrong, np.bool_)]
        named = lines[:FINDINGS_KEPT].tolist()
        more = len(lines) - len(named)
        self.findings.add_rows(self.section, named, message, column=column, more=more)

    def text(self, column: str, *, required: bool = False) -> pa.ChunkedArray:
        """Return a column as it is; a line break in it is noted, and an empty cell if required."""
        values = self.rows[column]
        self.note(column, pc.match_substring_regex(values, "[\r\n]"), "holds a line break")
        if required:
            self.note(column, pc.equal(values, ""), "is empty")
        return values

    def amounts(self, column: str) -> pa.ChunkedArray:
        """Return a column of amounts, debit positive."""
        values = self.rows[column]
        is_amount = pc.match_substring_regex(values, AMOUNT)
        self.note(
            column,
            pc.invert(is_amount),
            "no amount; expected digits with at most two decimals and no thousands separator",
        )
        with_point = pc.replace_substring(values, ",", ".")
        return pc.if_else(is_amount, with_point, None).cast(MONEY)

    def dates(self, column: str) -> pa.ChunkedArray:
        """Return a column of dates."""
        values = self.rows[column]
        moments = pc.strptime(values, format="%Y-%m-%d", unit="s", error_is_null=True)
        days = moments.cast(pa.date32())
        # The 30th of February is read as the 2nd of March.
        is_same = pc.fill_null(pc.equal(pc.strftime(days, format="%Y-%m-%d"), values), False)
        is_date = pc.and_(is_same, pc.match_substring_regex(values, DATE))
        self.note(column, pc.invert(is_date), "no date; expected one such as 2025-01-31")
        return pc.if_else(is_date, days, None)


def read_blocks(
    section: Section, findings: Findings, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[Block]:
    """Yield the rows of a section; empty ones are left out.

    Rows of another number of columns are noted and left out.
    """
    headings = SECTIONS[section.name]
    places = range(len(headings) + 1, len(headings) + 1 + section.spare)
    names = [*headings, *map(str, places)]
    skipped: list[int] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        skipped.append(section.first_row + row.number - 1)
        message = f"has {row.actual_columns} columns; expected {row.expected_columns}"
        findings.add(section.name, message, row=skipped[-1])
        return "skip"

    row = section.first_row
    try:
        for batch in _open(section, names, skip, block_bytes):
            lines = _lines(row, batch.num_rows, skipped)
            row = int(lines[-1]) + 1 if len(lines) else row
            yield _block(section, batch, lines, findings)
    except pa.ArrowInvalid:
        if not skipped:
            message = (
                f"no table from here on: a quote is open, or a row has over {block_bytes:,} bytes"
            )
            findings.add(section.name, message, row=row)


def _lines(first: int, count: int, skipped: list[int]) -> npt.NDArray[np.int64]:
    candidates = np.arange(first, first + count + len(skipped))
    return np.setdiff1d(candidates, skipped)[:count]


def _block(
    section: Section, batch: pa.RecordBatch, lines: npt.NDArray[np.int64], findings: Findings
) -> Block:
    rows = pa.Table.from_batches([batch])
    is_filled = pc.not_equal(pc.binary_join_element_wise(*rows.columns, ""), "")
    block = Block(section.name, rows.filter(is_filled), lines[np.asarray(is_filled)], findings)
    for name in rows.column_names[len(SECTIONS[section.name]) :]:
        block.note(name, pc.not_equal(block.rows[name], ""), "has no heading")
    return block


def _open(
    section: Section,
    names: list[str],
    skip: Callable[[pa_csv.InvalidRow], str],
    block_bytes: int,
) -> Iterable[pa.RecordBatch]:
    if not section.content:
        return ()
    # One thread, since only then the reader says in which row a column is missing.
    batches: Iterable[pa.RecordBatch] = pa_csv.open_csv(
        pa.BufferReader(section.content),
        pa_csv.ReadOptions(use_threads=False, block_size=block_bytes, column_names=names),
        pa_csv.ParseOptions(
            delimiter=section.delimiter, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    return batches
