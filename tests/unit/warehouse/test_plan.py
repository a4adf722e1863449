from __future__ import annotations

from decimal import Decimal

import pytest

from blocks.warehouse import plan as plan_module
from tests.staged_units import facts, joined, stage, voucher

SHA256 = iter(f"{number:016d}".ljust(64, "0") for number in range(1000))


def staged_rows(lake, *parts):
    return stage(lake, joined(*parts), said=facts(landed_sha256=next(SHA256)))


def invoice(number, amount="100.00"):
    return voucher(f"A:{number}", ("1930", amount), ("3001", f"-{amount}"))


OPENING = {"opening_balance": [{"account_number": "1930", "amount": Decimal("5.00")}]}


@pytest.fixture
def published(lake, warehouse):
    staged = staged_rows(lake, invoice(1), invoice(2), invoice(3))
    warehouse.publish(staged, unit=staged.facts.unit, token=1, load_id="first", run_id="run")
    return staged


def test_plan_names_vouchers_and_accounts_and_writes_nothing(lake, warehouse, published, traces):
    before = traces()
    staged = staged_rows(lake, invoice(1), invoice(2, "100.01"), invoice(4, "7.00"), OPENING)

    plan = warehouse.plan(staged)

    assert (plan.first_load, plan.added, plan.changed, plan.removed) == (False, 1, 1, 1)
    assert [(item.change, item.voucher_key) for item in plan.vouchers] == [
        ("added", "A:4"),
        ("changed", "A:2"),
        ("removed", "A:3"),
    ]
    assert {item.account_number: item.difference for item in plan.accounts} == {
        "1930": Decimal("-87.99"),
        "3001": Decimal("92.99"),
    }
    assert plan.tables == ("opening_balance",)
    assert before == traces()


def test_changed_account_has_the_name_that_comes_and_else_the_one_that_is_published(
    lake, warehouse
):
    def named(**names):
        rows = [{"account_number": key[1:], "name": name} for key, name in names.items()]
        return {"ledger_account": rows}

    first = staged_rows(lake, invoice(1), named(_1930="Bank", _3001="Försäljning"))
    warehouse.publish(first, unit=first.facts.unit, token=1, load_id="first", run_id="run")
    changed = staged_rows(lake, invoice(1, "7.00"), named(_1930="Företagskonto"))

    assert {"1930": "Företagskonto", "3001": "Försäljning"} == {
        item.account_number: item.name for item in warehouse.plan(changed).accounts
    }


def test_plan_of_what_is_published_is_empty(warehouse, published):
    plan = warehouse.plan(published)

    assert plan.is_empty
    assert plan.accounts == ()


def test_plan_of_a_first_load_counts_its_vouchers(lake, warehouse):
    plan = warehouse.plan(staged_rows(lake, invoice(1), invoice(2)))

    assert (plan.first_load, plan.added, plan.vouchers) == (True, 2, ())
    assert plan.account_count == 2
    assert not plan.is_empty
    assert warehouse.tenants() == []


def test_account_whose_opening_and_movement_cancel_out_is_still_named(lake, warehouse, published):
    staged = staged_rows(
        lake,
        invoice(1),
        invoice(2),
        invoice(3, "95.00"),
        OPENING,
    )

    changes = {item.account_number: item for item in warehouse.plan(staged).accounts}

    assert changes["1930"].difference == 0
    assert changes["1930"].opening_after == Decimal("5.00")


def test_long_plan_is_cut_and_its_counts_are_not(lake, warehouse, published, monkeypatch):
    monkeypatch.setattr(plan_module, "CHANGES_LISTED", 1)

    plan = warehouse.plan(staged_rows(lake, invoice(7), invoice(8)))

    assert (len(plan.vouchers), plan.added, plan.removed) == (1, 2, 3)
    assert (len(plan.accounts), plan.account_count) == (1, 2)
