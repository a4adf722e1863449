"""Fields and records of a SIE file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from ledger.money import MONEY, QUANTITY
from ledger.sie.writing.fields import (
    amount,
    code,
    date,
    encoded,
    month,
    quantity,
    record,
    records,
    strings,
    text,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Kassa", '"Kassa"'),
        ("", '""'),
        ('Kassa "special"', '"Kassa \\"special\\""'),
        (r"1110\1002 Hus 1:1", r'"1110\1002 Hus 1:1"'),
        ("C:\\", '"C:/"'),
        ("C:\\\\", '"C:\\/"'),
        ('a\\"b', '"a/\\"b"'),
        ("two\r\nlines\x00\x7f", '"two  lines  "'),
        ("a\N{COMBINING RING ABOVE}", '"å"'),
        (None, None),
    ],
    ids=[
        "plain",
        "empty",
        "quotation marks",
        "backslash inside",
        "backslash at the end",
        "two backslashes at the end",
        "backslash before a quotation mark",
        "control characters",
        "letter and mark apart",
        "absent",
    ],
)
def test_text_is_quoted_and_what_sie_cannot_hold_is_replaced(value, expected):
    assert [expected] == text(strings([value])).to_pylist()


def test_one_odd_text_leaves_its_neighbours_alone():
    assert text(strings(["å \\ b", 'c"', None])).to_pylist() == ['"å \\ b"', '"c\\""', None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1910", "1910"),
        ("", '""'),
        ("A B", '"A B"'),
        ("{1", '"{1"'),
        ("Ö1", '"Ö1"'),
        ("#A", '"#A"'),
    ],
)
def test_code_is_quoted_only_where_it_must_be(value, expected):
    assert [expected] == code(strings([value])).to_pylist()


def test_amount_keeps_its_two_decimals_and_its_sign():
    values = [Decimal("-0.05"), Decimal(1200), Decimal("-9999999999999999.99")]

    expected = ["-0.05", "1200.00", "-9999999999999999.99"]
    assert expected == amount(pa.array(values, MONEY)).to_pylist()


def test_quantity_loses_only_zeros_that_say_nothing():
    values = [Decimal(x) for x in ("100", "-12.5", "0.000001", "0", "-999999999999.999999")]

    expected = ["100", "-12.5", "0.000001", "0", "-999999999999.999999", None]
    assert expected == quantity(pa.array([*values, None], QUANTITY)).to_pylist()


def test_dates_and_months_have_no_hyphens():
    days = pa.array([dt.date(2024, 7, 1), None])

    assert date(days).to_pylist() == ["20240701", None]
    assert month(days).to_pylist() == ["202407", None]


@pytest.mark.parametrize(
    ("optional", "expected"),
    [
        (("", "", ""), "#X 1\r\n"),
        (("a", "", ""), "#X 1 a\r\n"),
        (("", "", "c"), '#X 1 "" "" c\r\n'),
        (("", "b", ""), '#X 1 "" b\r\n'),
    ],
)
def test_line_ends_at_the_last_optional_field_that_is_there(optional, expected):
    assert [expected] == record("#X", "1", optional=optional).to_pylist()


def test_letters_outside_code_page_437_become_question_marks():
    lines = records(
        "#X", text(strings(["åäöÅÄÖé", "€ \N{EN DASH} \N{RIGHT SINGLE QUOTATION MARK} 日"]))
    )

    expected = b'#X "\x86\x84\x94\x8f\x8e\x99\x82"\r\n#X "? ? ? ?"\r\n'
    assert expected == encoded(lines)


def test_lines_cut_from_a_larger_column_are_encoded_alone():
    lines = strings(["first", "second", "third"])

    assert encoded(lines[1:2]) == b"second"
    assert encoded(lines[:0]) == b""
