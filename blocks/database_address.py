"""What an address of a database says, without opening it."""

from __future__ import annotations

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError


def kind_of(url: str) -> str | None:
    """Return the kind of database (``sqlite``, ``postgresql``), None when it is no address."""
    try:
        return str(make_url(url).get_dialect().name)
    except (SQLAlchemyError, ValueError):
        return None


def without_password(url: str) -> str:
    """Return an address for people; empty when it is none."""
    try:
        return make_url(url).set(password=None, query={}).render_as_string() if url else ""
    except (SQLAlchemyError, ValueError):
        return ""
