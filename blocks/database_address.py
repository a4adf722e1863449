"""What kind of database an address is of, without opening it."""

from __future__ import annotations

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError


def kind_of(url: str) -> str | None:
    """Return the kind of database (``sqlite``, ``postgresql``), None when it is no address."""
    try:
        return str(make_url(url).get_dialect().name)
    except (SQLAlchemyError, ValueError):
        return None
