"""Amounts and counts as their readers write them: a narrow blank between thousands."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

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


def count(value: int) -> str:
    """Write a count with blanks between thousands."""
    return f"{value:,}".replace(",", NARROW)
