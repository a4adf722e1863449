"""Staged for real, judged for real, published for real: what the next load is compared with."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from blocks.controls import UnitContext, controls_for, reconcile
from blocks.warehouse import FileWarehouse
from ledger.controls import Answer
from ledger.fiscal_year import FiscalYear
from tests.published_statements import statement
from tests.staged_units import facts, joined, lake_in, stage, voucher

YEAR = FiscalYear(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
CHART = {
    "ledger_account": [
        {"account_number": number, "name": f"Konto {number}"} for number in ("1930", "3001")
    ]
}
MARCH_CLOSED = UnitContext(
    organisation_number="5560000001", defined_years=(YEAR,), locked_until=dt.date(2024, 3, 31)
)
OPEN = MARCH_CLOSED.model_copy(update={"locked_until": None})


def sales(count, *, amount="100.00"):
    total = count * Decimal(amount)
    return joined(
        CHART,
        {
            "reported_balance": [
                reported("closing", "1930", total),
                reported("result", "3001", -total),
            ]
        },
        *(
            voucher(f"A:{number}", ("1930", amount), ("3001", f"-{amount}"), day=1 + number % 28)
            for number in range(1, count + 1)
        ),
    )


def reported(kind, number, amount):
    return {
        "year_offset": 0,
        "balance_kind": kind,
        "account_number": number,
        "amount": amount,
    }


@pytest.fixture
def desk(tmp_path):
    """Return what stages, judges and, when asked, publishes a load of the one unit."""
    lake, warehouse = lake_in(tmp_path), FileWarehouse(tmp_path / "warehouse")
    loads = iter(range(1, 100))

    def load(rows, *, context=OPEN, publish=False):
        number = next(loads)
        staged = stage(lake, rows, said=facts(landed_sha256=f"{number:016}".ljust(64, "0")))
        controls = controls_for("sie", "4E", context=context)
        results = reconcile(staged, controls=controls, context=context, warehouse=warehouse)
        if publish:
            name = f"load-{number}"
            warehouse.publish(
                staged,
                unit=staged.facts.unit,
                token=number,
                load_id=name,
                run_id="run",
                results=results,
            )
        return {result.control: result for result in results}

    load.warehouse = warehouse
    return load


def test_load_that_agrees_with_itself_is_held_by_nothing(desk):
    results = desk(sales(30))

    assert [name for name, result in results.items() if result.holds] == []
    assert results["row_counts"].outcome == Answer.PASSED
    assert results["mass_removal"].reason == "nothing is published for this year yet"


def test_same_books_again_change_nothing_even_under_a_lock(desk):
    desk(sales(30), publish=True)

    results = desk(sales(30), context=MARCH_CLOSED)

    assert results["locked_period"].outcome == Answer.PASSED
    assert results["mass_removal"].outcome == Answer.PASSED


def test_books_that_lost_their_tail_are_held_for_mass_removal(desk):
    desk(sales(30), publish=True)

    results = desk(sales(20))

    assert [name for name, result in results.items() if result.holds] == ["mass_removal"]
    assert "10 of 30 published vouchers would be removed" in str(results["mass_removal"].breaks[0])


def test_change_under_a_lock_is_held_and_names_the_voucher(desk):
    desk(sales(3), publish=True)
    changed = joined(sales(2), voucher("A:3", ("1930", "7.00"), ("3001", "-7.00"), day=4))

    results = desk(changed, context=MARCH_CLOSED)

    assert [item.voucher_key for item in results["locked_period"].breaks] == ["A:3"]
    assert results["locked_period"].holds


@pytest.mark.requirement("R-FIN-15b", "R-FIN-15c")
def test_unbalanced_voucher_is_held_and_named(desk):
    rows = joined(sales(2), voucher("B:1", ("1930", "10.00"), ("3001", "-9.00")))

    results = desk(rows)

    (item,) = results["voucher_balance"].breaks
    assert (item.voucher_key, str(item.difference)) == ("B:1", "1.00")
    assert results["voucher_balance"].holds


def test_published_statements_are_readable_while_the_next_load_is_held(desk):
    desk(sales(30), publish=True)
    desk(sales(1))

    with desk.warehouse.read("acme") as db:
        rows = statement(db, "balance_sheet", YEAR, period=dt.date(2024, 12, 1)).to_pylist()

    closing = {row["line"]: str(row["closing"]) for row in rows}
    assert closing["assets"] == closing["equity_and_liabilities"] == "3000.00"
