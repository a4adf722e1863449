"""Amounts as people write them: every notation comes back as the number it was made of."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.statement.numbers import Notation, find_notation, looks_like_amount, parse_amount

AMOUNTS = st.decimals(
    min_value=-(10**13), max_value=10**13, places=2, allow_nan=False, allow_infinity=False
)
THOUSANDS = {",": ("", " ", "\u00a0", "\u2009", "\u202f", ".", "'"), ".": ("", " ", "\u00a0", ",")}
NEGATIVE = (
    "-{}", "\u2212{}", "\u2013{}", "{}-", "{}\u2212", "({})", "- {}", "{} -",
)  # fmt: skip
AROUND = ("{}", "{} €", "{}\u00a0kr", "€{}", "EUR {}", " {}\u00a0", "{} :-", "kr {}")


@st.composite
def written(draw):
    amount = draw(AMOUNTS)
    sign = draw(st.sampled_from(",."))
    parted = draw(st.sampled_from(THOUSANDS[sign]))
    text = f"{abs(amount):,.2f}".replace(",", "T").replace(".", sign).replace("T", parted)
    negative = draw(st.sampled_from(NEGATIVE)) if amount < 0 else "{}"
    around = draw(st.sampled_from(AROUND))
    inside = negative.format(around.format(text).strip()) if draw(st.booleans()) else None
    return amount, sign, inside or around.format(negative.format(text))


@given(written())
def test_every_notation_comes_back_as_the_amount_it_was_written_from(case):
    amount, sign, text = case

    assert amount == parse_amount(text, Notation(sign)), text
    assert looks_like_amount(text)


@given(st.lists(written(), min_size=1, max_size=9))
def test_the_decimal_sign_of_a_table_is_the_one_it_was_written_with(cases):
    sign = cases[0][1]
    texts = [text for _, its_sign, text in cases if its_sign == sign]

    assert Notation(sign) == find_notation(texts)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("(21\u00a0300,00\u00a0€)", "-21300.00"),
        ("(2\u202f500,00)\u00a0€", "-2500.00"),
        ("8\u2009640,25-", "-8640.25"),
        ("\u2212108\u2009000,00\u00a0kr", "-108000.00"),
        ("1.234.567,89", "1234567.89"),
        ("+5", "5"),
        ("-", "0"),
        ("(0,00)", "0.00"),
    ],
)
def test_amounts_of_exports_are_read(text, amount):
    assert Decimal(amount) == parse_amount(text, Notation(","))


@pytest.mark.parametrize(
    "text",
    [
        "", "1 23,45", "1234 567,00", "12 34", "1,2,3", "(5", "5)", "1€200", "1 € 200",
        "(-5)", "--5", "5,", "31.12.2026", "2025-03",
        "1/2026", "25,5 %", "1910 Pankkitili", "555555-5555", "1.234 567,00", "9" * 65, "kr",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_not_read_as_one(text):
    assert parse_amount(text, Notation(",")) is None


def test_three_digits_behind_the_only_sign_leave_the_notation_open():
    assert Notation(",", is_certain=False) == find_notation(["1.234", "5.678"])
    assert Notation(".", is_certain=False) == find_notation(["1,234"])
    assert Notation(",") == find_notation(["1.234", "5.678,00"])
    assert Notation(".") == find_notation(["0.123", "Myynti", "2026"])
