"""A run's work on a unit: under that unit's lease, with that unit's rows."""

from __future__ import annotations

import pytest

from blocks.hub import Tenant
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit, UnitMismatch
from tasks.jobs import Job
from tasks.publish import publish_load
from tasks.reconcile import Judgement
from tasks.stage import StagedLoad
from tests.homes import opened_new
from tests.staged_units import facts, stage, voucher

ACME = Unit("acme", FiscalYear.parse("2024"))


@pytest.fixture
def stores(tmp_path, empty_hub):
    with opened_new(tmp_path, empty_hub) as stores:
        for tenant in ("acme", "bolt"):
            stores.hub.tenants.add(Tenant(tenant, tenant.title()))
        yield stores


@pytest.mark.parametrize(
    "other",
    [Unit("bolt", ACME.year), Unit("acme", FiscalYear.parse("2025"))],
    ids=["another tenant", "another year"],
)
def test_a_job_takes_no_lease_of_another_unit(stores, other):
    with (
        stores.hub.unit_lease(other.tenant, other.year, holder="me") as lease,
        pytest.raises(UnitMismatch, match=f"came for {other.tenant}/{other.year}, where acme 2024"),
    ):
        Job(stores, ACME, "run", lease)


def test_a_job_publishes_no_load_of_another_unit_and_notes_none(stores):
    staged = stage(
        stores.lake, voucher("A:1", ("1930", "5.00"), ("3001", "-5.00")), said=facts(year=2023)
    )
    with (
        stores.hub.unit_lease(ACME.tenant, ACME.year, holder="me") as lease,
        pytest.raises(UnitMismatch, match="Load 7 came for acme 2023, where acme 2024"),
    ):
        publish_load(Job(stores, ACME, "run", lease), StagedLoad(staged, "7"), Judgement([], []))

    assert stores.warehouse.tenants() == []
    assert stores.hub.units.of_tenant("acme") == []
