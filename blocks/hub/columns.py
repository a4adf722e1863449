"""Column types that give back exactly what was stored: UTC times, decimals as text, words."""
# ruff: noqa: ARG002 - SQLAlchemy gives these methods a dialect, wanted or not

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import DateTime, Dialect, Enum, String
from sqlalchemy.types import TypeDecorator

DECIMAL_CHARS = 64
"""Longest stored decimal, sign and point included."""


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment: aware in Python, UTC in the database.

    SQLite keeps no time zone, so the value is stored as UTC and marked as such when read. A time
    without a zone is refused: it would silently be taken for UTC.
    """

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn an aware time into UTC without a mark."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone. Give a time that has one, such as UTC.")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Mark what was read as UTC."""
        return None if value is None else value.replace(tzinfo=dt.UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept as its text, since SQLite's NUMERIC is a float; scale and sign survive."""

    impl = String(DECIMAL_CHARS)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Write the plain digits; anything but a finite Decimal is refused."""
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise TypeError(f"{value!r} is not a finite Decimal. Amounts are never floats here.")
        return f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Read the digits back."""
        return None if value is None else Decimal(value)


def words(kind: type[StrEnum]) -> Enum:
    """Store the words of `kind` as text.

    The database holds no list of the allowed ones, so that a new word needs no migration.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
