"""The rows of an invoice in Fennoa, held against those that were sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

FIELD: Final = re.compile(r"row\[(\d+)\]\[(\w+)\]")
FIGURES: Final = ("price", "quantity", "vatpercent", "discount_percent")
"""Fields of a row that make its sums; others may be edited there, and are not looked at."""


def differing_rows(there: Sequence[Any], form: Mapping[str, str]) -> Iterator[str]:
    """Say in what rows differ: how many there are, and the figures of each by its place.

    Rows of text have no figures. A figure that Fennoa does not give back says nothing.
    """
    sent, found = rows_of(form), [_figures(one) for one in there if isinstance(one, dict)]
    if not found:
        return  # they were not given back at all
    found = [one for one in found if "price" in one]
    if len(found) != len(sent):
        yield f"{len(found)} rows with a price there, {len(sent)} sent"
        return
    for place, (one, other) in enumerate(zip(found, sent, strict=True), start=1):
        for name, value in other.items():
            if name in one and one[name] != value:
                yield f"row {place}: {name} {one[name]} there, {value} sent"


def rows_there(body: Mapping[str, Any]) -> list[Any]:
    """Return the rows of an invoice that was read; empty when it has none to show."""
    found = body.get("data")
    rows = found.get("SalesInvoiceRow") if isinstance(found, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def rows_of(form: Mapping[str, str]) -> list[dict[str, Decimal]]:
    """Return the figures of the rows that a form has, without rows of text."""
    rows: dict[int, dict[str, Any]] = {}
    for field, value in form.items():
        if named := FIELD.fullmatch(field):
            rows.setdefault(int(named[1]), {})[named[2]] = value
    return [_figures(row) for _, row in sorted(rows.items()) if "price" in row]


def _figures(row: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: figure for name in FIGURES if (figure := _decimal(row.get(name))) is not None}


def _decimal(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
