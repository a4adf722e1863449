"""Which customers and cards are one, what is made of the others, and what changes bring back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.spotilla.matching import PartnerCard, pair
from ledger.spotilla.pull import PULLED, as_new, digest, is_written, pull
from ledger.spotilla.records import SpotillaCustomer


def card(number="500", *, active=True, **fields):
    usual = {"name": "Asiakas Oy", "business_id": "1234567-8"}
    return PartnerCard(number, active, {**usual, **fields})


def paired(customers, cards, *, linked=None, tombstones=()):
    return pair(customers, cards, linked=linked or {}, tombstones=tombstones)


@pytest.mark.requirement("R-SPO-15b")
def test_customer_is_linked_to_the_one_card_with_its_business_id(customer):
    found = paired([customer()], [card(), card("501", business_id="7654321-1")])

    assert {"1": "500"} == found.links
    assert () == found.to_procountor
    assert ["501"] == [one.id for one in found.to_spotilla]


@pytest.mark.requirement("R-SPO-15c")
def test_customer_with_several_cards_is_an_error_and_no_guess(customer, codes):
    found = paired([customer()], [card(), card("501")])

    assert ({}, ()) == (found.links, found.to_procountor)
    assert ["several_partners"] == codes(found.against["1"])
    assert () == found.to_spotilla


def test_customer_without_a_card_is_made_there(customer):
    assert ["1"] == [one.id for one in paired([customer()], []).to_procountor]


def test_equal_names_without_business_ids_link_nothing(customer):
    found = paired([customer(business_id="")], [card(business_id="")])

    assert ({}, ["1"], ["500"]) == (
        found.links,
        [one.id for one in found.to_procountor],
        [one.id for one in found.to_spotilla],
    )


def test_second_customer_of_one_business_id_is_held(customer, codes):
    found = paired([customer(10), customer(2)], [])

    assert ["2"] == [one.id for one in found.to_procountor]
    assert ["second_of_business_id"] == codes(found.against["10"])


def test_customer_that_is_linked_comes_before_an_older_one(customer, codes):
    found = paired([customer(2), customer(10)], [card()], linked={"10": "500"})

    assert ["second_of_business_id"] == codes(found.against["2"])
    assert () == found.to_procountor


def test_customer_that_is_linked_is_neither_made_nor_sent_back(customer):
    found = paired([customer()], [card()], linked={"1": "500"})

    assert ((), (), {}) == (found.to_procountor, found.to_spotilla, found.links)


def test_customer_whose_card_is_gone_is_not_made_anew(customer):
    found = paired([customer()], [], linked={"1": "500"})

    assert ((), (), {}) == (found.to_procountor, found.to_spotilla, found.against)


def test_customer_deleted_in_spotilla_leaves_a_tombstone(customer):
    assert () == paired([], [card()], tombstones=["500"]).to_spotilla


def test_inactive_card_is_neither_linked_nor_made_anew(customer, codes):
    found = paired([customer()], [card(active=False)])

    assert ["partner_inactive"] == codes(found.against["1"])
    assert ((), ()) == (found.to_procountor, found.to_spotilla)


def test_all_active_cards_come_at_first(customer):
    cards = [card(str(n), business_id="") for n in range(3)] + [card("9", active=False)]

    assert ["0", "1", "2"] == [one.id for one in paired([], cards).to_spotilla]


IDS = st.sampled_from(["1234567-8", "7654321-1", "1111111-1", "", "malformed"])


@example(["malformed", "malformed"], [("malformed", True)])
@given(
    st.lists(IDS, max_size=6),
    st.lists(st.tuples(IDS, st.booleans()), max_size=6),
)
def test_law_no_customer_and_no_card_is_used_twice(customers, cards):
    ours = [
        SpotillaCustomer(id=str(n), name="A", business_id=business_id, city="Turku")
        for n, business_id in enumerate(customers)
    ]
    theirs = [
        card(f"c{n}", business_id=business_id, active=active)
        for n, (business_id, active) in enumerate(cards)
    ]
    found = paired(ours, theirs)
    fates = [*found.links, *(one.id for one in found.to_procountor), *found.against]
    used = [*found.links.values(), *(one.id for one in found.to_spotilla)]
    made = [one.business_id for one in found.to_procountor if one.business_id]

    assert sorted(one.id for one in ours) == sorted(fates)
    assert len(used) == len(set(used))
    assert len(made) == len(set(made))
    assert not set(made) & {one.business_id for one in theirs}


@pytest.mark.requirement("R-SPO-21b")
def test_first_pull_writes_what_the_card_has_and_leaves_the_rest_alone(customer):
    ours = customer(phone="040", street="Vanha 2")
    found = pull(card(street="Katu 1", phone="", email=""), ours, remembered={})

    assert {"street": "Katu 1"} == found.writes
    assert {"name", "business_id", "street", "phone", "email"} == set(found.remembered)


def test_second_pull_of_the_same_card_writes_nothing(customer):
    first = pull(card(street="Katu 1"), customer(), remembered={})
    edited = customer(street="Oma muutos")

    assert {} == pull(card(street="Katu 1"), edited, remembered=first.remembered).writes


@pytest.mark.requirement("R-SPO-22b")
def test_change_in_procountor_overwrites_spotillas_own_and_says_so(customer, codes):
    remembered = pull(card(street="Katu 1"), customer(), remembered={}).remembered
    found = pull(card(street="Uusi 3"), customer(street="Oma muutos"), remembered=remembered)

    assert {"street": "Uusi 3"} == found.writes
    assert ["overwritten"] == codes(found.notices)
    assert "Oma" not in found.notices[0].message


def test_change_that_spotilla_has_already_writes_nothing(customer):
    remembered = pull(card(street="Katu 1"), customer(), remembered={}).remembered

    assert (
        {} == pull(card(street="Uusi 3"), customer(street="Uusi 3"), remembered=remembered).writes
    )


def test_field_emptied_in_procountor_is_emptied_here(customer):
    remembered = {"email": digest("vanha@example.invalid")}
    found = pull(card(email=""), customer(email="vanha@example.invalid"), remembered=remembered)

    assert "" == found.writes["email"]


def test_what_is_remembered_names_nobody(customer):
    found = pull(card(name="Salainen Oy"), customer(), remembered={})

    assert not any("Salainen" in value for value in found.remembered.values())


def test_card_as_a_new_customer_has_the_pulled_fields_that_say_something():
    assert {"name": "Asiakas Oy", "business_id": "1234567-8"} == as_new(card(email=""))


VALUES = st.dictionaries(st.sampled_from(PULLED), st.sampled_from(["", "a", "b"]))


@given(st.lists(st.tuples(st.booleans(), VALUES), max_size=8))
def test_law_procountors_last_word_on_a_field_stands(edits):
    """Edits on either side in any order, a pull after each: what Procountor last said of a field
    is there, unless Spotilla changed that field later."""
    ours = SpotillaCustomer(id="1")
    theirs, remembered, expected = {}, {}, {}
    for is_theirs, values in edits:
        if is_theirs:
            expected |= {
                name: value
                for name, value in values.items()
                if theirs.get(name) != value and (name in theirs or value or remembered)
            }
            theirs = {**theirs, **values}
        else:
            ours = ours.model_copy(update=values)
            expected |= values
        found = pull(PartnerCard("5", True, theirs), ours, remembered=remembered)
        ours = ours.model_copy(update=found.writes)
        remembered = found.remembered

        assert is_written(found.writes, ours)
    assert {} == pull(PartnerCard("5", True, theirs), ours, remembered=remembered).writes
    for name, value in expected.items():
        assert value == getattr(ours, name)
