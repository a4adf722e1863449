"""Tenants' published files at first sight, for whoever must not load the engine that reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from blocks.database_address import without_password
from blocks.settings import settings

MAGIC_AT: Final = 8
MAGIC: Final = b"DUCK"
"""What stands in a DuckDB file behind a sum of 8 bytes."""

DAMAGED: Final = "the published rows are damaged: {}"
"""How a unit's status says it; what was found follows."""

GONE: Final = "nothing of them is there"
"""What is wrong with books in a server that are not there."""

FENCE_DAMAGED: Final = "nothing is loaded, since the fence of overtaken runs {}"
"""The same of a tenant whose books are well."""


def file_of(root: Path, tenant: str) -> Path:
    """Return where what is published of a tenant lies in a warehouse."""
    return root / f"{tenant}.duckdb"


def published_tenants() -> list[str]:
    """Return the tenants of whom something is published in the warehouse of the settings."""
    chosen = settings()
    if chosen.warehouse_url:
        from blocks.warehouse.choice import warehouse_of  # noqa: PLC0415 - which loads the engine

        return warehouse_of(chosen).tenants()
    return sorted(path.stem for path in chosen.warehouse.glob("*.duckdb"))


def published_in() -> str:
    """Return where the warehouse of the settings is, without a password."""
    chosen = settings()
    return without_password(chosen.warehouse_url) or str(chosen.warehouse)


def fence_of(root: Path, tenant: str) -> Path:
    """Return where it lies which run acted last on each year of a tenant."""
    return root / f"{tenant}.fence.json"


def damage_at_first_sight(tenants: Iterable[str]) -> dict[str, str]:
    """Say what is wrong with the files of published tenants in the warehouse of the settings.

    By tenant, that is what `first_sight` finds, else what is wrong with its fence; a tenant of
    whom nothing is wrong is left out. In a server it is whether they are there.
    """
    if settings().warehouse_url:
        known = set(published_tenants())
        return {tenant: DAMAGED.format(GONE) for tenant in tenants if tenant not in known}
    root = settings().warehouse
    return {tenant: found for tenant in tenants if (found := _damage(root, tenant))}


def _damage(root: Path, tenant: str) -> str:
    if finding := first_sight(file_of(root, tenant)):
        return DAMAGED.format(finding)
    finding, _ = read_fence(root, tenant)
    return FENCE_DAMAGED.format(finding) if finding else ""


def read_fence(root: Path, tenant: str) -> tuple[str, dict[str, int]]:
    """Return what is wrong with a tenant's fence, and the highest token of each of its years.

    There is one wherever there are published books, since it is written before them.
    """
    try:
        read = json.loads(fence_of(root, tenant).read_bytes())
    except FileNotFoundError:
        return ("is gone" if file_of(root, tenant).exists() else ""), {}
    except ValueError:  # no JSON, or not even text
        return "cannot be read", {}
    if not isinstance(read, dict) or not all(type(token) is int for token in read.values()):
        return "cannot be read", {}
    return "", read


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
