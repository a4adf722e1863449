"""Kinds of fields of an invoice: exact decimals, texts of one line, codes, with their limits."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from ledger.text import visible

PRICE_DECIMALS: Final = 5
"""Most decimals of a price or quantity that any target takes (R-FEN-17)."""
PRICE_DIGITS: Final = 14
PERCENT_DECIMALS: Final = 3
NAME_CHARS: Final = 140
TEXT_CHARS: Final = 4_000


class Value(BaseModel):
    """A part of an invoice. A field that is not known is refused: it is likely mistyped."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def plain(number: Decimal) -> Decimal:
    """Return a number without zeros behind its point, so that equal numbers are one text."""
    return number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize()


def exact(number: Any) -> Any:
    """Return a number as it came; a binary fraction is refused, since nobody knows its decimal."""
    if isinstance(number, float | bool):
        raise ValueError("a binary fraction is no exact number: write it as text or as a decimal")  # noqa: TRY004 - pydantic turns this into a finding
    return number


def _day(day: Any) -> Any:
    is_text = isinstance(day, str) and _DAY.fullmatch(day.strip())
    if not is_text and (not isinstance(day, dt.date) or isinstance(day, dt.datetime)):
        raise ValueError("no day; write it like 2026-01-31")
    return day


def _one_line(text: str) -> str:
    if text != visible(text):
        raise ValueError("holds a line break or a control character")
    return text


def _no_controls(text: str) -> str:
    if any(line != visible(line) for line in text.splitlines()):
        raise ValueError("holds a control character")
    return text


_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_AsText = {"type": "string", "pattern": r"^-?\d{1,9}(\.\d{1,5})?$"}

Number = Annotated[
    Decimal,
    BeforeValidator(exact),
    Field(max_digits=PRICE_DIGITS, decimal_places=PRICE_DECIMALS),
    AfterValidator(plain),
    WithJsonSchema({"anyOf": [_AsText, {"type": "number"}]}),
]
"""A price or a quantity: at most five decimals, negative where a credit or a deduction is meant."""

Percent = Annotated[
    Decimal,
    BeforeValidator(exact),
    Field(ge=0, le=100, decimal_places=PERCENT_DECIMALS),
    AfterValidator(plain),
    WithJsonSchema({"anyOf": [_AsText, {"type": "number"}]}),
]
"""Per cent, 0 to 100: 25.5 is twenty-five and a half."""

Line = Annotated[str, Field(max_length=NAME_CHARS), AfterValidator(_one_line)]
"""A text of one line; empty when there is none."""

Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARS), AfterValidator(_one_line)]
Text = Annotated[str, Field(max_length=TEXT_CHARS), AfterValidator(_no_controls)]
"""A text that may have several lines."""

Day = Annotated[dt.date, BeforeValidator(_day)]
"""A day, as text like 2026-01-31: not a moment, and no number of seconds."""

CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2: FI, SE."""

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217: EUR, SEK."""
