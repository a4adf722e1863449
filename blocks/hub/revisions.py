"""Which schema a hub has, and whether this code may work with it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from blocks.hub.errors import HubNewer, HubOlder

MIGRATIONS: Final = Path(__file__).parent / "migrations"

REVISIONS: Final = tuple(
    sorted(
        path.stem.removeprefix("v").partition("_")[0]
        for path in (MIGRATIONS / "versions").glob("v*.py")
    )
)
"""Revisions this code knows, oldest first; a test holds them against Alembic's own reading."""

HEAD: Final = REVISIONS[-1]


def revision_of(connection: Connection) -> str | None:
    """Return the schema revision that the hub has, None when it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("select version_num from alembic_version")).scalar()
    return None if found is None else str(found)


def refuse_newer(found: str | None, *, path: str) -> None:
    """Raise `HubUnusable` when a later version of the program made this schema."""
    if found is not None and found not in REVISIONS:
        raise HubNewer(path=path, found=found, known=HEAD)


def require_current(connection: Connection, *, path: str) -> None:
    """Raise `HubUnusable` unless the hub has exactly the schema this code was written for."""
    found = revision_of(connection)
    refuse_newer(found, path=path)
    if found != HEAD:
        raise HubOlder(path=path, found=found or "none", needed=HEAD)
