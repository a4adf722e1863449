"""The account table of a route from Ecom: shown with what it lacks, and changed row by row."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from blocks.hub.feeds import NewRecord
from blocks.hub.portal_roles import Role
from tasks.ecom.accounts import put
from tasks.ecom.route import EcomRoute
from tests.portal_companies import OURS

PAGE = "/companies/acme/account-table"
ROW = {"account": "3000", "rate": "25,5", "target": "3001", "status": "1", "sales": "yes"}


@pytest.fixture
def accountant(world):
    """Somebody of the office of acme, whose Ecom has two accounts."""
    chart = [{"number": "3000", "vat_rates": [25.5, 14]}, {"number": "7230", "name": "Vuokra"}]
    records = [
        NewRecord("account", one["number"], f"account-{one['number']}", json.dumps(one))
        for one in chart
    ]
    world.stores.hub.feeds.take(OURS, "ecom", records, cursor="1")
    return world.client(Role.ACCOUNTANT)


def table(world):
    return EcomRoute.of(world.stores.hub, OURS).table


def test_accounts_without_a_row_are_offered_to_be_filled_in(world, accountant):
    page = accountant.get(PAGE).text
    form = page.partition('name="account" value="3000">')[2].partition("</form>")[0]

    accountant.post(PAGE, **ROW | {"purchases": "yes"})

    assert ('name="account" value="7230"' in page, 'name="row"' in page) == (True, False)
    assert 'name="rate" value="25.5"' in form
    assert 2 == form.count("required")
    assert {("3000", Decimal("25.5"))} == set(table(world))
    after = accountant.get(PAGE).text.partition('id="missing"')[2]
    assert ('value="25.5"' in after, 'value="14"' in after) == (False, True)


def test_only_what_is_ticked_is_saved_and_no_row_without_an_account(world, accountant):
    refused = accountant.post(f"{PAGE}/rows", row=["3000;25.5;3001;1;yes;yes", "7230;0;;;yes;yes"])
    before = dict(table(world))
    accountant.post(f"{PAGE}/rows", row=["3000;25.5;3001;1;yes;yes", "7230;0;7230;12;yes;yes"])

    assert (409, {}) == (refused.status_code, before)
    assert "account 7230 at 0 %: no Procountor account is given" in refused.text
    assert {("3000", Decimal("25.5")), ("7230", Decimal(0))} == set(table(world))


def test_two_who_add_rows_at_once_lose_none_of_them(world, accountant):
    seen = [EcomRoute.of(world.stores.hub, OURS) for _ in "ab"]
    assert [{}, {}] == [one.table for one in seen]

    for route, account in zip(seen, ("3000", "7230"), strict=True):
        assert [] == put(route, [[account, "0", "1", "1", "yes", "yes"]], who="anna")

    assert {"3000", "7230"} == {account for account, _ in table(world)}


def test_a_row_is_changed_by_the_proven_name_with_its_switches(world, accountant):
    accountant.post(PAGE, **ROW)
    accountant.post(PAGE, **ROW | {"target": "3002", "sales": "", "purchases": "yes"})

    (row,) = table(world).values()
    assert ("3002", "1", False, True) == (
        row.target_account,
        row.vat_status,
        row.is_for_sales,
        row.is_for_purchases,
    )
    event, *_ = world.stores.hub.events.recent(tenant=OURS, kind="account_table")
    assert "set by accountant@acme.example" in event.message


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"account": "9999"}, "no such account"),
        ({"rate": "many"}, "rate"),
        ({"rate": "1E-999999"}, "at most 3 decimals"),
        ({"target": "a b"}, "a b"),
    ],
)
def test_a_row_that_cannot_be_is_named_and_nothing_is_saved(world, accountant, changed, told):
    answer = accountant.post(PAGE, **ROW | changed)

    assert 409 == answer.status_code
    assert told in answer.text.partition('role="alert"')[2].partition("</div>")[0]
    assert {} == table(world)


@pytest.mark.parametrize("language", ["sv", "fi"])
def test_a_row_that_cannot_be_is_named_in_ones_language_too(world, accountant, language):
    accountant.post("/language", language=language)

    answer = accountant.post(PAGE, **ROW | {"rate": "many"})

    assert 409 == answer.status_code
    assert f'lang="{language}"' in answer.text[:60]
    assert "many" in answer.text.partition('role="alert"')[2].partition("</div>")[0]


def test_whole_table_is_handed_out_as_a_file(world, accountant):
    accountant.post(PAGE, **ROW)

    answer = accountant.get(f"{PAGE}/csv")

    assert "3000,25.5,3001,1,yes,no" in answer.text
    assert 'attachment; filename="acme-accounts.csv"' == answer.headers["content-disposition"]


def test_a_customer_reads_the_table_and_changes_nothing(world, accountant):
    accountant.post(PAGE, **ROW)
    client = world.client(Role.CUSTOMER)

    page = client.get(PAGE).text

    assert "3001" in page
    assert ['name="target"' in page, 'name="row"' in page] == [False, False]
    assert 403 == client.post(PAGE, **ROW | {"target": "9"}).status_code


def test_a_vat_rate_is_shown_as_its_readers_write_it_and_sent_as_it_is_kept(world, accountant):
    accountant.post(PAGE, **ROW)

    page = accountant.get(PAGE, **{"accept-language": "fi"}).text

    assert '<td class="figure">25,5</td>' in page
    assert 'name="rate" value="25.5"' in page
