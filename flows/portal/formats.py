"""How values are written on pages: amounts, days and moments, the same in every language.

A comma or a point as decimal sign, and blanks between thousands, are the reader's; the value is
exact. Moments are shown in the tenant's time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

NARROW: Final = "\N{NARROW NO-BREAK SPACE}"
MINUS: Final = "\N{MINUS SIGN}"


def amount(value: Decimal | None, language: str = "sv") -> str:
    """Write an amount with two decimals, or more when it has more; nothing for None."""
    if value is None:
        return ""
    places = max(2, -int(value.as_tuple().exponent))
    text = f"{abs(value):,.{places}f}".replace(",", NARROW)
    if language != "en":
        text = text.replace(".", ",")
    return f"{MINUS}{text}" if value < 0 else text


def moment(value: dt.datetime | None, time_zone: str = "Europe/Stockholm") -> str:
    """Write a moment to the minute, where the tenant is."""
    return f"{value.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}" if value else ""


def count(value: int) -> str:
    """Write a count with blanks between thousands."""
    return f"{value:,}".replace(",", NARROW)


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "amount": amount,
    "moment": moment,
    "count": count,
}
