"""A first pull of a Procountor year on the way of all pulls, from recorded answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blocks.hub import Tenant
from ledger.fiscal_year import FiscalYear
from tests.benchmarks.procountor_recorded import books
from tests.faults.puller import pulled
from tests.harnesses import procountor as harness
from tests.homes import opened

YEAR = FiscalYear.parse("2025")


def pull(url: str, home: str, receipts: int) -> Callable[[], dict[str, Any]]:
    """Connect a tenant untimed, and pull its year."""
    folder = Path(home)
    folder.mkdir(parents=True)
    harness.lead(pytest.MonkeyPatch(), f"{url}/api")
    number = books(receipts).organisation_number
    with opened(folder) as stores:
        stores.hub.migrate()
        tenant = Tenant("acme", "Acme Oy", number, country="FI", currency="EUR")
        stores.hub.tenants.add(tenant)
        stores.hub.years.define("acme", YEAR)
        harness.connection(stores.hub, "acme")

    def work() -> dict[str, Any]:
        with opened(folder) as stores:
            state = pulled(stores, "acme")
            record = stores.warehouse.load_record("acme", YEAR)
            return {"state": state, "vouchers": record.voucher_count if record else 0}

    return work
