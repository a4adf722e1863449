"""Which card of the register is a partner's: by number, by name, and never a guess."""

from __future__ import annotations

import pytest

from ledger.invoice.mappings.procountor.identity import canonical
from ledger.invoice.mappings.procountor.matching import Card, Match, Verdict, match
from tests.pushed import partner

NAME = "Toimittaja Esimerkki Oy"
FI = frozenset({"FI12345671"})


def card(number, *, name=NAME, numbers=FI, is_active=True, register="SUPPLIER"):
    return Card(number, register, name, frozenset(numbers), is_active)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FI12345671", "1234567-1"),
        ("fi 1234567-1", "1234567-1"),
        ("SE556012579001", "556012-5790"),
        ("165560125790", "SE5560125790"),
    ],
)
def test_two_spellings_of_one_number_are_one(one, other):
    country = "SE" if "5560" in one else ""
    assert canonical(one, country) == canonical(other, country)


def test_eight_bare_digits_are_finnish_in_finland_alone():
    """A Danish number looks alike, and would join another company's card."""
    assert canonical("12345671", "FI") == canonical("1234567-1")
    assert canonical("12345671", "DK") != canonical("1234567-1")


@pytest.mark.requirement("R-ECO-26d")
def test_a_card_with_the_number_is_joined_however_either_is_spelled():
    found = match(partner(business_id=None), [card(7, name="Vanha nimi")])

    assert Match(Verdict.JOINED, (7,)) == found


def test_a_name_joins_a_card_without_a_number():
    assert Match(Verdict.JOINED, (7,)) == match(partner(), [card(7, numbers=())])


def test_a_name_is_compared_as_procountor_would_spell_it():
    ours = partner(name="Ŕauta  Oy", business_id=None, vat_number=None)

    assert Match(Verdict.JOINED, (7,)) == match(ours, [card(7, name="Rauta Oy", numbers=())])


def test_a_number_that_says_otherwise_outweighs_the_name():
    assert Verdict.ABSENT == match(partner(), [card(7, numbers={"FI76543210"})]).verdict


def test_two_candidates_are_never_chosen_between():
    assert Match(Verdict.SEVERAL, (7, 8)) == match(partner(), [card(8), card(7)])


def test_the_card_in_use_is_joined_beside_a_retired_one():
    assert Match(Verdict.JOINED, (8,)) == match(partner(), [card(7, is_active=False), card(8)])


def test_a_retired_card_alone_is_for_a_person():
    assert Match(Verdict.INACTIVE, (7,)) == match(partner(), [card(7, is_active=False)])


def test_a_card_of_the_other_register_is_no_match():
    assert Verdict.ABSENT == match(partner(), [card(7, register="CUSTOMER")]).verdict


def test_a_source_may_forbid_names():
    ours = partner(matches_by_name=False)

    assert Verdict.ABSENT == match(ours, [card(7, numbers=())]).verdict
