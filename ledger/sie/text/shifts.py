"""Numbers and dates that a blank parts: ``1 000.00`` is two fields, and all behind it are shifted.

What such a line says cannot be told for sure, so it is damage and never a number. Only bare fields
can be parted; one in quotation marks says where it ends (SIE 4B §5.7).
"""

from __future__ import annotations

import re
from typing import Final

from ledger.sie.text.tokenizer import Record
from ledger.sie.text.values import read_date

_UNFINISHED: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]?)?", re.ASCII)
"""An amount that could go on: fewer than two decimals."""
_REST: Final = re.compile(r"[.,]?[0-9][0-9.,]*(?:-|:-|kr|sek)?", re.ASCII | re.IGNORECASE)
"""What can only be the rest of an amount where a date is expected."""
_DATE_LIKE: Final = re.compile(r"[0-9]{6}|[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
"""A date, if perhaps one that does not exist."""

_THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2} [0-9]{3}(?:[.,][0-9]*)?\D*", re.ASCII)
_POINT: Final = re.compile(r"[+-]?[0-9]+(?: [.,]|[.,] )[0-9]+\D*", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"[0-9]{4} [0-9]{1,2} [0-9]{1,2}", re.ASCII)

_SIGNS: Final = ("-", "+")
"""Of an amount, if they come behind it."""


def shifted_row(record: Record) -> str:
    """Name the field of a #TRANS, #RTRANS or #BTRANS that a blank parts; empty when none is."""
    amount, date = record.get(1), record.get(2)
    if _is_rest(amount, date) and _are_bare(record, 1, 2):
        return "amount"
    if is_parted_date(record, 2):
        return "date"
    return "quantity" if is_parted_number(record, 4) else ""


def shifted_balance(record: Record, amount: int) -> str:
    """Name the field of a balance that a blank parts, its amount being the field `amount`.

    A quantity may follow the amount, so only what is written as one number is held for one.
    """
    if is_parted_number(record, amount):
        return "amount"
    if record.get(amount + 1) in _SIGNS and _are_bare(record, amount, amount + 1):
        return "amount"
    return "quantity" if is_parted_number(record, amount + 1) else ""


def is_parted_number(record: Record, index: int) -> bool:
    """Return whether a field and the next are one number: groups of three, or around the point."""
    both = f"{record.get(index)} {record.get(index + 1)}"
    parted = _THOUSANDS.fullmatch(both) or _POINT.fullmatch(both)
    return bool(parted) and _are_bare(record, index, index + 1)


def is_parted_date(record: Record, index: int) -> bool:
    """Return whether a field and the next two are one date, the year first."""
    fields = " ".join(record.get(place) for place in range(index, index + 3))
    return bool(_YEAR_FIRST.fullmatch(fields)) and _are_bare(record, index, index + 2)


def _is_rest(amount: str, date: str) -> bool:
    if date in _SIGNS:
        return True
    if read_date(date)[0] or _DATE_LIKE.fullmatch(date):
        return False
    return bool(_REST.fullmatch(date) and _UNFINISHED.fullmatch(amount))


def _are_bare(record: Record, first: int, last: int) -> bool:
    """Return whether some neighbouring fields stand in the line as they are, parted by blanks."""
    fields = " ".join(record.get(place) for place in range(first, last + 1))
    line = record.text.replace("\t", " ").replace("}", "} ")
    return f" {fields} " in f" {' '.join(filter(None, line.split(' ')))} "
