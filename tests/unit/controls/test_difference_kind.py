"""What kind of break two amounts are that differ."""

from __future__ import annotations

import duckdb
import pytest

from blocks.controls.evidence import DIFFERENCE_KIND
from ledger.controls import BreakKind


@pytest.mark.parametrize(
    ("expected", "actual", "kind"),
    [
        ("100.00", "100.01", BreakKind.ROUNDING),
        ("0.00", "-0.01", BreakKind.ROUNDING),
        ("100.00", "100.02", BreakKind.AMOUNT),
        ("100.00", "-100.00", BreakKind.SIGN),
        ("100.00", "0.00", BreakKind.MISSING),
        ("0.00", "100.00", BreakKind.UNEXPECTED),
    ],
)
def test_difference_is_named_for_what_it_looks_like(expected, actual, kind):
    with duckdb.connect() as db:
        db.execute("create schema unit")
        db.execute(DIFFERENCE_KIND)
        asked = "select unit.difference_kind($expected::decimal(18, 2), $actual::decimal(18, 2))"

        found = db.execute(asked, {"expected": expected, "actual": actual}).fetchone()

    assert (kind,) == found
