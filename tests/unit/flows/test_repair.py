"""The hub is brought in line with the warehouse after a crash between the two."""

from __future__ import annotations

import pytest

from blocks.hub import Hub, Tenant, UnitState
from blocks.lake import Lake
from blocks.warehouse import FileWarehouse
from ledger.fiscal_year import FiscalYear
from tasks.repair import remove_leftovers, repair_statuses
from tests.staged_units import stage, voucher

YEAR = FiscalYear.parse("2024")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """Have a unit published in the warehouse, of which the hub heard no more than the beginning."""
    for name in ("TASMA_LAKE", "TASMA_WAREHOUSE", "TASMA_HUB_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    staged = stage(Lake(tmp_path / "lake"), voucher("A:1", ("1930", "5.00"), ("3001", "-5.00")))
    FileWarehouse(tmp_path / "warehouse").publish(
        staged, unit=staged.facts.unit, token=1, load_id="load-1", run_id="run-1"
    )
    with Hub(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as hub:
        hub.migrate().tenants.add(Tenant("acme", "Acme AB"))
        hub.units.set_status(
            "acme", YEAR, UnitState.RECONCILING, load_id="load-1", digest=staged.digest
        )
        yield hub


@pytest.mark.parametrize("told_as_failed", [False, True], ids=["reconciling", "failed"])
def test_a_unit_that_was_published_before_the_crash_becomes_published(hub, told_as_failed):
    if told_as_failed:
        hub.units.set_status("acme", YEAR, UnitState.FAILED, reason="interrupted")
    repaired = repair_statuses()
    unit = hub.units.find("acme", YEAR)

    assert [UnitState.PUBLISHED] == [item.status for item in repaired]
    assert (UnitState.PUBLISHED, 1, 2) == (unit.status, unit.voucher_count, unit.posting_count)
    assert hub.years.find("acme", YEAR) is not None
    assert repair_statuses() == []


def test_a_unit_at_work_is_left_alone(hub):
    with hub.unit_lease("acme", YEAR, holder="a run"):
        assert repair_statuses() == []


def test_a_hub_that_knows_nothing_learns_all_when_asked_for_everything(tmp_path, hub):
    (tmp_path / "hub" / "hub.sqlite").rename(tmp_path / "hub" / "lost.sqlite")
    with Hub(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as empty:
        empty.migrate().tenants.add(Tenant("acme", "Acme AB"))

        assert repair_statuses() == []
        assert [UnitState.PUBLISHED] == [item.status for item in repair_statuses(everything=True)]


def test_leftovers_of_an_empty_home_are_none(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))

    assert remove_leftovers() == 0
