"""Tenants' published files at first sight, for whoever must not load the engine that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from blocks.settings import settings

MAGIC_AT: Final = 8
MAGIC: Final = b"DUCK"
"""What stands in a DuckDB file behind a sum of 8 bytes."""

DAMAGED: Final = "the published rows are damaged: {}"
"""How a unit's status says it; what was found follows."""


def file_of(root: Path, tenant: str) -> Path:
    """Return where what is published of a tenant lies in a warehouse."""
    return root / f"{tenant}.duckdb"


def damage_at_first_sight(tenant: str) -> str:
    """Say what is wrong with a tenant's file in the warehouse of the settings (`first_sight`).

    A tenant of whom nothing was published has no file either: the hub knows.
    """
    return first_sight(file_of(settings().warehouse, tenant))


def first_sight(path: Path) -> str:
    """Say what is wrong with a file as its first bytes show it; empty when nothing is.

    Cheap enough to be asked about every tenant. Damage further in shows when it is read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(MAGIC_AT + len(MAGIC))
    except FileNotFoundError:
        return "the file is gone"
    except OSError as problem:
        return f"the file cannot be opened: {problem.strerror}"
    return "" if head[MAGIC_AT:] == MAGIC else "the file is no database any more"
