"""What the hub knows of a target: facts that are replaced, and customers' numbers that are not."""

from __future__ import annotations

import pytest

from blocks.hub import Tenant


@pytest.fixture
def facts(hub):
    for tenant in ("acme", "other"):
        hub.tenants.add(Tenant(tenant, "Some Oy"))
    return hub.push_facts


def test_fact_takes_the_place_of_what_was_known_and_others_stay(facts):
    facts.note("acme", "fennoa", order="unknown", end="empty")
    facts.note("acme", "fennoa", order="newest_first")

    assert {"order": "newest_first", "end": "empty"} == facts.of("acme", "fennoa")
    assert {} == facts.of("other", "fennoa") == facts.of("acme", "procountor")


def test_number_of_a_customer_is_stored_and_the_first_stays(facts):
    assert "" == facts.customer("acme", "fennoa", "number:9001")

    learned = [facts.learn("acme", "fennoa", "number:9001", number) for number in ("5001", "5002")]

    assert ["5001", "5001"] == learned
    assert {"number:9001": "5001"} == facts.customers("acme", "fennoa")
    assert "" == facts.customer("other", "fennoa", "number:9001")
