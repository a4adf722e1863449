"""Reading what Procountor answers: one or several, numbers as text, versions in three spellings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def rows_in(value: Any) -> list[Mapping[str, Any]]:
    """Return objects, whether one came alone or several as a list."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, Mapping)]


def decimal_of(value: Any) -> Decimal:
    """Return a number; zero of what is none."""
    try:
        return Decimal(str(value)) if value not in (None, "") else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def number_of(value: Any) -> int:
    """Return a whole number that may have come as text; zero of what is none."""
    text = str(value if value is not None else "").strip()
    return int(text) if text.isdigit() else 0


def text_in(value: Any, *path: str) -> str:
    """Return the text at a path of nested objects; empty where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def moment(text: Any) -> dt.datetime | None:
    """Return a date with time, seen with and without milliseconds and ``Z``; None of anything else.

    It has no zone: what the server wrote is only ever compared with what the server wrote.
    """
    try:
        return dt.datetime.fromisoformat(str(text).removesuffix("Z")).replace(
            tzinfo=None, microsecond=0
        )
    except ValueError:
        return None


def same_version(one: Any, other: Any) -> bool:
    """Return whether two versions are one, however they are spelled."""
    first, second = moment(one), moment(other)
    return first == second if first and second else str(one) == str(other)


def gross_in(invoice: Mapping[str, Any], currency: str) -> Decimal | None:
    """Return the total of an invoice in its own currency; None where it does not say it."""
    for found in rows_in(invoice.get("invoiceSumInfo")):
        if found.get("currency") == currency and found.get("invoiceSumTotal") is not None:
            return decimal_of(found["invoiceSumTotal"])
    return None
