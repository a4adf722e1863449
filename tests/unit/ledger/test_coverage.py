"""What a load gives of its year, stored as a word."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from ledger.coverage import BALANCES, VOUCHERS, WHOLE_YEAR, Coverage, CoverageKind

DAYS = st.tuples(st.dates(), st.dates()).map(sorted)
PERIODS = DAYS.map(lambda days: Coverage.period(*days))
COVERAGES = st.sampled_from([WHOLE_YEAR, VOUCHERS, BALANCES]) | PERIODS

WIDTH = 32
"""Characters of the column that holds it."""


class Facts(BaseModel):
    coverage: Coverage


@given(COVERAGES)
def test_what_is_stored_is_read_back_as_the_same_value(coverage):
    stored = Facts(coverage=coverage).model_dump_json()

    assert Coverage.parse(str(coverage)) == coverage
    assert Facts.model_validate_json(stored).coverage == coverage
    assert Facts(coverage=coverage).model_dump() == {"coverage": str(coverage)}
    assert len(str(coverage)) <= WIDTH


@given(COVERAGES, COVERAGES)
def test_stored_words_differ_exactly_when_coverages_do(one, other):
    assert (str(one) == str(other)) is (one == other)


@pytest.mark.parametrize(
    ("coverage", "stored", "may_replace"),
    [
        (WHOLE_YEAR, "whole_year", True),
        (VOUCHERS, "partial", False),
        (BALANCES, "evidence", False),
        (
            Coverage.period(dt.date(2025, 1, 1), dt.date(2025, 3, 31)),
            "period:2025-01-01:2025-03-31",
            True,
        ),
    ],
)
def test_stored_words_are_those_of_earlier_releases(coverage, stored, may_replace):
    assert (str(coverage), coverage.may_replace) == (stored, may_replace)
    assert coverage.is_whole_year is (coverage == WHOLE_YEAR)


@given(st.text())
def test_any_other_text_is_refused_with_what_was_expected(text):
    with pytest.raises(ValueError, match="is no coverage: expected whole_year"):
        Coverage.parse(f"{text}!")


@pytest.mark.parametrize(
    "text",
    [
        "period",
        "period:2025-01-01",
        "period:2025-03-31:2025-01-01",
        "period:20250101:20250331",
        "whole_year:2025-01-01:2025-12-31",
        "period:2025-01-01:2025-03-31:2025-04-01",
    ],
)
def test_days_belong_to_periods_alone_and_in_order(text):
    with pytest.raises(ValueError, match="is no coverage"):
        Coverage.parse(text)
    with pytest.raises(ValidationError, match="is no coverage"):
        Facts(coverage=text)


def test_a_period_without_days_is_none():
    with pytest.raises(ValueError, match="needs its first and its last day"):
        Coverage(CoverageKind.PERIOD)
    with pytest.raises(ValueError, match="Only a period has days"):
        Coverage(CoverageKind.VOUCHERS, dt.date(2025, 1, 1), dt.date(2025, 1, 1))
