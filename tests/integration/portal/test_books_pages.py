"""The way down from a statement to a voucher, as somebody of the company clicks it."""

from __future__ import annotations

import html
import re

import pytest

from blocks.hub.portal_roles import Role
from blocks.lake import Lake
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.books import months_of
from tests.portal_companies import OUR_YEAR, OURS, content_of, document_of
from tests.staged_units import facts, joined, stage, voucher

PAGE = "/companies/acme/books"


@pytest.fixture
def client(world):
    return world.client(Role.CUSTOMER)


def links_of(answer):
    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', answer.text)]


def one(answer, part):
    """Return the first link of a page whose path ends in a part."""
    return next(link for link in links_of(answer) if f"/{part}?" in link)


@pytest.mark.parametrize(
    ("statement", "line", "account"),
    [("income_statement", "net_turnover", "3001"), ("balance_sheet", "cash", "1930")],
)
def test_each_line_leads_to_its_accounts_their_rows_and_the_voucher(
    client, statement, line, account
):
    statements = client.get(PAGE)
    assert OUR_YEAR.key in statements.text
    (lines,) = {
        link for link in links_of(statements) if f"statement={statement}" in link and line in link
    }

    accounts = client.get(lines)
    rows = client.get(one(accounts, "account"))
    voucher = client.get(one(rows, "voucher"))

    assert f">{account}</a>" in accounts.text
    assert "A:1" in rows.text
    assert [">1930</a>" in voucher.text, ">3001</a>" in voucher.text] == [True, True]
    assert 4 == voucher.text.count(">5.00<"), "a debit, a credit and their sums"


@pytest.mark.parametrize(
    ("language", "name", "total"),
    [
        ("sv", "Nettoomsättning", "Summa rörelseintäkter"),
        ("fi", "Liikevaihto", "Liiketoiminnan tuotot yhteensä"),
        ("en", "Net turnover", "Operating income"),
    ],
)
def test_lines_have_names_in_ones_language_and_sums_stand_out(client, language, name, total):
    page = client.get(PAGE, **{"accept-language": language}).text
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)

    assert [False] == ['class="sum"' in row for row in rows if f">{name}</a>" in row]
    assert [True] == ['class="sum"' in row for row in rows if f">{total}</a>" in row]
    assert 2 == len(re.findall(r'<h2 id="[a-z]+">[^<]+ \(SEK\)</h2>', page))


def test_a_month_has_its_own_amounts_beside_those_since_the_start_of_the_year(client):
    months = re.findall(r"month=(2024-\d\d)", client.get(PAGE).text)
    march, april = (
        client.get(f"{PAGE}?year={OUR_YEAR.key}&month=2024-{month}").text for month in ("03", "04")
    )

    assert [f"2024-{number:02}" for number in range(1, 13)] == months
    shown = [re.findall(r'net_turnover">.*?</tr>', page, re.DOTALL)[0] for page in (march, april)]
    assert [[">5.00<", ">5.00<"], [">0.00<", ">5.00<"]] == [
        re.findall(r">[\d.]+<", row) for row in shown
    ]


def test_books_that_were_looked_at_before_show_what_is_published_since(world, client, tmp_path):
    pages = [PAGE, one(client.get(PAGE), "line")]
    pages.append(one(client.get(pages[-1]), "account"))
    before = [client.get(page).text for page in pages]
    rows = voucher("A:1", ("1930", "777.00"), ("3001", "-777.00"))
    said = facts(OURS, start_date=OUR_YEAR.start_date, end_date=OUR_YEAR.end_date)
    staged = stage(Lake(tmp_path / "later"), rows, said=said)
    unit = Unit(OURS, OUR_YEAR)
    world.stores.warehouse.publish(staged, unit=unit, token=2, load_id="load-2", run_id="run")

    assert [False] * 3 == ["777.00" in text for text in before]
    assert [True] * 3 == ["777.00" in client.get(page).text for page in pages]


@pytest.mark.parametrize("month", ["2023-12", "2025-01"])
def test_a_month_outside_of_the_year_is_not_there(client, month):
    assert 404 == client.get(f"{PAGE}?year={OUR_YEAR.key}&month={month}").status_code


def test_months_of_a_broken_year_are_those_that_it_has_days_in():
    months = months_of(FiscalYear.parse("2023-11-15_2024-02-14"))

    assert ["2023-11-01", "2023-12-01", "2024-01-01", "2024-02-01"] == list(map(str, months))


def test_amounts_are_written_as_the_language_writes_them(world, client):
    client.post("/language", language="sv")

    assert ">5,00<" in client.get(f"{PAGE}/voucher?year={OUR_YEAR.key}&voucher=A:1").text


def test_a_year_that_is_not_published_is_not_there(world, client):
    for page in (PAGE, f"{PAGE}/changes", f"{PAGE}/account"):
        answer = client.get(f"{page}?year=2020-01-01_2020-12-31&account=1930")
        assert 404 == answer.status_code


def test_a_line_that_is_no_name_of_a_statement_is_not_there(client):
    answer = client.get(f"{PAGE}/line?year={OUR_YEAR.key}&statement=voucher&line=cash")

    assert 404 == answer.status_code


def test_what_a_load_changed_is_listed_with_its_figures_before_and_after(world, client):
    unit = Unit(OURS, OUR_YEAR)
    rows = joined(
        voucher("A:1", ("1930", "6.00"), ("3001", "-6.00")),
        voucher("A:2", ("1930", "7.00"), ("3001", "-7.00")),
    )
    said = facts(OURS, start_date=OUR_YEAR.start_date, end_date=OUR_YEAR.end_date)
    staged = stage(world.stores.lake, rows, said=said)
    world.stores.warehouse.publish(staged, unit=unit, token=2, load_id="load-2", run_id="")

    page = client.get(f"{PAGE}/changes?year={OUR_YEAR.key}").text

    added, changed = (row for row in page.split("<tr>") if "voucher=A%3A" in row)
    assert [">Changed<", ">5.00<", ">6.00<"] == [
        text for text in (">Changed<", ">5.00<", ">6.00<") if text in changed
    ]
    assert ">Added<" in added
    assert ">7.00<" in added


def test_a_voucher_is_called_by_its_series_and_number_and_not_by_a_sources_id(world, client):
    rows = voucher("BANK:32", ("1930", "6.00"), ("3001", "-6.00"))
    of_source = {
        name: [row | {"voucher_key": "statement:9"} for row in table]
        for name, table in rows.items()
    }
    unit = Unit(OURS, OUR_YEAR)
    about = facts(OURS, start_date=OUR_YEAR.start_date, end_date=OUR_YEAR.end_date)
    staged = stage(world.stores.lake, of_source, said=about)
    world.stores.warehouse.publish(staged, unit=unit, token=2, load_id="load-2", run_id="")

    for asked in ("account?account=1930&", "voucher?voucher=statement:9&", "changes?"):
        page = client.get(f"{PAGE}/{asked}year={OUR_YEAR.key}").text
        assert "BANK 32" in page
        assert "statement:9" not in page


def test_voucher_leads_to_its_document_which_is_shown_shut_off_from_everything(client):
    page = client.get(f"{PAGE}/voucher?year={OUR_YEAR.key}&voucher=A:1")

    answer = client.get(one(page, "open"))

    assert content_of(OURS) == answer.content
    assert "application/pdf" == answer.headers["content-type"]
    assert "sandbox; default-src 'none'" == answer.headers["content-security-policy"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "inline" == answer.headers["content-disposition"].partition(";")[0]
    assert ".." not in answer.headers["content-disposition"]


def test_list_of_documents_counts_what_is_connected_to_nothing(client):
    page = client.get(f"/companies/acme/documents?year={OUR_YEAR.key}").text

    assert "1 documents, 0 of them on a voucher that was not read in; 0 vouchers have none." in page
    assert document_of(OURS) in page
