"""Opening a tenant at the prompt: the form goes out and comes back, and gates hold until then."""

from __future__ import annotations

import json

import pytest

from blocks.hub import Hub
from blocks.hub.customer_statements import CustomerStatement
from blocks.settings import settings
from blocks.systems.registry import SYSTEMS
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import Comparison, StatementKind

FORM = """\
source_system: file
transfer: manual
fiscal_years: [2024]
"""
GATES = {
    "organisation number": lambda hub: hub.tenants.update("small", organisation_number=""),
    "ledger accounts": lambda hub: hub.charts.set("small", [], who="anna"),
    "fiscal years": lambda hub: hub.years.retire("small", FiscalYear.parse("2024")),
    "account map": None,
}


@pytest.fixture
def form(tmp_path):
    """A filled form of a file tenant."""
    path = tmp_path / "small.yaml"
    path.write_text(FORM)
    return path


@pytest.fixture
def opening(tasma, company):
    """The company as a tenant whose form is out."""
    number = company.organisation_number
    done = tasma("tenant", "add", "small", "--name", company.name, "--org-number", number)
    assert done.exit_code == 0, done.output
    return "small"


@pytest.fixture
def ready(tasma, opening, form, sie):
    """The same with its form filed, its accounts imported and its account map set."""
    taken = tasma("accounts", "import", opening, sie())
    assert "ledger accounts" in taken.output, taken.output
    tasma("accounts", "set", opening)
    tasma("tenant", "open", opening, form)
    return opening


def stage(tasma, tenant):
    found = json.loads(tasma("tenant", "open", tenant, "--json").stdout)
    return found["stage"], found["who_acts"]


@pytest.mark.requirement("R-FIN-36a", "R-FIN-36b")
def test_new_tenant_is_given_an_empty_form(tasma, opening, home):
    assert "source_system:" in (home / "forms" / "small.yaml").read_text()
    assert ("form_missing", "customer") == stage(tasma, opening)
    events = json.loads(tasma("events", opening, "--json").stdout)
    assert "onboarding form delivered" in [event["message"] for event in events]


@pytest.mark.requirement("R-FIN-36c")
def test_filled_form_is_read_back(tasma, opening, form):
    done = tasma("tenant", "open", opening, form)

    assert "missing: ledger accounts, account map" in done.output
    assert ("waiting_customer", "operator") == stage(tasma, opening)
    years = json.loads(tasma("tenant", "year", "list", opening, "--json").stdout)
    assert ["2024-01-01_2024-12-31"] == [item["fiscal_year"] for item in years]


def test_wrong_form_is_named_by_field_and_nothing_of_it_is_taken(tasma, opening, form):
    form.write_text(FORM.replace("manual", "pigeon").replace("source_system: file\n", ""))

    done = tasma("tenant", "open", opening, form)

    assert done.exit_code == 1
    assert "source_system: is missing" in done.output
    assert "transfer: " in done.output
    assert ("form_missing", "customer") == stage(tasma, opening)


@pytest.mark.requirement("R-FIN-2b")
def test_without_its_form_nothing_of_a_tenant_is_loaded(tasma, opening, sie):
    done = tasma("import", sie(), "--tenant", opening)

    assert done.exit_code == 1
    assert "the onboarding form has not come back" in done.output
    (row,) = json.loads(tasma("tenant", "status", opening, "--json").stdout)
    assert (None, "") == (row["last_published_at"], row["status"])


@pytest.mark.requirement("R-FIN-2a")
def test_without_its_form_an_integration_is_not_switched_on(tasma, opening):
    refused = tasma("tenant", "approve", opening, "--note", "let it run")

    assert refused.exit_code == 1
    assert "form (customer: " in refused.output


@pytest.mark.requirement("R-FIN-24a", "R-FIN-24b", "R-FIN-24c")
@pytest.mark.parametrize("missing", GATES)
def test_each_prerequisite_that_is_missing_is_named_and_nothing_is_loaded(
    tasma, opening, form, sie, missing
):
    with Hub(settings().hub_url) as hub:
        hub.charts.set(opening, [("1930", "Bank", "asset")], who="anna")
    tasma("tenant", "open", opening, form)
    if missing != "account map":
        tasma("accounts", "set", opening)
    if GATES[missing]:
        with Hub(settings().hub_url) as hub:
            GATES[missing](hub)
    path = sie()

    done = tasma("import", path, "--tenant", opening)

    assert done.exit_code == 1
    assert f"{missing} missing" in done.output
    assert path.exists()


@pytest.mark.requirement("R-FIN-24d")
def test_with_all_prerequisites_a_file_is_taken_in(tasma, ready, sie):
    assert ("ready", "operator") == stage(tasma, ready)

    tasma("import", sie(), "--tenant", ready)

    assert stage(tasma, ready)[0] not in {"ready", "waiting_customer"}


def test_year_that_the_form_does_not_name_is_not_published(tasma, ready, sie):
    """R-FIN-4: the first transfer covers exactly the years of the form."""
    done = tasma("import", sie(year=0), "--tenant", ready)

    assert done.exit_code == 3
    assert "year_defined" in done.output


def test_trial_is_shown_as_one_and_no_gate_holds_it(tasma, sie):
    done = tasma("import", sie(), "--new-tenant")
    tenant = json.loads(tasma("tenant", "list", "--json").stdout)[0]["id"]

    assert done.exit_code == 0, done.output
    assert ("trial", "nobody") == stage(tasma, tenant)
    refused = tasma("tenant", "approve", tenant, "--note", "let it run")
    assert refused.exit_code == 1
    assert "it is a trial" in refused.output


def agree(tenant, *kinds, outcome=Comparison.AGREES, year="2024"):
    """Note that statements were compared, as `tasma statements` does."""
    with Hub(settings().hub_url) as hub:
        for kind in kinds:
            of = FiscalYear.parse(year)
            item = CustomerStatement(tenant, of, kind, "ab", "x.csv", of.end_date, who="anna")
            hub.customer_statements.add(item)
            assert hub.customer_statements.compared(item, outcome, differing="line 3: 0.01")


def test_approval_waits_for_both_statements_and_is_a_fact_bound_to_its_years(tasma, ready, sie):
    tasma("import", sie(), "--tenant", ready)
    approve = ("tenant", "approve", ready, "--note", "agrees with both", "--by", "anna")

    early = tasma(*approve)
    agree(ready, StatementKind.INCOME_STATEMENT)
    half = tasma(*approve)
    agree(ready, StatementKind.BALANCE_SHEET, outcome=Comparison.DIFFERS)
    differing = (stage(tasma, ready)[0], tasma(*approve).exit_code)
    agree(ready, *StatementKind)
    reconciled = stage(tasma, ready)
    done = tasma(*approve)

    assert (1, 1) == (early.exit_code, half.exit_code)
    assert "balance sheet 2024" in half.output
    assert ("mismatch", 1) == differing
    assert ("reconciled", "operator") == reconciled
    assert done.exit_code == 0, done.output
    assert ("live", "nobody") == stage(tasma, ready)
    with Hub(settings().hub_url) as hub:
        (approval,) = hub.approvals.of_tenant(ready)
        has_schedule = hub.tenants.get(ready).has_schedule
    assert ("anna", FiscalYear.parse("2024")) == (approval.approved_by, approval.year)
    assert {"net_result", "assets"} == approval.figures.keys()
    assert not has_schedule, "a manual tenant has no nights"


@pytest.mark.requirement("R-FIN-8a")
@pytest.mark.parametrize("system", [*SYSTEMS, "file"])
def test_every_source_has_a_guide_that_can_be_printed(tasma, system):
    done = tasma("guide", system)

    assert done.exit_code == 0
    for step in ("## 1.", "## 2.", "## 3. Deliver"):
        assert step in done.output


@pytest.mark.requirement("R-FIN-8b")
def test_unknown_source_lists_those_there_are(tasma):
    done = tasma("guide", "abacus")

    assert done.exit_code == 2
    assert all(system in done.output for system in SYSTEMS)
