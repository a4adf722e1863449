"""One night of tenants in Fortnox, Fennoa and Procountor, beside one that sends files."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack

import pytest

from blocks.http import CallRefused
from blocks.hub import Tenant
from ledger.fiscal_year import FiscalYear
from simulators.fennoa import Ledger
from tests.harnesses import fennoa, procountor
from tests.homes import add_sharing
from tests.nights import tenants_of

NIGHT = dt.date(2025, 12, 3)


@pytest.fixture
def all_systems(house, connected, monkeypatch):
    """Give a tenant in each system, pulled once and approved, and the harness of two of them."""
    hub = house.stores.hub
    monkeypatch.setenv("TASMA_HUB_URL", f"sqlite:///{hub.database.file.path}")
    swedish = connected(defined=("2025",), schedule=True)
    hub.tenants.add(Tenant("files", "Files AB"))
    with ExitStack() as stack:
        there = {
            "fennoa": stack.enter_context(fennoa.opened(monkeypatch)),
            "procountor": stack.enter_context(procountor.opened(monkeypatch)),
        }
        there["fennoa"].simulator.company(fennoa.USER).ledger = Ledger(fennoa.COMPANY)
        for name, harness in there.items():
            zone = {"time_zone": "Europe/Helsinki", "country": "FI", "currency": "EUR"}
            add_sharing(hub, Tenant(name, name, harness.number, has_schedule=True, **zone))
            hub.years.define(name, FiscalYear.parse("2025"))
            harness.connect(hub, name)
        for tenant in (swedish.tenant, *there):
            assert "Published" == house.pull(tenant)[0]
        yield swedish, there


def test_each_zones_night_has_its_tenants_and_those_of_files_have_none(all_systems):
    swedish, there = all_systems

    assert [swedish.tenant] == tenants_of("Europe/Stockholm")
    assert sorted(there) == tenants_of("Europe/Helsinki")


def test_every_systems_tenant_gets_what_changed_and_one_that_fails_stops_no_other(
    house, all_systems
):
    swedish, there = all_systems
    swedish.there.edit(changed=[("B", 3)])
    there["fennoa"].books.edit(changed=[("IN", 3)])
    lost = {"salaries.payroll": "NO_ACCESS"}
    there["procountor"].acts.set_rights(**lost)

    ends = {tenant: house.pull(tenant, night=NIGHT) for tenant in (swedish.tenant, "fennoa")}
    with pytest.raises(CallRefused, match="payroll"):
        house.pull("procountor", night=NIGHT)
    there["procountor"].acts.set_rights(**{"salaries.payroll": "ALL_RIGHTS"})
    later = house.pull("procountor", night=NIGHT)

    assert {"Published"} == {end for end, _ in ends.values()}, ends
    assert all("changed: 1" in message for _, message in ends.values())
    assert "Unchanged" == later[0], later[1]
