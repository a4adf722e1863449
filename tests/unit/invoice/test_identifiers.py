"""Numbers on invoices: form, check digit, and the forms that only look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import BIC, IBAN

from ledger.invoice.identifiers import (
    Verdict,
    bic_code,
    business_id,
    e_invoice_address,
    email,
    finnish_reference,
    iban_number,
    ovt,
    payment_reference,
    rf_reference,
    vat_number,
    y_tunnus,
)

GOOD, CHECK, BAD = Verdict.GOOD, Verdict.CHECK_DIGIT, Verdict.MALFORMED


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        *((text, GOOD) for text in ("1234567-1", "0112038-9", "2973571-3", "2077474-0")),
        *((text, CHECK) for text in ("1234567-8", "2077474-1", "1111111-1")),
        *((text, BAD) for text in ("12345678", "FI12345678", "123456-7", "1234567–8", "")),  # noqa: RUF001 - a dash that is none
    ],
)
def test_finnish_business_ids(text, verdict):
    assert verdict is y_tunnus(text)


@pytest.mark.parametrize(
    ("text", "country", "verdict"),
    [
        ("556000-4615", "SE", GOOD),
        ("5560004615", "SE", GOOD),
        ("556000-4616", "SE", CHECK),
        ("1234567-1", "SE", BAD),
        ("1234567-1", "FI", GOOD),
        ("HRB 12345", "DE", GOOD),
    ],
)
def test_business_ids_go_by_country(text, country, verdict):
    assert verdict is business_id(text, country)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("FI12345671", GOOD),
        ("fi 1234567 1", GOOD),
        ("FI12345678", CHECK),
        ("SE556000461501", GOOD),
        ("DE136695976", GOOD),
        ("DE136695978", CHECK),
        ("12345671", BAD),
        ("1234567-1", BAD),
        ("CHE123456788", GOOD),
    ],
)
def test_vat_numbers(text, verdict):
    assert verdict is vat_number(text)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("FI2112345600000785", GOOD),
        ("FI14 1009 3000 1234 58", GOOD),
        ("FI7944052020036082", GOOD),
        ("FI4250001510000023", CHECK),
        ("FI2112345600000786", BAD),
        ("SE4550000000058398257466", GOOD),
        ("FI21", BAD),
    ],
)
def test_account_numbers(text, verdict):
    """The fourth is a sample that banks print; its own last digit is wrong, its IBAN is right."""
    assert verdict is iban_number(text)


@given(st.integers(0, 99), st.text("0123456789", min_size=14, max_size=14))
def test_account_numbers_are_judged_as_by_another_library(check, body):
    text = f"FI{check:02d}{body}"

    is_iban = IBAN(text, allow_invalid=True).is_valid
    assert is_iban is (iban_number(text) is not BAD)


@pytest.mark.parametrize("text", ["NDEAFIHH", "DABAFIHHXXX", "nope", "NDEAFIH", "NDEAF1HH"])
def test_bank_codes_are_judged_as_by_another_library(text):
    assert BIC(text, allow_invalid=True).is_valid is (bic_code(text) is GOOD)


@pytest.mark.parametrize(
    ("body", "reference", "rf"),
    [
        ("123456", "1234561", "RF341234561"),
        ("1001", "10016", "RF0810016"),
        ("123", "1232", "RF111232"),
        ("617435", "6174354", None),
        ("2026001", "20260011", "RF5220260011"),
        ("1", "13", "RF4113"),
    ],
)
def test_references_are_made(body, reference, rf):
    assert reference == finnish_reference(body)
    assert rf in {None, rf_reference(reference)}


@given(st.integers(10, 10**18))
def test_a_reference_that_is_made_is_good_in_both_forms_and_with_one_digit_wrong_it_is_not(body):
    reference = finnish_reference(str(body))
    rf = rf_reference(reference)

    assert (GOOD, GOOD) == (payment_reference(reference), payment_reference(rf))
    for good in (reference, rf):
        wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
        assert CHECK is payment_reference(wrong)


@pytest.mark.parametrize("text", ["", "12", "01232", "RF", "12-34", "1" * 21, "RF34 1234,561"])
def test_what_has_no_form_of_a_reference(text):
    assert BAD is payment_reference(text)


def test_references_may_be_printed_in_groups():
    assert (GOOD, GOOD) == (payment_reference("12 34561"), payment_reference("RF34 1234 561"))


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("003718377957", GOOD),
        ("00371837795712345", GOOD),
        ("003712345678", CHECK),
        ("0037183779571234567", BAD),
        ("00371837", BAD),
        ("FI2112345600000785", GOOD),
        ("FI2112345600000786", BAD),
        ("7365560000000", GOOD),
        ("a b", BAD),
        ("", BAD),
    ],
)
def test_addresses_of_e_invoices(text, verdict):
    assert verdict is e_invoice_address(text)


def test_an_ovt_is_not_whatever_begins_like_one():
    assert (GOOD, BAD) == (ovt("003718377957"), ovt("FI2112345600000785"))


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("laskut@example.com", GOOD),
        ("a@example.com, b@example.com", BAD),
        ("a@example.com;b@example.com", BAD),
        ("example.com", BAD),
        ("", BAD),
        ("a@" + "b" * 260 + ".fi", BAD),
    ],
)
def test_an_email_address_is_one(text, verdict):
    assert verdict is email(text)
