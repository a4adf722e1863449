"""The account table of a route from Ecom: shown with what it lacks, and changed row by row."""

from __future__ import annotations

import json
from decimal import Decimal
from html import unescape

import pytest

from blocks.http.errors import CallFailed
from blocks.hub.feeds import NewRecord
from blocks.hub.portal_roles import Role
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from ledger.ecom.sentences import sentence
from tasks.ecom import accounts
from tasks.ecom.accounts import put
from tasks.ecom.route import EcomRoute
from tests.portal_companies import OURS

COMPANY = "/companies/acme"
PAGE = f"{COMPANY}/account-table"
ACCOUNTS = {"accounts": "3000 (25.5 %)"}
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


def routes_page(client):
    return unescape(client.get("/companies/acme/routes").text)


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
        ({"target": "abc"}, "abc&#39;; expected a number of an account"),
        ({"status": "9x"}, "9x&#39;; expected a whole number, such as 1"),
    ],
)
def test_a_row_that_cannot_be_is_named_and_nothing_is_saved(world, accountant, changed, told):
    answer = accountant.post(PAGE, **ROW | changed)

    assert 409 == answer.status_code
    assert told in answer.text.partition('role="alert"')[2].partition("</div>")[0]
    assert {} == table(world)


@pytest.mark.parametrize("language", ["sv", "fi"])
@pytest.mark.parametrize("name", ["rate", "target", "status"])
def test_a_row_that_cannot_be_is_named_in_ones_language_too(world, accountant, language, name):
    accountant.post("/language", language=language)

    answer = accountant.post(PAGE, **ROW | {name: "many"})

    alert = answer.text.partition('role="alert"')[2].partition("</div>")[0]
    assert 409 == answer.status_code
    assert f'lang="{language}"' in answer.text[:60]
    assert ("many" in alert, 'lang="en"' in alert) == (True, False)


def test_after_a_row_was_saved_the_page_says_so(world, accountant):
    saved = accountant.post(PAGE, **ROW)

    page = accountant.get(saved.headers["location"]).text
    assert '<p class="good" role="status">Saved.</p>' in page
    assert 'role="status"' not in accountant.get(PAGE).text


def test_what_the_table_refused_is_tried_once_more_when_a_row_is_saved(world, accountant):
    hub = world.stores.hub
    for item, code in (("osto-1", "unposted"), ("osto-2", "account_not_joined")):
        refused = (OURS, "ecom", item, item, "purchase_invoice", 1, "voucher:ecom")
        hub.transfers.note(
            Transfer(*refused, TransferState.REFUSED, code=code, detail=sentence(code, ACCOUNTS))
        )
    before = routes_page(accountant)
    saved = accountant.post(PAGE, **ROW)

    assert "correct their VAT status; saving has it tried again." in before
    assert "osto-1: The invoice has no posting<br>" in before
    codes = {one.item: one.code for one in hub.transfers.listed(OURS, "ecom")}
    assert {"osto-1": "unposted", "osto-2": "retried"} == codes
    page = accountant.get(saved.headers["location"]).text
    assert "Saved. The next run decides what waited for it." in page
    after = routes_page(accountant)
    waiting, _, decided = after.partition("The next run decides these:")
    assert "osto-2: tried once more by accountant@acme.example, and not decided yet" in decided
    assert ("osto-1" in waiting, "osto-2" in waiting) == (True, False)


@pytest.mark.parametrize(
    ("language", "advice"),
    [
        ("en", "In the account table: join all accounts of this invoice"),
        ("fi", "Kohdista tilitaulukossa kaikki tämän laskun tilit"),
        ("sv", "Koppla alla konton på fakturan och rätta deras momsstatus i kontotabellen"),
    ],
)
def test_advice_on_accounts_names_the_table_of_these_pages_and_no_menu(
    world, accountant, language, advice
):
    detail = sentence("account_not_joined", ACCOUNTS)
    refused = (OURS, "ecom", "osto-2", "osto-2", "purchase_invoice", 1, "voucher:ecom")
    world.stores.hub.transfers.note(
        Transfer(*refused, TransferState.REFUSED, code="account_not_joined", detail=detail)
    )

    page = unescape(accountant.get("/companies/acme/routes", **{"accept-language": language}).text)

    assert advice in page
    assert "> Procountor:" not in page


def test_a_company_of_which_all_is_tried_once_more_needs_nobody(world, accountant):
    refused = (OURS, "ecom", "osto-2", "osto-2", "purchase_invoice", 1, "voucher:ecom")
    detail = sentence("account_not_joined", ACCOUNTS)
    world.stores.hub.transfers.note(
        Transfer(*refused, TransferState.REFUSED, code="account_not_joined", detail=detail)
    )
    before = accountant.get(COMPANY).text
    accountant.post(PAGE, **ROW)

    needs = "Documents of a route wait for somebody"
    assert [True, False] == [needs in page for page in (before, accountant.get(COMPANY).text)]


@pytest.mark.parametrize(
    ("language", "advice"),
    [
        ("fi", "Seuraava ajo ratkaisee sitä odottaneet asiakirjat."),
        ("sv", "Nästa körning avgör det som väntade på det."),
    ],
)
def test_what_is_tried_once_more_is_said_in_ones_language(world, accountant, language, advice):
    page = accountant.get(f"{PAGE}?saved=tried", **{"accept-language": language})

    assert advice in page.text


def test_table_stays_in_sight_when_nobody_is_there_to_suggest(world, accountant):
    accountant.post(PAGE, **ROW)

    answer = accountant.post(f"{PAGE}/ask")

    assert 409 == answer.status_code
    assert "It cannot be done as things stand." in answer.text.partition('role="alert"')[2]
    assert ">3001</td>" in answer.text


def test_table_stays_in_sight_when_the_system_is_away(world, accountant, monkeypatch):
    async def away(route):
        raise CallFailed("no answer", code="unreachable")

    monkeypatch.setattr(accounts, "ask_there", away)
    accountant.post(PAGE, **ROW)

    answer = accountant.post(f"{PAGE}/ask")

    assert 503 == answer.status_code
    assert "The system did not answer." in answer.text.partition('role="alert"')[2]
    assert ">3001</td>" in answer.text


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

    assert ">25,5</td>" in page
    assert 'name="rate" value="25.5"' in page
