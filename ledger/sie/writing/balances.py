"""Balances: those of the ledger and those that the source reported (SIE 4B §5.12, group 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger.sie.writing.fields import TEXT, Strings, amount, code, month, quantity, records, strings
from ledger.sie.writing.objects import of_balances

PLAIN: Final = {"opening": "#IB", "closing": "#UB", "result": "#RES"}
OF_OBJECT: Final = {"opening_object": "#OIB", "closing_object": "#OUB"}
OF_MONTH: Final = {"period": "#PSALDO", "budget": "#PBUDGET"}

_BALANCE: Final = ["account_number", "amount", "quantity"]


def write_balances(opening: pa.Table, reported: pa.Table) -> Iterator[Strings]:
    """Write the year's opening balances, then all that the source reported.

    The year's #IB come from `opening`, so what `reported` says of them is not written again.
    Where a source gave only the #UB of the year before, they open the year, and no #IB is made
    up (SIE 4B §5.16).
    """
    is_opening = pc.and_(
        pc.equal(reported["balance_kind"], "opening"), pc.equal(reported["year_offset"], 0)
    )
    if pc.any(is_opening).as_py() or not _opens_from_closing(opening, reported):
        yield _plain("#IB", pa.repeat(pa.scalar("0", TEXT), len(opening)), opening)
    rest = reported.filter(pc.invert(is_opening))
    for kind, label in PLAIN.items():
        rows = _of_kind(rest, kind)
        yield _plain(label, _years(rows), rows)
    for kind, label in OF_OBJECT.items():
        rows = _of_kind(rest, kind)
        yield _of_objects(label, [_years(rows)], rows)
    for kind, label in OF_MONTH.items():
        rows = _of_kind(rest, kind)
        yield _of_objects(label, [_years(rows), month(_array(rows, "period"))], rows)


def _opens_from_closing(opening: pa.Table, reported: pa.Table) -> bool:
    closing = _of_kind(reported, "closing")
    before = closing.filter(pc.equal(closing["year_offset"], -1)).select(_BALANCE)
    order = [(name, "ascending") for name in _BALANCE]
    return bool(opening.select(_BALANCE).sort_by(order).equals(before.sort_by(order)))


def _of_kind(reported: pa.Table, kind: str) -> pa.Table:
    return reported.filter(pc.equal(reported["balance_kind"], kind))


def _years(rows: pa.Table) -> Strings:
    return strings(rows["year_offset"])


def _array(rows: pa.Table, name: str) -> pa.Array:
    return rows[name].combine_chunks()


def _plain(label: str, years: Strings, rows: pa.Table) -> Strings:
    """Write year account amount quantity."""
    return records(
        label,
        years,
        code(strings(rows["account_number"])),
        amount(_array(rows, "amount")),
        optional=[quantity(_array(rows, "quantity"))],
    )


def _of_objects(label: str, before: list[Strings], rows: pa.Table) -> Strings:
    """Write year (month) account {objects} amount quantity."""
    return records(
        label,
        *before,
        code(strings(rows["account_number"])),
        of_balances(strings(rows["dimension_number"]), strings(rows["object_number"])),
        amount(_array(rows, "amount")),
        optional=[quantity(_array(rows, "quantity"))],
    )
