"""Somebody is told once of a tenant whose last good load has become too old."""

from __future__ import annotations

import datetime as dt

from blocks.hub import Hub, Tenant, UnitState
from flows.overview import newly_stale, overview_rows
from ledger.fiscal_year import FiscalYear

YEAR = FiscalYear.parse("2025")


def publish(tmp_path, age):
    """Publish the tenant's year some time ago."""
    at = dt.datetime.now(dt.UTC) - age
    with Hub(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}", clock=lambda: at) as hub:
        hub.migrate()
        if hub.tenants.find("acme") is None:
            hub.tenants.add(Tenant("acme", "Acme AB", has_schedule=True))
        for state in (UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED):
            hub.units.set_status("acme", YEAR, state)


def test_a_stale_tenant_is_told_of_once_for_each_time_it_falls_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    publish(tmp_path, dt.timedelta(hours=27))
    told = [[row.tenant for row in newly_stale(overview_rows())] for _ in range(2)]
    publish(tmp_path, dt.timedelta())

    assert [["acme"], []] == told
    assert [] == newly_stale(overview_rows())
