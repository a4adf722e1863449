"""In which order sources of one unit are taken: by dates known to the day or the second."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.coverage import BALANCES, WHOLE_YEAR, Coverage
from ledger.file_order import date_in, is_older, of_moment


@pytest.mark.parametrize(
    ("file_name", "date"),
    [
        ("tasma-2025-01-31.csv", "2025-01-31"),
        ("tasma-20250131.csv", "2025-01-31"),
        ("tasma-20250131T0915.csv", "2025-01-31T09:15:00"),
        ("tasma-2025-01-31_09-15-07.csv", "2025-01-31T09:15:07"),
        ("tasma_20250131_2.csv", "2025-01-31"),
        ("tasma-2025-01-31 (copy of 2025-01-31).csv", "2025-01-31"),
        ("books-20240101-20241231.se", ""),  # the days of a year
        ("tasma-2025-0131.csv", ""),
        ("tasma-20251331.csv", ""),
        ("tasma-120250131.csv", ""),
        ("tasma.csv", ""),
    ],
)
def test_a_name_says_its_date_when_it_holds_one(file_name, date):
    assert date == date_in(file_name)


@pytest.mark.parametrize(
    ("date", "other", "older"),
    [
        ("2025-01-30", "2025-01-31", True),
        ("2025-01-31", "2025-01-31", False),
        ("2025-01-31T09:15:00", "2025-01-31T09:15:01", True),
        ("2025-01-31T09:15:00", "2025-01-31", False),  # the other may be of the morning
        ("2025-01-31", "2025-01-31T09:15:00", False),
        ("2025-01-30T23:59:59", "2025-01-31", True),
    ],
)
def test_of_two_dates_as_much_is_compared_as_both_say(date, other, older):
    assert is_older(date, other) is older
    assert not (older and is_older(other, date))


def test_a_moment_is_kept_to_the_second():
    moment = dt.datetime(2025, 1, 31, 9, 15, 7, 999_999, tzinfo=dt.UTC)

    assert "2025-01-31T09:15:07" == of_moment(moment)


def period(first, last):
    return Coverage.period(dt.date(2025, 1, first), dt.date(2025, 1, last))


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (WHOLE_YEAR, WHOLE_YEAR, True),
        (WHOLE_YEAR, period(1, 9), True),
        (period(1, 9), period(9, 20), True),
        (period(1, 9), period(10, 20), False),
        (WHOLE_YEAR, BALANCES, False),
    ],
)
def test_loads_overlap_when_both_may_replace_a_day(one, other, overlap):
    assert one.overlaps(other) is other.overlaps(one) is overlap
