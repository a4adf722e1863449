"""One field of an answer: read right whatever loose type it came as, or refused by its name.

Nothing is guessed: a string that says ``false`` is false, one that says ``maybe`` is refused. In
place of a value that the company has no right to, Fortnox writes a mark (`NO_RIGHT`): it is a
string like any other, so every reader here looks for it.

Source:
    zenta-ab/fortnox.NET, NoRightValueConverter: ``API_NORIGHT`` stands where a value should be when
    the customer lacks the licence of a feature.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any, Final

Row = dict[str, Any]

NO_RIGHT: Final = re.compile(
    r"(?:API[_-]?)?NO[_-]?RIGHTS?|API[_-]?NO[_-]?(?:ACCESS|PERMISSION|LICEN[CS]E)S?",
    re.IGNORECASE | re.ASCII,
)
"""The mark of a missing right; with ``API_`` also such as may be written beside the one seen."""

WORD: Final = re.compile(r"\S{1,64}")
DIGITS: Final = re.compile(r"\d{1,18}", re.ASCII)
CODE: Final = re.compile(r"[0-9A-Za-zÅÄÖåäö][0-9A-Za-zÅÄÖåäö_-]{0,31}")
"""What may pass for a code, known or not."""

DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
AMOUNT: Final = re.compile(r"[+-]?(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,]\d+)?", re.ASCII)
"""Digits, grouped by three with blanks or not at all, and a decimal point or comma."""

AMOUNT_DIGITS: Final = 16
"""Most digits before the decimal point (`ledger.money.MONEY`)."""

HUNDREDTH: Final = Decimal("0.01")

FLAGS: Final = {"true": True, "false": False, "1": True, "0": False}


class UnexpectedField(ValueError):
    """A field holds something else than documented. `name`: which; never its value."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"its field {name} {problem}")


class NoRight(Exception):
    """A field holds the mark of a missing right. `name`: which."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def given(row: Row, name: str) -> Any:
    """Return what the field holds, None without one.

    Raises:
        NoRight: It holds the mark of a missing right.
    """
    value = row.get(name)
    if isinstance(value, str) and NO_RIGHT.fullmatch(value.strip()):
        raise NoRight(name)
    return value


def record(row: Row, name: str) -> Row:
    """Return the object in a field, which must be there."""
    value = _there(row, name)
    if not isinstance(value, dict):
        raise UnexpectedField(name, "is no object")
    return value


def records(row: Row, name: str) -> list[Row]:
    """Return the list of objects in a field, which must be there."""
    value = _there(row, name)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise UnexpectedField(name, "is no list of objects")
    return value


def text(row: Row, name: str) -> str:
    """Return free text, empty when there is none; a number is taken as it is written."""
    value = given(row, name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise UnexpectedField(name, "is no text")


def word(row: Row, name: str) -> str:
    """Return what something is known by, a text without blanks or a whole number; as text."""
    value = _there(row, name)
    found = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(found, str) or not WORD.fullmatch(found):
        raise UnexpectedField(name, "is neither a word nor a whole number")
    return found


def whole(row: Row, name: str) -> int:
    """Return a whole number of 0 or more, which may have come as text."""
    found = word(row, name)
    if not DIGITS.fullmatch(found):
        raise UnexpectedField(name, "is no whole number")
    return int(found)


def number_in_words(row: Row, name: str) -> str:
    """Return a whole number as text, such as that of an account."""
    return str(whole(row, name))


def code(row: Row, name: str) -> str | None:
    """Return a code, whether anybody here knows it or not; None without one."""
    value = given(row, name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise UnexpectedField(name, "is no code")
    return value


def flag(row: Row, name: str) -> bool:
    """Return yes or no, also when it came as text or 0 and 1; no when there is nothing."""
    value = given(row, name)
    if value is None or isinstance(value, bool):
        return bool(value)
    found = FLAGS.get(str(value).lower()) if isinstance(value, str | int) else None
    if found is None:
        raise UnexpectedField(name, "is neither true nor false")
    return found


def date(row: Row, name: str) -> dt.date:
    """Return a date written 2025-01-31."""
    value = _there(row, name)
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise UnexpectedField(name, "is no date such as 2025-01-31")
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise UnexpectedField(name, "is a day that no calendar has") from None


def amount(row: Row, name: str) -> Decimal | None:
    """Return an amount in any of the forms seen: number, text, Swedish text (``1 713,94``).

    None when there is none. One of more than two decimals is refused, never rounded.
    """
    value = given(row, name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and AMOUNT.fullmatch(value.strip()):
        value = Decimal("".join(value.split()).replace(",", "."))
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise UnexpectedField(name, "is no amount")
    found = Decimal(value)
    if found.adjusted() >= AMOUNT_DIGITS or found != found.quantize(HUNDREDTH):
        raise UnexpectedField(name, "is no amount of at most 16 digits and two decimals")
    return found


def _there(row: Row, name: str) -> Any:
    value = given(row, name)
    if value is None:
        raise UnexpectedField(name, "is missing")
    return value
