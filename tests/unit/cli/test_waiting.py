"""What waits for a person beside the books is said wherever somebody looks for what is wrong."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from blocks.hub import Connection, ConnectionState, Hub, Light, Method, Tenant, UnitState
from blocks.hub.outbox import NewDocument
from blocks.settings import settings
from blocks.systems.fennoa.system import FENNOA
from blocks.systems.fortnox.system import FORTNOX
from ledger.fiscal_year import FiscalYear
from ledger.push.advance import Rules
from ledger.push.events import After, Begun, NoEffect
from ledger.push.items import Clock, Step
from ledger.push.kinds import PushKind
from tasks.overview import whole_overview
from tasks.pages.overview import overview_page
from tests import ecom_home

TO_FENNOA = "push status acme --to fennoa"


@pytest.fixture
def hub(home):
    with Hub(settings().hub_url) as opened:
        yield opened


@pytest.fixture
def push(hub):
    """Queue documents of a tenant for Fennoa, of which so many are rejected there."""

    def push(tenant: str, rejected: int, queued: int = 0) -> None:
        hub.connections.save(Connection(tenant, FENNOA, Method.API_KEY, credential_block="a/b"))
        for number in range(rejected + queued):
            steps = (Step.CREATE,)
            key = f"k{number}"
            new = NewDocument(key, PushKind.SALES_INVOICE, key, f"c{number}", "{}", "d", steps)
            hub.outbox.add(tenant, FENNOA, [new])
            item = hub.outbox.find(tenant, FENNOA, key)
            said = [Begun(1, "0123456789abcdef" * 4), NoEffect(1, "no", After.REJECT)]
            for event in said if number < rejected else ():
                hub.outbox.apply(item, event, rules=Rules(), now=Clock(0.0, "here"))

    return push


def publish(hub, tenant, *years):
    for year in years:
        for state in (UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED):
            hub.units.set_status(tenant, FiscalYear.parse(year), state, source="sie")


def rows_of(tasma, tenant):
    return json.loads(tasma("tenant", "status", tenant, "--json").stdout)


def test_documents_that_wait_are_red_in_the_tenants_own_row_and_lead_to_their_list(
    tasma, acme, hub, push
):
    publish(hub, acme, "2023", "2024")
    push(acme, rejected=3)

    shown = tasma("tenant", "status", acme).stdout

    assert [("", Light.RED), ("2023", Light.GREEN), ("2024", Light.GREEN)] == [
        (row.fiscal_year[:4], row.light) for row in whole_overview(hub)
    ]
    assert "3 documents wait for a person (Fennoa)" in shown
    assert f"tasma {TO_FENNOA}" in shown


def test_what_a_route_refused_waits_too_until_its_period_is_closed_or_it_is_detached(
    tasma, acme, hub
):
    ecom_home.fill(hub, acme, "text", day=dt.date(2026, 1, 5))

    (row,) = rows_of(tasma, acme)

    assert ("red", "1 document waits for a person (Ecom)") == (row["light"], row["reason"])
    assert "tasma ecom list acme" in tasma("tenant", "status").stdout
    hub.routes.detach(hub.routes.get(acme, "ecom", "vouchers"), who="me")
    assert ["grey"] == [row["light"] for row in rows_of(tasma, acme)]


def test_tenant_of_documents_alone_is_green_and_asked_for_no_file(tasma, acme, push):
    push(acme, rejected=0, queued=1)

    (row,) = rows_of(tasma, acme)

    assert "green" == row["light"]
    assert "no books are kept here; its documents go to Fennoa" == row["reason"]
    assert "import FILE" not in tasma("tenant", "status").stdout


def test_tenant_of_documents_alone_is_told_of_no_missing_form(tasma, hub, push):
    """Its form was handed out as every new tenant's is; nobody has said that books are to come."""
    tasma("tenant", "add", "seller", "--name", "Seller Oy", "--country", "FI")
    push("seller", rejected=0, queued=1)

    (row,) = rows_of(tasma, "seller")
    shown, opened = tasma("tenant", "status").stdout, tasma("tenant", "open", "seller")

    assert ("green", "documents") == (row["light"], row["stage"])
    assert "tasma tenant open" not in shown
    assert (0, True) == (opened.exit_code, "documents alone" in opened.stdout)
    assert "fill in the onboarding form" not in opened.stdout


def test_tenant_without_anything_is_still_asked_for_a_file(tasma, acme):
    assert "tasma import FILE --tenant acme" in tasma("tenant", "status").stdout


@pytest.mark.requirement("R-X-12a")
def test_a_source_that_does_not_answer_is_said_once_and_leaves_the_years_as_they_are(
    tasma, acme, hub
):
    publish(hub, acme, "2023", "2024")
    hub.connections.save(Connection(acme, FORTNOX, Method.CLIENT_CREDENTIALS, "1"))
    hub.connections.troubled(acme, FORTNOX, ConnectionState.UNREACHABLE, reason="No answer.")

    own, *years = whole_overview(hub)

    assert ("", Light.RED, "fortnox, unreachable: No answer.") == (
        own.fiscal_year,
        own.light,
        own.reason,
    )
    assert [(Light.GREEN, "")] * 2 == [(row.light, row.reason) for row in years]
    assert 1 == tasma("tenant", "status").stdout.count("tasma connect check acme")


def test_a_cut_off_tenant_whose_documents_wait_says_both_in_one_sentence(acme, hub, push):
    push(acme, rejected=1)
    hub.connections.troubled(acme, FENNOA, ConnectionState.UNREACHABLE, reason="No answer.")

    (row,) = whole_overview(hub, tenant=acme)

    assert "fennoa, unreachable: No answer; 1 document waits for a person (Fennoa)" == row.reason
    assert ("tasma connect check acme", f"tasma {TO_FENNOA}") == (row.look_with, row.documents_with)


@pytest.mark.parametrize(("tenants", "named"), [(3, 3), (4, 0)])
def test_doctor_names_the_command_of_each_tenant_up_to_three_and_else_the_list_of_all(
    tasma, hub, tenants, named
):
    for number in range(tenants):
        name = f"t{number}"
        hub.tenants.add(Tenant(name, name, country="FI"))
        ecom_home.fill(hub, name, "account_not_joined", day=dt.date(2026, 5, 4))

    found = json.loads(tasma("doctor", "--json").stdout)

    (people,) = [one["seen"] for one in found if one["what"] == "people"]
    assert f"{tenants} documents" in people
    assert "`tasma tenant status`" in people
    assert named == people.count("tasma ecom list t")


def test_doctor_counts_what_waits_for_people_and_calls_no_machine_broken(tasma, acme, hub, push):
    assert "nothing of the books waits" in tasma("doctor").stdout
    push(acme, rejected=2)
    hub.units.set_status(acme, FiscalYear.parse("2024"), UnitState.FAILED, reason="cut short")

    done = tasma("doctor")

    assert 0 == done.exit_code
    waiting = (
        "1 red year, 2 documents for a person to look at: `tasma tenant status`, "
        f"`tasma {TO_FENNOA}`"
    )
    assert 1 == done.stdout.count(waiting)
    assert "Nothing of this machine must be mended; what waits for people stands" in done.stdout


def test_overview_page_counts_them_and_names_the_command(acme, hub, push):
    hub.tenants.add(Tenant("quiet", "Quiet AB"))
    hub.tenants.add(Tenant("seller", "Seller Oy"))
    push("seller", rejected=0, queued=1)
    publish(hub, acme, "2024")
    push(acme, rejected=1)

    page = overview_page(list(whole_overview(hub)), at=dt.datetime(2024, 5, 1, tzinfo=dt.UTC))

    assert "3 tenants: 1 red, 1 grey, 1 green. 1 document waits for a person." in page
    why = f"1 document waits for a person (Fennoa)<br>Next: tasma {TO_FENNOA}"
    assert f"| acme |  |  |  | {why} |" in page
    assert "Without books yet: quiet" in page
    assert "Their documents alone go through here: seller" in page


def test_light_of_a_row_of_a_tenants_own_is_red_for_nothing_else(hub, acme):
    publish(hub, acme, "2024")

    (year,) = whole_overview(hub)

    assert (Light.GREEN, 0, False) == (year.light, year.waiting_documents, year.has_years)
