"""Amounts, quantities, dates and periods, exactly from their text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.sie.text.values import (
    AMOUNT_DIGITS,
    FIRST_YEAR,
    LAST_YEAR,
    read_amount,
    read_date,
    read_period,
    read_quantity,
)


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("100", 10000, ""),
        ("-100.5", -10050, ""),
        ("0.05", 5, ""),
        ("-0.00", 0, ""),
        (" 12.34 ", 1234, ""),
        ("1600,00", 160000, "amount_form"),
        ("+5", 500, "amount_form"),
        ("5.", 500, "amount_form"),
        (".5", 50, "amount_form"),
        ("5.1000", 510, "amount_form"),
        ("", None, "amount_missing"),
        ("5.005", None, "amount_too_fine"),
        ("1 000.00", None, "amount_unreadable"),
        ("1,000.00", None, "amount_unreadable"),
        ("100-", None, "amount_unreadable"),
        ("1e3", None, "amount_unreadable"),
        ("-", None, "amount_unreadable"),
        (".", None, "amount_unreadable"),
        ("٣", None, "amount_unreadable"),
        ("9" * AMOUNT_DIGITS + ".99", 10 ** (AMOUNT_DIGITS + 2) - 1, ""),
        ("1" + "0" * AMOUNT_DIGITS, None, "amount_too_large"),
        ("0" * 20 + "1", 100, "amount_form"),
    ],
)
def test_amount_is_read_exactly_or_not_at_all(text, value, problem):
    assert (value, problem) == read_amount(text)


@pytest.mark.requirement("R-X-6a")
@given(st.decimals(min_value=-(10**16) + 1, max_value=10**16 - 1, places=2))
def test_every_amount_is_its_hundredths(amount):
    value, problem = read_amount(f"{amount:f}")

    assert (amount, "") == (Decimal(value).scaleb(-2), problem)


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("", None, ""),
        ("2.5", 2_500_000, ""),
        ("-0.000001", -1, ""),
        ("0,25", 250_000, ""),
        ("1.0000001", None, "quantity_unreadable"),
        ("många", None, "quantity_unreadable"),
        ("1" + "0" * 12, None, "quantity_unreadable"),
    ],
)
def test_quantity_has_six_decimals(text, value, problem):
    assert (value, problem) == read_quantity(text)


@pytest.mark.parametrize(
    ("text", "date", "problem"),
    [
        ("20240229", dt.date(2024, 2, 29), ""),
        ("20230229", None, "date_unreadable"),
        ("2024-02-29", dt.date(2024, 2, 29), "date_form"),
        ("240229", dt.date(2024, 2, 29), "date_form"),
        ("690101", dt.date(2069, 1, 1), "date_form"),
        ("700101", dt.date(1970, 1, 1), "date_form"),
        ("00010101", None, "date_unreadable"),
        (f"{FIRST_YEAR}0101", dt.date(FIRST_YEAR, 1, 1), ""),
        (f"{FIRST_YEAR - 1}1231", None, "date_unreadable"),
        (f"{LAST_YEAR}1231", dt.date(LAST_YEAR, 12, 31), ""),
        (f"{LAST_YEAR + 1}0101", None, "date_unreadable"),
        ("", None, ""),
        ("  ", None, ""),
        ("igår", None, "date_unreadable"),
        ("٢٠٢٤٠٢٢٩", None, "date_unreadable"),
    ],
)
def test_date_is_a_day_that_exists_or_none(text, date, problem):
    assert (date, problem) == read_date(text)


@pytest.mark.parametrize(
    ("text", "month"), [("202412", dt.date(2024, 12, 1)), ("202413", None), ("2024", None)]
)
def test_period_is_a_month_or_none(text, month):
    assert month == read_period(text)
