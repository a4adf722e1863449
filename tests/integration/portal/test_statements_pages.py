"""A customer's statement is sent, completed by what a person adds, and held against the books."""

from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub.portal_roles import Role
from ledger.onboarding import Comparison
from tests.portal_companies import OUR_OTHER_YEAR, OUR_YEAR, OURS, upload

PAGE = "/companies/acme/statements/sent"
DATED = "Balansrapport {year}-12-31\nKonto;Benämning;{year}-12-31\n1930;Bank;5,00\n"
UNDATED = "Balansrapport\nKonto;Benämning;Saldo\n1930;Bank;5,00\n"


@pytest.fixture
def client(world):
    return world.client(Role.CUSTOMER)


def kept(world):
    return world.stores.hub.customer_statements.of_tenant(OURS)


def test_a_statement_is_asked_about_before_it_is_read_and_then_compared(world, client):
    sent = client.upload(
        "/companies/acme/files?name=tase.csv&what=statement", DATED.format(year=2024).encode()
    )
    form = client.get(sent.headers["location"])
    before = kept(world)
    answer = client.post(PAGE, upload=sent.headers["location"].rpartition("upload=")[2])

    assert [] == before
    assert "tase.csv" in form.text
    assert [("customer@acme.example", "tase.csv", Comparison.AGREES)] == [
        (item.who, item.file_name, item.outcome) for item in kept(world)
    ]
    assert f"/companies/acme/comparison?year={OUR_YEAR.key}" == answer.headers["location"]
    assert [] == world.runs.started


def test_what_a_file_leaves_open_is_said_and_asked_and_what_was_given_stays(world, client):
    sent = upload(OURS, UNDATED.encode(), "tase.csv")

    asked = client.post(PAGE, upload=sent, kind="balance_sheet")
    client.post(PAGE, upload=sent, kind="balance_sheet", date="2024-12-31")

    assert 409 == asked.status_code
    assert "does not say of which day it is" in asked.text
    assert '<option value="balance_sheet" selected>' in asked.text
    assert [dt.date(2024, 12, 31)] == [item.as_of for item in kept(world)]


def test_a_file_that_is_no_statement_is_refused_with_its_reason_and_nothing_is_kept(world, client):
    answer = client.post(PAGE, upload=upload(OURS, b"%PDF-1.4 statement", "tase.pdf"))

    assert 409 == answer.status_code
    assert "not taken as a statement" in answer.text
    assert [] == kept(world)


def test_a_held_year_is_judged_anew_by_a_run(world, client):
    world.stores.hub.years.define(OURS, OUR_OTHER_YEAR)

    answer = client.post(PAGE, upload=upload(OURS, DATED.format(year=2025).encode(), "tase.csv"))

    assert [("publish-accepted/publish-accepted", OURS, {"fiscal_year": OUR_OTHER_YEAR.key})] == (
        world.runs.started
    )
    assert "/companies/acme?run=" in answer.headers["location"]


@pytest.mark.parametrize("said", [{"kind": "poem"}, {"amounts": "all"}, {"date": "2024-13-40"}])
def test_what_is_no_answer_about_a_statement_takes_nothing(world, client, said):
    sent = upload(OURS, DATED.format(year=2024).encode(), "tase.csv")

    assert 400 == client.post(PAGE, upload=sent, **said).status_code
    assert [] == kept(world)
