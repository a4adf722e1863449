"""The books beside the customer's statements, as somebody of the company sees it."""

from __future__ import annotations

import pytest

from blocks.hub.portal_roles import Role
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.onboarding import Comparison
from ledger.written import MINUS
from tasks.customer_statements import Decisions, add_statements
from tests.portal_companies import OUR_OTHER_YEAR, OUR_YEAR, OURS

PAGE = "/companies/acme/comparison"


@pytest.fixture
def client(world):
    return world.client(Role.CUSTOMER)


@pytest.fixture
def take(world):
    """Have a balance sheet of a year with one balance come."""

    def take(balance, year="2024"):
        text = f"Balansrapport {year}-12-31\nKonto;Benämning;{year}-12-31\n1930;Bank;{balance}\n"
        return add_statements(
            world.stores,
            OURS,
            text.encode(),
            file_name="<tase>.csv",
            decisions=Decisions(),
            who="anna",
        )

    return take


@pytest.mark.parametrize(
    ("balance", "told", "figures"),
    [
        ("5,00", "agree with every row", []),
        ("7,25", "differ: 1.", ["7.25", "5.00", f"{MINUS}2.25"]),
    ],
)
def test_statement_stands_beside_the_published_books_row_by_row(
    client, take, balance, told, figures
):
    take(balance)

    page = client.get(PAGE).text

    assert told in page
    assert "&lt;tase&gt;.csv" in page
    differing = page.partition("<details>")[0]
    assert figures == [figure for figure in figures if f">{figure}<" in differing]
    assert ("1930" in differing) == bool(figures)
    assert "All rows (1)" in page


def test_page_that_was_looked_at_before_shows_a_statement_that_came_since(client, take):
    take("5,00")
    before = client.get(PAGE).text
    take("7,25")

    assert "agree with every row" in before
    assert "differ: 1." in client.get(PAGE).text


def test_looking_at_a_comparison_notes_nothing(world, client, take):
    take("5,00")

    client.get(PAGE)

    (kept,) = world.stores.hub.customer_statements.of_tenant(OURS)
    assert Comparison.MISSING is kept.outcome


def test_of_a_held_year_the_breaks_of_its_hold_are_shown(world, client, take):
    hub = world.stores.hub
    hub.years.define(OURS, OUR_OTHER_YEAR)
    take("9,00", year="2025")
    found = Break("customer_balance_sheet", BreakKind.AMOUNT, "1930", detail="row 3 of the file")
    result = ControlResult(
        "customer_balance_sheet", Severity.BLOCKS, Answer.BROKEN, breaks=(found,), break_count=1
    )
    hub.loads.save_results(world.ids["load"][0], [result])

    page = client.get(f"{PAGE}?year={OUR_OTHER_YEAR.key}").text

    assert "row 3 of the file" in page


@pytest.mark.parametrize(
    ("language", "held", "read_in"),
    [
        ("en", "What is held and has not been read in", "The books as they are read in"),
        ("sv", "Det som är stoppat och inte har lästs in", "Bokföringen som den är inläst"),
        ("fi", "joka on pysäytetty eikä ole luettu", "Kirjanpito sellaisena kuin se on luettu"),
    ],
)
def test_books_that_are_held_are_not_called_read_in(world, take, language, held, read_in):
    hub, client = world.stores.hub, world.client(Role.CUSTOMER)
    hub.years.define(OURS, OUR_OTHER_YEAR)
    take("9,00", year="2025")
    take("5,00")
    found = Break("customer_balance_sheet", BreakKind.AMOUNT, "1930", detail="row 3 of the file")
    result = ControlResult(
        "customer_balance_sheet", Severity.BLOCKS, Answer.BROKEN, breaks=(found,), break_count=1
    )
    hub.loads.save_results(world.ids["load"][0], [result])

    shown = [
        client.get(f"{PAGE}?year={year.key}", **{"accept-language": language}).text
        for year in (OUR_OTHER_YEAR, OUR_YEAR)
    ]

    assert [(True, False), (False, True)] == [(held in page, read_in in page) for page in shown]


def test_a_published_year_without_a_statement_says_so_and_any_other_is_not_there(client):
    assert "has come" in client.get(f"{PAGE}?year={OUR_YEAR.key}").text
    assert 404 == client.get(f"{PAGE}?year=2020-01-01_2020-12-31").status_code
