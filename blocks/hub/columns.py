"""Column types that give back exactly what was stored, in SQLite and PostgreSQL alike.

What differs between the two in a column is here and nowhere else.
"""
# ruff: noqa: ARG002 - SQLAlchemy gives these methods a dialect, wanted or not

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

DECIMAL_CHARS = 64
"""Longest stored decimal, sign and point included."""


POSTGRESQL: Final = "postgresql"

_BYTEWISE: Final = Text(collation="C")
"""Text that PostgreSQL sorts by its bytes, as SQLite and Python do, whatever the server's language.

Without a length, which SQLite does not hold anybody to either.
"""

TEXT: Final = Text().with_variant(_BYTEWISE, POSTGRESQL)
"""Text of any length."""

INTEGER: Final = Integer().with_variant(BigInteger(), POSTGRESQL)
"""A whole number of 64 bits: SQLite's integers have as many as they need."""


def chars(length: int) -> String:
    """Return the type of text with a longest length in characters, which its writers keep to."""
    return String(length).with_variant(_BYTEWISE, POSTGRESQL)


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment: aware in Python, UTC in the database.

    SQLite keeps no time zone, so the value is stored as UTC and marked as such when read;
    PostgreSQL keeps the moment. A time without a zone is refused: it would silently be taken for
    UTC.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Let PostgreSQL keep the moment itself."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == POSTGRESQL))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn an aware time into UTC, without a mark where none is kept."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone. Give a time that has one, such as UTC.")
        utc = value.astimezone(dt.UTC)
        return utc if dialect.name == POSTGRESQL else utc.replace(tzinfo=None)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Mark what was read as UTC."""
        if value is None or value.tzinfo is None:
            return None if value is None else value.replace(tzinfo=dt.UTC)
        return value.astimezone(dt.UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept as its text, since SQLite's NUMERIC is a float; scale and sign survive."""

    impl = chars(DECIMAL_CHARS)
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
    bytewise = _words(kind)
    bytewise.collation = _BYTEWISE.collation
    return _words(kind).with_variant(bytewise, POSTGRESQL)


def _words(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
