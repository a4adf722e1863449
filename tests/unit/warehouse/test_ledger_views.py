"""The general ledger and the trial balance of a year: what an accountant looks through."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks.warehouse.reports import rows_of
from tests.staged_units import facts, joined, stage, voucher

OPENING = {
    "opening_balance": [
        {"account_number": "1930", "amount": Decimal("100.00")},
        {"account_number": "2081", "amount": Decimal("-100.00")},
    ]
}


@pytest.fixture
def books(lake, warehouse):
    """Sales, rent, and an account that no line of the statements holds."""
    rows = joined(
        voucher("A:2", ("1930", "50.00"), ("3001", "-50.00")),
        voucher("A:1", ("5010", "30.00"), ("1930", "-30.00")),
        voucher("A:3", ("9999", "1.00"), ("1930", "-1.00")),
        OPENING,
    )
    staged = stage(lake, rows, said=facts(year=2024))
    warehouse.publish(staged, unit=staged.facts.unit, token=1, load_id="load-1", run_id="run")
    return warehouse


def test_general_ledger_runs_from_the_opening_balance_to_the_closing_one(books):
    with books.read("acme") as db:
        rows = db.execute(
            "select voucher_key, debit, credit, balance from general_ledger"
            " where account_number = '1930' order by voucher_date, voucher_key"
        ).fetchall()
        closing = db.execute(
            "select closing from trial_balance_year where account_number = '1930'"
        ).fetchone()

    assert [
        ("A:1", Decimal(0), Decimal(30), Decimal(70)),
        ("A:2", Decimal(50), Decimal(0), Decimal(120)),
        ("A:3", Decimal(0), Decimal(1), Decimal(119)),
    ] == rows
    assert (Decimal(119),) == closing


def test_trial_balance_of_the_year_adds_up_and_says_what_each_account_is(books):
    found = {row["account_number"]: row for row in rows(books)}

    assert 0 == sum(row["closing"] for row in found.values())
    for row in found.values():
        assert row["opening"] + row["movement"] == row["closing"]
    assert {
        "1930": ("asset", "cash_and_bank"),
        "2081": ("equity", "booked_equity"),
        "3001": ("income", "net_turnover"),
        "5010": ("expense", "other_external_expenses"),
        "9999": ("", ""),
    } == {number: (row["account_type"], row["line"]) for number, row in found.items()}


def rows(books):
    return books.published("acme", "trial_balance_year").to_pylist()


def test_every_posting_is_in_the_general_ledger_once(books):
    with books.read("acme") as db:
        counts = db.execute(
            "select (select count(*) from general_ledger), (select count(*) from posting)"
        ).fetchone()

    assert counts[0] == counts[1] == 6
    assert len(rows_of(books.published("acme", "general_ledger"))) == 6
