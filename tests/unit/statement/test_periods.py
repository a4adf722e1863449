"""Times in headings: ranges, days, months, quarters and years, in three languages."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.statement.named_periods import find_periods
from ledger.statement.periods import Grain, Period

DAYS = st.dates(dt.date(1995, 1, 1), dt.date(2090, 12, 31))


def span(start, end):
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("1.1.\u201331.12.2026", "2026-01-01", "2026-12-31"),
        ("1.1.2026 - 31.3.2026", "2026-01-01", "2026-03-31"),
        ("1.7.-30.6.2025", "2024-07-01", "2025-06-30"),
        ("Kausi 1\u20133/2026", "2026-01-01", "2026-03-31"),
        ("07/2024 - 06/2025", "2024-07-01", "2025-06-30"),
        ("Räkenskapsår 2024-07-01 \u2013 2025-06-30", "2024-07-01", "2025-06-30"),
        ("2024-07 \u2013 2025-03", "2024-07-01", "2025-03-31"),
        ("240701-250331", "2024-07-01", "2025-03-31"),
        ("20240701-20250630", "2024-07-01", "2025-06-30"),
        ("202407-202503", "2024-07-01", "2025-03-31"),
        ("tammi\u2013maaliskuu 2026", "2026-01-01", "2026-03-31"),
        ("Jan-Mar 2026", "2026-01-01", "2026-03-31"),
        ("juli 2024 - juni 2025", "2024-07-01", "2025-06-30"),
        ("Q3 2026", "2026-07-01", "2026-09-30"),
        ("Maaliskuu 2026", "2026-03-01", "2026-03-31"),
        ("helmikuun 2028", "2028-02-01", "2028-02-29"),
        ("mars 2025", "2025-03-01", "2025-03-31"),
        ("Dec-26", "2026-12-01", "2026-12-31"),
        ("3/2026", "2026-03-01", "2026-03-31"),
        ("2025-03", "2025-03-01", "2025-03-31"),
        ("Toteuma 2026", "2026-01-01", "2026-12-31"),
        ("1-12 2025", "2025-01-01", "2025-12-31"),
        ("1.-31.3.2026", "2026-03-01", "2026-03-31"),
        ("1. neljännes 2026", "2026-01-01", "2026-03-31"),
        ("H2 2026", "2026-07-01", "2026-12-31"),
        ("jul-jun 2026", "2025-07-01", "2026-06-30"),
        ("10/25-3/26", "2025-10-01", "2026-03-31"),
    ],
)
def test_a_heading_names_its_time(text, start, end):
    assert [span(start, end)] == [found.period for found in find_periods(text)]


@pytest.mark.parametrize(
    "text",
    [
        "", "Y-tunnus 1234567-8", "555555-5555", "31.2.2026", "13/2026", "0/2026", "(3..9)",
        "Toteuma-%", "1234", "Rivi 12", "25,5 %", "Sivu 1/26", "Tilit 1901-1910", "12/50",
        "1.1.", "12 - 3",
    ],
)  # fmt: skip
def test_what_is_no_time_is_not_read_as_one(text):
    assert [] == find_periods(text)


@given(DAYS, st.sampled_from(["{0.day}.{0.month}.{0.year}", "{0:%d.%m.%Y}", "{0:%Y-%m-%d}"]))
def test_every_way_to_write_a_day_says_that_day(day, form):
    (found,) = find_periods(f"Saldo {form.format(day)}")

    assert (Period(None, day), Grain.DAY) == (found.period, found.grain)


@given(DAYS, st.integers(0, 600), st.sampled_from(["{0:%d.%m.%Y}", "{0:%Y-%m-%d}", "{0:%Y%m%d}"]))
def test_every_way_to_write_two_days_says_the_time_between_them(day, days, form):
    end = day + dt.timedelta(days=days)
    (found,) = find_periods(f"{form.format(day)} \u2013 {form.format(end)}")

    assert (Period(day, end), Grain.RANGE) == (found.period, found.grain)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("Mars", "2026-03-01", "2026-03-31"), ("tammi-maaliskuu", "2026-01-01", "2026-03-31")],
)
def test_months_alone_are_of_the_year_that_is_given(text, start, end):
    assert [span(start, end)] == [found.period for found in find_periods(text, 2026)]
    assert [] == find_periods(text)


def test_a_line_of_two_times_names_both_in_their_order():
    found = find_periods("Räkenskapsår 2025-01-01 - 2025-12-31, period 2025-03")

    assert [Grain.RANGE, Grain.MONTH] == [time.grain for time in found]
