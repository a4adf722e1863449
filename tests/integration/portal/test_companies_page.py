"""The list of companies says of each how it stands, and which tenant it is."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from blocks.hub import Load, Tenant, UnitState
from blocks.hub.portal_roles import Role
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from flows.portal.routes import path_of
from ledger.fiscal_year import FiscalYear
from ledger.onboarding_form import OnboardingForm
from tasks.onboarding import deliver_form, file_form
from tests.portal_companies import unpublish

FORM = {"source_system": "fortnox", "transfer": "api", "fiscal_years": ["2024"]}


def card(page, tenant):
    return re.search(rf'href="/companies/{tenant}">.*?</li>', page, re.DOTALL)[0]


def test_each_company_has_its_worst_light_in_words_and_its_id(world):
    """The id tells two companies of one name apart, and is what an operator types."""
    hub = world.stores.hub
    for name in ("good", "held", "new"):
        hub.tenants.add(Tenant(name, "Same Name AB"))
    for state in (UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED):
        for name in ("good", "held"):
            hub.units.set_status(name, FiscalYear.parse("2024"), state)
    hub.units.set_status("held", FiscalYear.parse("2023"), UnitState.FAILED, reason="cut short")

    page = world.client(Role.OPERATOR).get("/companies?find=Same").text

    lights = {"good": ("green", "In order"), "held": ("red", "Needs somebody")}
    lights["new"] = ("grey", "Nothing read in yet")
    for name, (light, words) in lights.items():
        found = card(page, name)
        assert f'class="light {light}" aria-hidden="true"></span>{words}' in found
        assert f'<span class="number">{name}</span>' in found


def test_companies_come_by_name_page_after_page(world, monkeypatch):
    monkeypatch.setattr("flows.portal.pages.companies.PAGE_SIZE", 2)
    for tenant, name in (("z1", "alfa Test"), ("y2", "Beta Test"), ("x3", "Beta Test")):
        world.stores.hub.tenants.add(Tenant(tenant, name))
    for tenant, name in (("a5", "delta Test"), ("b4", "Gamma Test")):
        world.stores.hub.tenants.add(Tenant(tenant, name))
    operator, page, found = world.client(Role.OPERATOR), "/companies?find=Test", []
    while page:
        text = unescape(operator.get(page).text)
        found += re.findall(r'href="/companies/(\w+)"><strong>', text)
        page = next(iter(re.findall(r'href="(/companies\?find=Test&after=\w+)"', text)), "")

    assert ["z1", "x3", "y2", "a5", "b4"] == found


@pytest.mark.parametrize(
    "written", ["559990-0213", "5599900213", "559990 0213", " 90-0213 ", "5599-Bolag", "dash-a"]
)
def test_company_is_found_by_its_number_as_it_is_written(world, written):
    hub = world.stores.hub
    hub.tenants.add(Tenant("dash-a", "5599-Bolag AB", organisation_number="5599900213"))

    page = world.client(Role.OPERATOR).get(path_of("companies", find=written)).text

    assert ["dash-a"] == re.findall(r'href="/companies/([\w-]+)"><strong>', page)


def test_a_dash_alone_is_found_in_names_and_ids_and_in_no_number(world):
    world.stores.hub.tenants.add(Tenant("plain", "Plain AB", organisation_number="5599900213"))

    page = world.client(Role.OPERATOR).get("/companies?find=-").text

    assert 'href="/companies/plain"' not in page


def test_a_companys_page_leads_to_what_waits_for_a_decision(world):
    hub = world.stores.hub
    hub.tenants.add(Tenant("well", "Well AB"))
    hub.tenants.add(Tenant("held", "Held AB"))
    load = hub.loads.save(Load("held", FiscalYear.parse("2024").key, "sie"))
    for state in (UnitState.STAGED, UnitState.RECONCILING, UnitState.HELD):
        where = {"load_id": load.load_id, "reason": "1930 differs"}
        hub.units.set_status("held", FiscalYear.parse("2024"), state, **where)
    operator = world.client(Role.OPERATOR)

    page = operator.get("/companies/held").text

    assert '<a href="/companies/held/holds">A load is held and waits for a decision</a>' in page
    assert "waits for a decision" not in operator.get("/companies/well").text


def test_what_a_route_refuses_is_why_a_company_is_red_and_the_page_of_routes_names_it(world):
    operator, hub = world.client(Role.OPERATOR), world.stores.hub
    line = '<a href="/companies/acme/routes">Documents of a route wait for somebody</a>'
    before = operator.get("/companies/acme").text
    kind, why = "purchase_invoice", "account 4010 at 25.5 % is joined to <none>"
    of = Transfer("acme", "ecom", "osto-2", "osto-2", kind, 1, "voucher", TransferState.REFUSED)
    hub.transfers.note(replace(of, code="account_not_joined", detail=why))

    assert (False, True) == (line in before, line in operator.get("/companies/acme").text)
    assert "osto-2: account 4010 at 25.5 % is joined to &lt;none&gt;" in (
        operator.get("/companies/acme/routes").text
    )


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.ACCOUNTANT])
@pytest.mark.parametrize(
    ("form", "words"),
    [
        (None, "The onboarding form is not complete: fill it in before any books can be taken."),
        (FORM, "Waiting for the company."),
    ],
)
def test_a_companys_page_leads_to_its_opening_until_nothing_of_it_is_left(world, role, form, words):
    hub, client = world.stores.hub, world.client(role)
    live = client.get("/companies/acme").text
    unpublish(world.stores, "acme")
    deliver_form(hub, "acme")
    if form:
        file_form(hub, "acme", OnboardingForm(**form), who="anna", by_operator=True)
    begun = client.get("/companies/acme").text

    assert f'<p class="notice">{words} <a href="/companies/acme/opening">' in begun
    assert 'class="notice"' not in live
