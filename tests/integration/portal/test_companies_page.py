"""The list of companies says of each how it stands, and which tenant it is."""

from __future__ import annotations

import re

from blocks.hub import Load, Tenant, UnitState
from blocks.hub.portal_roles import Role
from ledger.fiscal_year import FiscalYear


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
