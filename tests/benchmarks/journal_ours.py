"""A journal file's whole way, as `tasma import` goes it, phase by phase."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from blocks.hub import Hub, Tenant
from blocks.lake import Lake
from blocks.warehouse import FileWarehouse
from flows.cli.local import import_here
from tasks.stores import Stores


def take_in(path: str, home: str) -> Callable[[], dict[str, Any]]:
    """Land a file, read and stage it, ask all controls, publish it."""
    folder = Path(home)
    folder.mkdir(parents=True)
    hub = Hub(f"sqlite:///{folder / 'hub.sqlite'}").migrate()
    hub.tenants.add(Tenant("journal", "Provkund AB", "5599900015"))
    stores = Stores(hub, Lake(folder / "lake"), FileWarehouse(folder / "warehouse"))

    def work() -> dict[str, Any]:
        found = import_here(stores, "journal", Path(path), dry_run=False, watch=lambda _step: None)
        results = found if isinstance(found, list) else [found]
        (unit,) = hub.units.of_tenant("journal")
        assert unit.status == "published", [item.message for item in results]
        return {"postings": unit.posting_count, "vouchers": unit.voucher_count}

    return work
