"""Amounts, dates and numbers of a SIE file, exactly from their text.

Each reader returns the value and the code of a bend (`ledger.sie.diagnostics`), empty when the
text is as the format says. A missing or unreadable value is None.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Final

AMOUNT_DECIMALS: Final = 2
AMOUNT_DIGITS: Final = 16
"""Digits before the point: decimal(18, 2) holds no more."""
QUANTITY_DECIMALS: Final = 6
QUANTITY_DIGITS: Final = 12

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
"""Years outside are slips of the pen, or a program's word for "no date"."""

EPOCH: Final = dt.date(1970, 1, 1)

_PLAIN: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]{1,2}))?", re.ASCII)
_IRREGULAR: Final = re.compile(r"([+-]?)([0-9]*)(?:[.,]([0-9]*))?", re.ASCII)
_DATE_FORMS: Final = (
    re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII),
    re.compile(r"(\d\d)(\d\d)(\d\d)", re.ASCII),
)
_PERIOD: Final = re.compile(r"(\d{4})(\d\d)", re.ASCII)


def read_amount(text: str) -> tuple[int | None, str]:
    """Read an amount as hundredths, debit positive.

    A decimal comma, a plus sign, a bare point and zeros beyond the second decimal are irregular but
    clear; thousands separators, exponents and a minus behind are not (SIE 4B §5.9).
    """
    text = text.strip(" \t")
    plain = _PLAIN.fullmatch(text)
    if plain and len(plain[2]) <= AMOUNT_DIGITS:
        value = int(plain[2] + (plain[3] or "").ljust(AMOUNT_DECIMALS, "0"))
        return (-value if plain[1] else value), ""
    return _irregular_amount(text) if text else (None, "amount_missing")


def _irregular_amount(text: str) -> tuple[int | None, str]:
    value = _scaled(text, decimals=AMOUNT_DECIMALS, digits=AMOUNT_DIGITS)
    return (None, value) if isinstance(value, str) else (value, "amount_form")


def _scaled(text: str, *, decimals: int, digits: int) -> int | str:
    """Read a number as an integer of ``10 ** -decimals``, or say why it cannot be."""
    match = _IRREGULAR.fullmatch(text)
    if not match or not (match[2] or match[3]):
        return "amount_unreadable"
    whole, fraction = match[2].lstrip("0"), (match[3] or "").rstrip("0")
    if len(whole) > digits:
        return "amount_too_large"
    if len(fraction) > decimals:
        return "amount_too_fine"
    value = int((whole or "0") + fraction.ljust(decimals, "0"))
    return -value if match[1] == "-" else value


@lru_cache(maxsize=4096)
def read_quantity(text: str) -> tuple[int | None, str]:
    """Read a quantity as millionths; none when the field is empty."""
    text = text.strip(" \t")
    if not text:
        return None, ""
    value = _scaled(text, decimals=QUANTITY_DECIMALS, digits=QUANTITY_DIGITS)
    return (None, "quantity_unreadable") if isinstance(value, str) else (value, "")


@lru_cache(maxsize=4096)
def read_date(text: str) -> tuple[dt.date | None, str]:
    """Read YYYYMMDD; also YYYY-MM-DD and YYMMDD, which are irregular. Empty text is no date."""
    text = text.strip(" \t")
    if not text:
        return None, ""
    if len(text) == 8 and text.isascii() and text.isdigit():
        value = _day(int(text[:4]), int(text[4:6]), int(text[6:]))
        return value, "" if value else "date_unreadable"
    for form in _DATE_FORMS:
        if match := form.fullmatch(text):
            year, month, day = map(int, match.groups())
            value = _day(year + _century(year), month, day)
            return value, "date_form" if value else "date_unreadable"
    return None, "date_unreadable"


def _century(year: int) -> int:
    """Two digits mean 1970 to 2069, as strptime has it; four mean themselves."""
    if year >= 100:
        return 0
    return 1900 if year >= 70 else 2000


def _day(year: int, month: int, day: int) -> dt.date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def read_period(text: str) -> dt.date | None:
    """Read a month YYYYMM as its first day."""
    match = _PERIOD.fullmatch(text.strip(" \t"))
    return _day(int(match[1]), int(match[2]), 1) if match else None


def days(date: dt.date) -> int:
    """Days since 1970-01-01, which is how Arrow keeps a date."""
    return (date - EPOCH).days
