"""Which warehouse the settings name."""

from __future__ import annotations

from blocks.settings import Settings
from blocks.warehouse.in_files import FileWarehouse
from blocks.warehouse.warehouse import Warehouse


def warehouse_of(chosen: Settings) -> Warehouse:
    """Return the warehouse that settings name; nothing is opened yet."""
    return FileWarehouse(chosen.warehouse)
