"""Years, amounts and codes in messages, as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.controls import Break, BreakKind
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from tasks.push_words import code_in_words


class Told(TerminalError):
    """A refusal for these tests."""

    code = "told"
    sentence = "{tenant} {year}: `tasma ledger breaks {tenant} {year}`; there: {years}."


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (FiscalYear.parse("2025"), "2025"),
        ("2025-01-01_2025-12-31", "2025"),
        ("2024-07-01_2025-06-30", "2024-07-01_2025-06-30"),
        ("2024-01-01_2025-12-31", "2024-01-01_2025-12-31"),
        ("acme/2025-01-01_2025-12-31/r1", "acme/2025-01-01_2025-12-31/r1"),
    ],
)
def test_refusals_call_a_calendar_year_by_its_number_and_keep_their_values(year, said):
    refused = Told(tenant="a", year=year, years=f"{year}, {year}")

    assert f"a {said}: `tasma ledger breaks a {said}`; there: {said}, {said}." == str(refused)
    assert year == refused.values["year"]


def test_amounts_of_a_break_have_commas_between_thousands():
    found = Break(
        "c",
        BreakKind.AMOUNT,
        account_number="1930",
        expected=Decimal("-2157759.85"),
        actual=Decimal("0.00"),
        difference=Decimal("2157759.85"),
    )

    assert "account 1930: expected -2,157,759.85, actual 0.00, difference 2,157,759.85" == str(
        found
    )


def test_codes_keep_the_hyphen_of_e_invoicing():
    assert "consumer e-invoicing absent" == code_in_words("consumer_e_invoicing_absent")
    assert "no one there" == code_in_words("no_one_there")
