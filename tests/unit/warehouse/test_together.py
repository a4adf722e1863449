"""Many tenants as one: the same tables and views, with everybody's rows."""

from __future__ import annotations

from itertools import count

import duckdb
import pytest

from blocks.warehouse.errors import NoLedger
from blocks.warehouse.together import MAX_TENANTS, TooManyTenants
from ledger.account_map import Place
from tests.staged_units import facts, joined, stage, voucher

NUMBERS = count()
VIEWS = ("trial_balance", "trial_balance_year", "income_statement", "balance_sheet", "voucher")


@pytest.fixture
def warehouse(in_files):
    """What is tried here is about files."""
    return in_files


@pytest.fixture
def put(lake, warehouse):
    def put(tenant, amount, *, year=2024):
        sha256 = f"{next(NUMBERS):016d}".ljust(64, "0")
        rows = joined(voucher("A:1", ("1930", amount), ("3001", f"-{amount}")))
        staged = stage(lake, rows, said=facts(tenant, year=year, landed_sha256=sha256))
        warehouse.publish(
            staged, unit=staged.facts.unit, token=1, load_id=sha256[:16], run_id="run"
        )

    return put


@pytest.fixture
def three(put, warehouse):
    """Three tenants; one has a scheme of its own, another a place of its own."""
    put("acme", "100.00")
    put("acme", "7.00", year=2025)
    put("be-ta", "50.00")
    put("gamma", "1.00")
    warehouse.place_accounts("be-ta", "PMA", [])
    warehouse.place_accounts("gamma", "BAS", [Place("1930", "balance_sheet", "other_receivables")])
    return warehouse


def test_every_view_has_of_each_tenant_what_the_tenants_own_file_has(three):
    with duckdb.connect() as together:
        together.execute(three.attach_script())
        for name in VIEWS:
            for tenant in three.tenants():
                query = f"from {name} where tenant = '{tenant}' order by all"
                with three.read(tenant) as alone:
                    expected = alone.execute(query).fetchall()
                assert expected
                assert expected == together.execute(query).fetchall(), (name, tenant)
        tenants = together.execute("select distinct tenant from posting order by 1").fetchall()

    assert [("acme",), ("be-ta",), ("gamma",)] == tenants


def test_only_those_that_were_named_are_attached(three):
    with duckdb.connect() as together:
        together.execute(three.attach_script(["gamma"]))
        assert [("gamma",)] == together.execute("select distinct tenant from voucher").fetchall()


def test_a_load_that_comes_meanwhile_disturbs_nobody(three, put):
    with duckdb.connect() as together:
        together.execute(three.attach_script())
        put("acme", "200.00")
        query = "select sum(amount) from posting where account_number = '1930' and tenant = 'acme'"
        before = together.execute(query).fetchone()
    with duckdb.connect() as later:
        later.execute(three.attach_script())
        after = later.execute(query).fetchone()

    assert (107, 207) == (before[0], after[0])


def test_nobody_and_too_many_are_refused(warehouse):
    with pytest.raises(NoLedger):
        warehouse.attach_script()
    with pytest.raises(TooManyTenants, match="export --all"):
        warehouse.attach_script([f"t{number}" for number in range(MAX_TENANTS + 1)])
