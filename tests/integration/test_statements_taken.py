"""What is taken as a customer's statement, whose file counts, and what an opening lets through."""

from __future__ import annotations

import pytest

from blocks.hub import Tenant
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import Comparison, StatementKind
from ledger.onboarding_form import OnboardingForm
from ledger.unit import Unit
from tasks.account_map import set_account_map
from tasks.customer_statements import (
    BeyondYear,
    Decisions,
    OwnFigures,
    add_statements,
    all_figures,
)
from tasks.onboarding import NotOpen, deliver_form, file_form, onboarding_of, require_open
from tests.small_sie import small_sie

YEAR = FiscalYear.parse("2024")
CUSTOMERS = "Balansrapport 2024-12-31\nKonto;Benämning;2024-12-31\n1930;Bank;100,00\n"
OF_SOURCE = CUSTOMERS.replace("100", "200")


@pytest.fixture
def take(stores):
    stores.hub.years.define("acme", YEAR)

    def take(text, *, name="tase.csv", is_from_source=False, encoding="utf-8"):
        return add_statements(
            stores,
            "acme",
            text.encode(encoding),
            file_name=name,
            decisions=Decisions(),
            who="anna",
            is_from_source=is_from_source,
        )

    return take


def expected(stores):
    """Return the one balance that the balance sheet which counts shows."""
    found = all_figures(stores, Unit("acme", YEAR))[StatementKind.BALANCE_SHEET]
    return int(found.rows[0].expected)


@pytest.mark.requirement("R-FIN-13b")
def test_report_of_the_sources_own_service_is_taken_as_evidence(stores, take):
    taken = take(OF_SOURCE, is_from_source=True)

    assert [StatementKind.BALANCE_SHEET] == [item.kind for item in taken.kept]
    assert 200 == expected(stores)


@pytest.mark.requirement("R-FIN-13c")
@pytest.mark.parametrize("customers_first", [True, False])
def test_customers_file_goes_before_a_report_of_the_source_whichever_came_first(
    stores, take, customers_first
):
    files = [(CUSTOMERS, False), (OF_SOURCE, True)]
    for text, is_from_source in files if customers_first else reversed(files):
        taken = take(text, is_from_source=is_from_source)

    assert 100 == expected(stores)
    assert customers_first == bool(taken.passed_over)


def test_later_file_of_the_customer_replaces_the_earlier_and_is_not_compared_yet(stores, take):
    take(CUSTOMERS)
    stores.hub.customer_statements.compared(*take(CUSTOMERS).kept, Comparison.AGREES)
    take(OF_SOURCE)

    (found,) = stores.hub.customer_statements.of_tenant("acme")
    assert (200, Comparison.MISSING) == (expected(stores), found.outcome)


@pytest.mark.requirement("R-FIN-13a")
@pytest.mark.parametrize(
    ("headings", "encoding"),
    [
        ("line;name_sv;name_en;is_sum;amount", "utf-8"),
        ("Name SV\tName EN\tAmount", "utf-16"),
        ("account_number,name,opening,movement,closing", "utf-8-sig"),
        ("Line;In English;Year", "cp1252"),
    ],
)
def test_report_of_ours_is_known_by_its_layout_however_it_was_saved(take, headings, encoding):
    sign = next(sign for sign in ";\t," if sign in headings)
    count = headings.count(sign)
    rows = [headings, sign.join(["1930", *["x"] * (count - 1), "100"])]

    with pytest.raises(OwnFigures, match=r"tase\.csv was made from the books here"):
        take("\n".join(rows), encoding=encoding)


def test_income_statement_that_begins_before_its_year_is_refused(take):
    span = "2023-07-01 - 2024-06-30"

    with pytest.raises(BeyondYear, match="amounts from 2023-07-01 on") as refused:
        take(f"Resultatrapport {span}\nKonto;Benämning;{span}\n3001;Försäljning;100,00\n")
    assert "--from 2024-01-01" in str(refused.value)


@pytest.mark.parametrize(
    ("named", "is_noted"), [("Toinen Yritys Oy", True), ("Exempel Aktiebolag", False), ("", False)]
)
def test_statement_that_names_another_company_is_remarked_on(take, named, is_noted):
    taken = take(f"{named}\n{CUSTOMERS}" if named else CUSTOMERS)

    found = [note for note in taken.notes if note.startswith("The file names")]
    assert is_noted == any(f"names {named}, the tenant is Exempel AB" in note for note in found)
    assert is_noted == bool(found)


def test_what_was_decided_and_noticed_while_reading_is_said(take):
    taken = take("Acme AB\nTase\n" + CUSTOMERS.replace("1930;", "01930;"))

    assert any("padded" in note for note in taken.notes), taken.notes


API = OnboardingForm(source_system="fortnox", transfer="api", fiscal_years=(YEAR,))


def without_number(stores):
    stores.hub.tenants.update("acme", organisation_number="")


def without_year(stores):
    stores.hub.years.retire("acme", YEAR)


@pytest.fixture
def opening(stores, tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    deliver_form(stores.hub, "acme")
    file_form(stores.hub, "acme", API, who="anna")
    return stores


@pytest.mark.requirement("R-FIN-5a")
@pytest.mark.parametrize(
    ("spoil", "missing"),
    [
        (without_number, "organisation number"),
        (without_year, "fiscal years"),
        (None, "account map"),
    ],
)
def test_integration_is_refused_by_name_while_the_company_is_not_complete(opening, spoil, missing):
    if spoil:
        set_account_map(opening, "acme", "BAS", (), who="anna")
        spoil(opening)

    with pytest.raises(NotOpen, match=f"{missing} missing"):
        require_open(opening.hub, "acme", by_api=True)


@pytest.mark.requirement("R-FIN-5b")
def test_integration_may_be_switched_on_once_all_is_there(opening):
    set_account_map(opening, "acme", "BAS", (), who="anna")

    require_open(opening.hub, "acme", by_api=True)

    missing = {step.name for step in onboarding_of(opening.hub, "acme").missing}
    assert "prerequisites" not in missing


def test_first_transfer_has_the_page_of_its_comparison(house, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(house.folder))
    hub = house.stores.hub
    hub.tenants.add(Tenant("acme", "Acme AB", "5599900007"))
    hub.charts.set("acme", [("1930", "Bank", "asset"), ("3001", "Sales", "income")], who="anna")
    set_account_map(house.stores, "acme", "BAS", (), who="anna")
    deliver_form(hub, "acme")
    form = OnboardingForm(source_system="file", transfer="manual", fiscal_years=(YEAR,))
    file_form(hub, "acme", form, who="anna")
    add_statements(
        house.stores, "acme", CUSTOMERS.encode(), file_name="tase.csv", decisions=Decisions(),
        who="anna",
    )  # fmt: skip

    name, _ = house.take("acme", small_sie(("1", 1000, 1000)))

    page = house.pages[Unit("acme", YEAR).artifact_key("comparison")]
    assert "Held" == name
    assert "| ✗ | 3 | 1930 Bank | 100.00 | 1,000.00 | 900.00 |" in page
    assert "## Income statement\n\nIt has not come yet" in page
