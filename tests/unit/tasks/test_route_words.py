"""Modes of routes, and why a setting is refused, in words that their readers know."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from blocks.translated import translated
from ledger.ecom.modes import Mode
from ledger.invoice.mappings.ecom_procountor.terms import Terms as EcomTerms
from ledger.invoice.mappings.spotilla_procountor.terms import Terms as SpotillaTerms
from ledger.refused_value import OTHER, why_refused
from tasks.routes import MODES, mode_in_words
from tasks.spotilla.route import Stage

WRONG = [
    "x" * 600,
    "-1",
    "99999999999",
    "1.23456789012",
    "2026-13-01",
    "2026",
    "{}",
    {},
    [],
    True,
    None,
]


def refused(terms, name, value):
    """Return why a value is refused; None where it is taken."""
    try:
        terms.model_validate({name: value})
    except ValidationError as problem:
        return why_refused(problem)
    return None


def test_every_mode_of_a_route_is_said_in_words():
    assert {*Mode, *Stage} == set(MODES)
    assert "purchases are posted in Ecom" in mode_in_words("voucher:ecom")


@pytest.mark.parametrize("terms", [EcomTerms, SpotillaTerms])
@pytest.mark.parametrize("value", WRONG, ids=str)
def test_no_setting_is_refused_in_words_of_pydantic_or_in_english_alone(terms, value):
    found = {name: refused(terms, name, value) for name in terms.model_fields}
    said = {why for why in found.values() if why}

    assert [] == [why for why in said if "nput" in why or "should" in why or "alue error" in why]
    assert [] == [why for why in said for other in ("fi", "sv") if not translated(why, other)]


@pytest.mark.parametrize(
    ("terms", "name", "value", "why"),
    [
        (EcomTerms, "language", "de", "expected one of fi, sv, en"),
        (EcomTerms, "first_month", "2026", "expected a month, such as 2026-01"),
        (EcomTerms, "rounding_limit", "2", "expected 1 or less"),
        (EcomTerms, "rounding_account", "8570!", "expected a number of an account"),
        (EcomTerms, "bank_account", {}, "a part of it is missing"),
        (EcomTerms, "purchase_vat_status", "?", OTHER),
        (EcomTerms, "purchase_vat_status", "zz9", "expected a whole number, such as 1"),
        (SpotillaTerms, "vat_status", "zz9", "expected a whole number, such as 1"),
        (EcomTerms, "colour", "red", "there is no such setting"),
        (SpotillaTerms, "start_date", "2026-13-01", "expected a day, such as 2026-01-31"),
        (SpotillaTerms, "tasks", "some", "expected one of all, with_order_number"),
    ],
)
def test_what_was_expected_of_a_setting_is_said(terms, name, value, why):
    assert why == refused(terms, name, value)
