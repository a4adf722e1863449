"""Which warehouse the settings name."""

from __future__ import annotations

from blocks.settings import Settings
from blocks.warehouse.in_files import FileWarehouse
from blocks.warehouse.warehouse import Warehouse


def warehouse_of(chosen: Settings) -> Warehouse:
    """Return the warehouse that settings name; nothing is opened yet.

    Raises:
        WarehouseUnusable: Its address is none, or the driver is not installed.
    """
    if not chosen.warehouse_url:
        return FileWarehouse(chosen.warehouse)
    from blocks.warehouse.postgresql.server import server_at  # noqa: PLC0415 - few have it
    from blocks.warehouse.postgresql.warehouse import ServerWarehouse  # noqa: PLC0415 - as above

    return ServerWarehouse(server_at(chosen.warehouse_url), spill=chosen.warehouse / "laid-out")
