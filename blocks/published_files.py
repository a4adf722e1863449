"""The published books of all tenants at first sight, for whoever must not load an engine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from blocks.books_files import GONE, file_of, first_sight, read_fence
from blocks.database_address import without_password
from blocks.settings import settings

DAMAGED: Final = "the published rows are damaged: {}"
"""How a unit's status says it; what was found follows."""

FENCE_DAMAGED: Final = "nothing is loaded, since the fence of overtaken runs {}"
"""The same of a tenant whose books are well."""


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
