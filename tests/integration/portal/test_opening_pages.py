"""The onboarding form, filled in by whoever may, and the checklist of what is left."""

from __future__ import annotations

import pytest

from blocks.hub.pickups import Pickup
from blocks.hub.portal_roles import Role
from flows.portal.texts import sentence
from ledger.fiscal_year import FiscalYear
from tasks.onboarding import deliver_form
from tests.portal_companies import OURS, unpublish

PAGE = "/companies/acme/opening"
FORM = {"source_system": "fortnox", "transfer": "api", "fiscal_years": "2024, 2025"}


@pytest.fixture
def begun(world):
    """A company whose form was handed out and of which nothing was read in."""
    unpublish(world.stores, OURS)
    deliver_form(world.stores.hub, OURS)
    return world.stores.hub


def form_of(hub):
    return hub.openings.find(OURS).form


@pytest.mark.requirement("R-FIN-36c")
def test_a_customer_fills_the_form_in_by_the_proven_name_and_sees_what_is_left(world, begun):
    client = world.client(Role.CUSTOMER)

    before = client.get(PAGE).text
    answer = client.post(PAGE, **FORM, company_name="Acme AB")
    after = client.get(PAGE).text

    assert 303 == answer.status_code
    assert "has not come back" in before
    assert "customer@acme.example" == begun.openings.find(OURS).filed_by
    assert ["2024", "2025"] == [year.key[:4] for year in form_of(begun).fiscal_years]
    assert "the filled form is on file" in after
    assert 'value="2024, 2025"' in after


@pytest.mark.requirement("R-FIN-3a", "R-FIN-3b", "R-FIN-18")
@pytest.mark.parametrize("field", ["source_system", "fiscal_years", "transfer"])
def test_a_form_without_a_needed_field_is_refused_with_its_name_and_keeps_what_was_typed(
    world, begun, field
):
    answer = world.client(Role.CUSTOMER).post(PAGE, **FORM | {field: "", "contact": "ekonomi"})

    assert 409 == answer.status_code
    assert f"<li>{sentence('en', f'opening.field_{field}')}: is missing</li>" in answer.text
    assert 'value="ekonomi"' in answer.text
    assert form_of(begun) is None


@pytest.mark.parametrize("language", ["sv", "fi"])
def test_every_wrong_field_is_named_by_its_label_in_ones_language(world, begun, language):
    wrong = {
        "fiscal_years": "tjugotjugofem",
        "business_id": "1" * 30,
        "transfer": "sftp",
        "contact": "x" * 300,
    }
    client = world.client(Role.CUSTOMER)
    client.http.headers["accept-language"] = language
    answer = client.post(PAGE, **FORM | wrong)
    shown = answer.text.partition('role="alert"')[2].partition("</ul>")[0]

    for field in ("fiscal_years", "business_id", "contact", "pickup_path"):
        assert f"<li>{sentence(language, f'opening.field_{field}')}: " in shown
    assert "lang=" not in shown


def test_what_looks_like_a_secret_is_refused_and_not_repeated(world, begun):
    answer = world.client(Role.CUSTOMER).post(PAGE, **FORM, contact="password=hunter22")

    assert 409 == answer.status_code
    assert "hunter22" not in answer.text
    assert form_of(begun) is None


@pytest.mark.parametrize(
    ("role", "block"),
    [(Role.CUSTOMER, ""), (Role.ACCOUNTANT, ""), (Role.OPERATOR, "fortnox-app/other")],
)
def test_by_whose_secret_is_fetched_only_an_operator_says(world, begun, role, block):
    client = world.client(role)

    shown = client.get(PAGE).text
    client.post(PAGE, **FORM, credentials_block="fortnox-app/other")

    assert block == form_of(begun).credentials_block
    assert bool(block) == ('name="credentials_block"' in shown)


def test_what_an_operator_said_stays_when_somebody_else_fills_the_form_in(world, begun):
    world.client(Role.OPERATOR).post(PAGE, **FORM, credentials_block="fortnox-app/acme")
    world.client(Role.CUSTOMER).post(PAGE, **FORM | {"fiscal_years": "2024"})

    assert "fortnox-app/acme" == form_of(begun).credentials_block
    assert 1 == len(form_of(begun).fiscal_years)


@pytest.mark.parametrize(("role", "status"), [(Role.CUSTOMER, 409), (Role.ACCOUNTANT, 303)])
def test_the_form_of_a_company_that_is_live_is_no_longer_the_customers(world, begun, role, status):
    world.client(Role.OPERATOR).post(PAGE, **FORM)
    year = form_of(begun).fiscal_years[0]
    begun.approvals.add(OURS, {year: {}}, who="anna", note="agrees")

    answer = world.client(role).post(PAGE, **FORM)

    assert status == answer.status_code


def test_without_an_opening_nothing_is_filled_in(world):
    client = world.client(Role.OPERATOR)

    assert "No form has been handed out" in client.get(PAGE).text
    assert 409 == client.post(PAGE, **FORM).status_code


SFTP = FORM | {
    "transfer": "sftp",
    "credentials_block": "sftp-account/acme",
    "pickup_path": "/out",
}


def kept(hub):
    years = [one.year.key for one in hub.years.active(OURS)]
    return form_of(hub), years, hub.pickups.find(OURS), hub.tenants.get(OURS)


@pytest.mark.parametrize(
    ("role", "changed"),
    [
        (Role.CUSTOMER, {"fiscal_years": "2017, 2018-07-01_2019-06-30"}),
        (Role.OPERATOR, {"fiscal_years": "2017", "pickup_path": "../x"}),
        (Role.CUSTOMER, {"fiscal_years": "2017", "transfer": "manual"}),
        (Role.ACCOUNTANT, {"fiscal_years": "2017", "transfer": "manual"}),
    ],
)
def test_a_refused_form_changes_nothing(world, begun, role, changed):
    begun.years.define(OURS, FiscalYear.parse("2018"))
    world.client(Role.OPERATOR).post(PAGE, **SFTP)
    before = kept(begun)

    answer = world.client(role).post(PAGE, **SFTP | changed)

    assert 409 == answer.status_code
    assert before == kept(begun)


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.ACCOUNTANT])
def test_what_an_operator_agreed_on_a_pickup_survives_what_others_file(world, begun, role):
    world.client(Role.OPERATOR).post(PAGE, **SFTP)
    newer = begun.pickups.agree(Pickup(OURS, "sftp-account/new", "/new", poll_minutes=9), who="me")
    client = world.client(role)

    assert 303 == client.post(PAGE, **SFTP | {"fiscal_years": "2024"}).status_code
    assert newer == begun.pickups.find(OURS)
    begun.pickups.stop(OURS, who="me")
    assert 303 == client.post(PAGE, **SFTP).status_code
    assert begun.pickups.find(OURS) is None, "a pickup that was stopped stays so"


@pytest.mark.parametrize("language", ["sv", "fi"])
@pytest.mark.parametrize(
    "wrong", [{"source_system": "bokio"}, {"business_id": "559990-9999"}], ids=["system", "number"]
)
def test_what_a_form_is_refused_for_is_said_in_ones_language(world, begun, language, wrong):
    client = world.client(Role.CUSTOMER)
    client.http.headers["accept-language"] = language
    answer = client.post(PAGE, **FORM | wrong)

    shown = answer.text.partition('role="alert"')[2].partition("</ul>")[0]
    assert 409 == answer.status_code
    assert next(iter(wrong.values())) in shown
    assert "lang=" not in shown
    assert form_of(begun) is None


def test_how_the_books_come_is_chosen_by_whoever_fills_the_form_in(world, begun):
    page = world.client(Role.CUSTOMER).get(PAGE).text

    select = page.partition('<select id="transfer"')[2].partition("</select>")[0]
    assert select.startswith(' name="transfer" required>')
    assert 1 == select.count(" selected")
    assert '<option value="" selected></option>' in select
