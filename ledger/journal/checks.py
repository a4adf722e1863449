"""The pass over all vouchers before the first is given: whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.journal.declaration import Declaration
from ledger.journal.findings import Findings
from ledger.journal.layout import DIMENSIONS, FINDINGS_KEPT
from ledger.journal.vouchers import is_start
from ledger.money import ZERO

SECTION = "vouchers"

SAMPLE = "SAMPLE"
"""The series of the template's own rows."""

OF_VOUCHER = ("date", "text")
"""Columns that say the same in all rows of a voucher."""


@dataclass
class Totals:
    """What the rows come to, and the dimension objects in them. `pieces`: in which they came."""

    pieces: int = 0
    rows: int = 0
    vouchers: int = 0
    samples: int = 0
    debit: Decimal = ZERO
    objects: dict[str, set[str]] = field(default_factory=lambda: {n: set() for n in DIMENSIONS})

    @property
    def is_template(self) -> bool:
        """Whether the file is the template as it was printed: its rows are all samples."""
        return 0 < self.samples == self.rows


def check_vouchers(tables: Iterable[pa.Table], findings: Findings) -> Totals:
    """Note what is wrong with vouchers as a whole, and count; ``tables`` end with a voucher."""
    totals, seen = Totals(), [pa.array([], pa.string())]
    for rows in tables:
        starts = is_start(rows)
        _check_same(rows, starts, findings)
        begun = rows.filter(pa.array(starts))
        _check_repeated(begun, pa.concat_arrays(seen), findings)
        seen.append(begun["key"].combine_chunks())
        _count(rows, begun, totals)
    return totals


def check_declared(declared: Declaration, totals: Totals, findings: Findings) -> None:
    """Note where the rows do not come to what is declared, and rows of the template."""
    if totals.samples and not totals.is_template:
        findings.add(
            SECTION,
            f"{totals.samples:,} rows of series {SAMPLE} are the template's; put your own in "
            "their place",
        )
    if findings.count:
        return  # rows that could not be read are not counted either
    if declared.row_count not in {None, totals.rows}:
        findings.is_cut = totals.rows < (declared.row_count or 0)
        _differ(declared, "row_count", f"{totals.rows:,} rows of vouchers", findings)
    if declared.debit_total not in {None, totals.debit}:
        _differ(declared, "debit_total", f"debits of {totals.debit}", findings)


def _differ(declared: Declaration, key: str, came: str, findings: Findings) -> None:
    message = f"declares {declared.values[key]}, and the file holds {came}: it was cut or changed"
    findings.add("journal", message, row=declared.lines[key], column=key)


def _check_same(rows: pa.Table, starts: np.ndarray, findings: Findings) -> None:
    for column in OF_VOUCHER:
        values = rows[column]
        differs = np.zeros(len(rows), np.bool_)
        earlier, later = values.slice(0, max(len(rows) - 1, 0)), values.slice(1)
        differs[1:] = np.asarray(pc.fill_null(pc.not_equal(later, earlier), False))
        message = "differs from the row above, which is of the same voucher"
        _note(rows, differs & ~starts, column, message, findings)


def _check_repeated(begun: pa.Table, seen: pa.Array, findings: Findings) -> None:
    keys = begun["key"].combine_chunks()
    is_repeated = np.array(pc.is_in(keys, value_set=seen))
    if pc.count_distinct(keys).as_py() < len(keys):
        codes = np.asarray(keys.dictionary_encode().indices)
        is_first = np.zeros(len(keys), np.bool_)
        is_first[np.unique(codes, return_index=True)[1]] = True
        is_repeated |= ~is_first
    message = "comes again after another voucher; its rows belong together"
    _note(begun, is_repeated, "number", message, findings)


def _count(rows: pa.Table, begun: pa.Table, totals: Totals) -> None:
    totals.pieces += 1
    totals.rows += len(rows)
    totals.vouchers += len(begun)
    totals.samples += pc.sum(pc.equal(rows["series"], SAMPLE)).as_py() or 0
    amounts = rows["amount"]
    totals.debit += (
        pc.sum(amounts.filter(pc.greater(amounts, pa.scalar(ZERO, amounts.type)))).as_py() or ZERO
    )
    for column, found in totals.objects.items():
        found.update(set(pc.unique(rows[column]).to_pylist()) - {""})


def _note(
    rows: pa.Table, is_wrong: np.ndarray, column: str, message: str, findings: Findings
) -> None:
    lines = np.asarray(rows["line"])[is_wrong]
    named = lines[:FINDINGS_KEPT].tolist()
    findings.add_rows(SECTION, named, message, column=column, more=len(lines) - len(named))
