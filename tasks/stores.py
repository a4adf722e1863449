"""Where a pipeline keeps things: the hub, the lake and the warehouse of the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from blocks.hub import Hub, opened
from blocks.lake import Lake, lake_of
from blocks.places import places_of
from blocks.settings import settings
from blocks.warehouse import Warehouse, warehouse_of


@dataclass(frozen=True)
class Stores:
    """The three stores that a step may need."""

    hub: Hub
    lake: Lake
    warehouse: Warehouse


@contextmanager
def open_stores() -> Iterator[Stores]:
    """Open the stores that the settings name, the hub with its schema up to date.

    Raises:
        HostsApart: Other machines work on the hub, and keep what they land or publish elsewhere.
    """
    chosen = settings()
    with Hub(chosen.hub_url) as hub:
        lake = lake_of(chosen, is_tenant=hub.tenants.has, prunes=lambda: hub.lake_prunes)
        stores = Stores(opened(hub), lake, warehouse_of(chosen))
        hub.hosts.require_together(chosen.host_name, lambda: places_of(chosen))
        yield stores
