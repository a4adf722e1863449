"""What is published: one DuckDB file per tenant."""

from __future__ import annotations

from blocks.warehouse.warehouse import Warehouse

__all__ = ["Warehouse"]
