"""What is published: in one DuckDB file per tenant."""

from __future__ import annotations

from blocks.warehouse.choice import warehouse_of
from blocks.warehouse.in_files import FileWarehouse
from blocks.warehouse.warehouse import Warehouse

__all__ = ["FileWarehouse", "Warehouse", "warehouse_of"]
