"""Which lines are subtracted where costs are printed without a minus."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.statement.signs import Printed, is_subtracted


@pytest.mark.parametrize(
    ("label", "is_cost"),
    [
        ("total cost of sales", True),
        ("myyntikulut", True),
        ("försäljningskostnader", True),
        ("financial expenses", True),
        ("total financial income and expenses", False),
        ("resultat från finansiella poster", False),
        ("other interest income", False),
        ("income taxes", True),
        ("total revenue", False),
    ],
)
def test_costs_are_subtracted_and_income_less_costs_is_added(label, is_cost):
    assert is_cost == is_subtracted(Printed(label, None, Decimal(1), is_total=False))
