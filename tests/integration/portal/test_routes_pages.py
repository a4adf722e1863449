"""Settings of a route: shown with their defaults, and changed one by one by who may."""

from __future__ import annotations

import re

import pytest

from blocks.hub.portal_roles import Role
from flows.doors import demo_home
from flows.portal.texts import sentence
from tasks.routes import add
from tests.portal_companies import OURS

PAGE = "/companies/acme/routes"
ECOM = {"source": "ecom", "kind": "vouchers"}


@pytest.fixture
def accountant(world):
    return world.client(Role.ACCOUNTANT)


def settings(world):
    return dict(world.stores.hub.routes.get(OURS, "ecom", "vouchers").settings)


def row_of(page, name):
    return re.findall(rf'<tr><th scope="row" id="[^"]*-{name}">.*?</tr>', page, re.DOTALL)[0]


def test_each_setting_stands_there_with_its_value_and_whether_it_is_the_default(accountant):
    before = row_of(accountant.get(PAGE).text, "language")
    accountant.post(PAGE, **ECOM, setting="language", value="sv")
    after = row_of(accountant.get(PAGE).text, "language")

    assert ['value="fi"' in before, "(default)" in before] == [True, True]
    assert ['value="sv"' in after, "(default)" in after] == [True, False]


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("first_month", "2026-01", "2026-01"),
        ("units", '{"kpl": "piece"}', {"kpl": "piece"}),
        ("units", "kpl = piece\r\n t=h ", {"kpl": "piece", "t": "h"}),
        ("had_integration", "true", True),
        ("purchase_vat_status_by_rate", '{"25.50": "3"}', {"25.50": "3"}),
        ("bank_account", "iban = FI21 1234 5600 0007 85", {"iban": "FI21 1234 5600 0007 85"}),
        (
            "bank_account",
            '{"iban":"SE4550000000058398257466"}',
            {"iban": "SE4550000000058398257466"},
        ),
        ("no_vat_status", "33", "33"),
        ("rounding_account", "8570", "8570"),
    ],
)
def test_a_setting_is_changed_by_the_proven_name_and_taken_back(
    world, accountant, name, text, kept
):
    accountant.post(PAGE, **ECOM, setting=name, value=text, who="somebody")
    changed = settings(world)
    accountant.post(PAGE, **ECOM, setting=name, value="")

    assert ({name: kept}, {}) == (changed, settings(world))
    events = world.stores.hub.events.recent(tenant=OURS, kind="route")
    assert any("accountant@acme.example" in event.message for event in events)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("language", "de", "Language of documents: expected one of fi, sv, en"),
        ("rounding_limit", "some", "expected a number"),
        ("rounding_limit", "2", "expected 1 or less"),
        ("max_image_bytes", "0", "expected more than 0"),
        ("first_month", "2026", "expected a month, such as 2026-01"),
        ("had_integration", "perhaps", "expected true or false"),
        ("colour", "red", "there is no such setting"),
        ("bank_account", "iban = FI0000", "that sales invoices carry: expected an IBAN"),
        ("bank_account", "iban = FI2112345600000785\nbic = X", "expected a BIC"),
        ("sales_vat_status", "zz9", "VAT status of sales: expected a whole number"),
        ("purchase_vat_status_by_rate", "0 = zz9", "expected a whole number"),
        ("rounding_account", "zz9", "expected a number of an account"),
        ("payment_account", "zz9", "expected a number of an account"),
        ("units", '{"kpl"', "cannot be read"),
        ("units", "[" * 1_000, "cannot be read"),
        ("units", "kpl piece", "cannot be read"),
        ("purchase_vat_status_by_rate", '{"abc": "1"}', "expected a number"),
        ("purchase_vat_status_by_rate", '{"1E-999999": "1"}', "by rate: "),
    ],
)
def test_a_setting_that_cannot_be_so_changes_nothing_and_is_named(
    world, accountant, name, text, told
):
    answer = accountant.post(PAGE, **ECOM, setting=name, value=text)

    assert 409 == answer.status_code
    assert told in answer.text.partition('role="alert"')[2].partition("</div>")[0]
    assert {} == settings(world)


@pytest.mark.parametrize(
    ("language", "told"),
    [("fi", "Suurin pyöristys: odotettiin lukua"), ("sv", "avrundning: ett tal väntades")],
)
def test_refused_setting_is_told_in_the_readers_language(world, accountant, language, told):
    accountant.http.headers["accept-language"] = language

    answer = accountant.post(PAGE, **ECOM, setting="rounding_limit", value="some")

    alert = answer.text.partition('role="alert"')[2].partition("</div>")[0]
    assert told in alert
    assert 'lang="en"' not in alert


def test_what_an_earlier_release_kept_is_shown_and_corrected_one_by_one(world, accountant):
    hub = world.stores.hub
    wrong = {"bank_account": {"iban": "FI0000"}, "payment_account": "zz9", "language": "sv"}
    hub.routes.set(hub.routes.get(OURS, "ecom", "vouchers"), wrong, who="test")
    before = accountant.get(PAGE).text

    accountant.post(PAGE, **ECOM, setting="payment_account", value="1910")
    accountant.post(PAGE, **ECOM, setting="bank_account", value="")

    assert "iban = FI0000" in row_of(before, "bank_account")
    assert 'value="zz9"' in row_of(before, "payment_account")
    assert {"payment_account": "1910", "language": "sv"} == settings(world)


@pytest.mark.parametrize("value", ["sv", ""])
def test_what_was_saved_is_told_by_its_label(accountant, value):
    answer = accountant.post(PAGE, **ECOM, setting="language", value=value)
    after = accountant.get(answer.headers["location"]).text

    assert "Saved: Language of documents." in after
    assert "Saved: " not in accountant.get(f"{PAGE}?saved=colour").text


def test_number_is_taken_with_a_comma_as_decimal_sign(world, accountant):
    accountant.post(PAGE, **ECOM, setting="rounding_limit", value="0,10")

    assert {"rounding_limit": "0.10"} == settings(world)


def test_settings_of_spotilla_stand_beside_those_of_ecom(world, accountant):
    add(world.stores.hub, OURS, "spotilla", "invoicing", target="", who="test")

    page = accountant.get(PAGE).text

    assert 'value="with_order_number"' in row_of(page, "tasks")
    assert row_of(page, "rounding_limit")


def test_page_says_modes_and_settings_in_words_and_shows_no_json(world, accountant):
    hub = world.stores.hub
    hub.routes.switch(hub.routes.get(OURS, "ecom", "vouchers"), "voucher:ecom", who="test")
    accountant.post(PAGE, **ECOM, setting="units", value='{"kpl": "piece", "t": "h"}')
    accountant.post(PAGE, **ECOM, setting="had_integration", value="true")

    for page in (accountant.get(PAGE).text, world.client(Role.CUSTOMER).get(PAGE).text):
        assert "purchases are posted in Ecom" in page
        assert "kpl = piece" in row_of(page, "units")
        assert "yes" in row_of(page, "had_integration")
        shown = page.partition("<main")[2].partition("</main>")[0]
        assert [] == [sign for sign in ("voucher:ecom", "{", "&#34;", "null") if sign in shown]


def test_a_route_that_is_switched_off_is_not_said_to_take_documents(world, accountant):
    hub = world.stores.hub
    add(hub, OURS, "spotilla", "invoicing", target="", who="test")
    hub.routes.switch(hub.routes.get(OURS, "spotilla", "invoicing"), "off", who="test")

    of_spotilla = accountant.get(PAGE).text.partition("Spotilla to ")[2]

    assert "nothing goes by it" in of_spotilla
    assert sentence("en", "routes.attached") not in of_spotilla


def test_a_flag_that_is_a_default_is_said_in_a_word_and_kept_by_none_of_its_answers(
    world, accountant
):
    add(world.stores.hub, OURS, "spotilla", "invoicing", target="", who="test")

    row = row_of(accountant.get(PAGE).text, "needs_acceptance")

    assert '<option value="" selected>no (default)</option>' in row
    assert '<option value="true">yes</option>' in row


def test_a_route_that_is_not_there_cannot_be_set(accountant):
    sent = {"source": "spotilla", "kind": "invoicing", "setting": "language", "value": "sv"}

    assert 404 == accountant.post(PAGE, **sent).status_code
    assert 404 == accountant.post(PAGE, **sent | {"source": "ecom"}).status_code


def test_a_customer_reads_settings_and_changes_none(world):
    client = world.client(Role.CUSTOMER)

    assert "<input name=" not in client.get(PAGE).text
    assert 403 == client.post(PAGE, **ECOM, setting="language", value="sv").status_code
    assert {} == settings(world)


def test_a_demo_whose_simulated_systems_have_ended_says_so_on_a_companys_pages(
    accountant, monkeypatch
):
    text = sentence("en", "common.demo")
    before = accountant.get(PAGE).text
    for name, value in demo_home.AWAY.items():
        monkeypatch.setenv(name, value)
    after = accountant.get(PAGE).text

    assert (False, True) == (text in before, text in after)
