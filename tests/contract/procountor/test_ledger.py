"""A generated company's year as a simulated Procountor tells it, and how it changes."""

import json
from collections import defaultdict
from decimal import Decimal

import pytest

from simulators.books.company import Company as Books
from simulators.books.countries import FINLAND, SWEDEN
from simulators.books.years import calendar_years
from simulators.procountor import Acts
from simulators.procountor.books import environment, fill
from simulators.procountor.resources.receipts import KEPT_FROM
from simulators.procountor.summaries import IN_BOOKS

EAST = 1003
YEAR_S = 365 * 86_400
"""Later than any voucher was registered."""
OFFICIAL = sorted(IN_BOOKS)
OPENINGS = ("RECEIPT_FOR_OPENING_ACCOUNTS", "TRACKING_PERIOD_OPENING_RECEIPT")


def made_books(country=FINLAND, vouchers=200):
    return Books(seed=3, years=calendar_years(2025, 2026), vouchers_per_year=vouchers,
                 country=country)  # fmt: skip


@pytest.fixture
def books():
    """Two Finnish years."""
    return made_books()


@pytest.fixture
def east(world, books, client):
    """An environment that holds these books, with a client of its own."""
    world.companies[EAST] = environment(books, EAST)
    world.add_key(EAST, text=f"key-{EAST}")
    fill(world, world.companies[EAST], books)
    return type(client)(world, EAST)


@pytest.fixture
def east_acts(world, east):
    return Acts(world, EAST)


def walked(client, **query):
    """Walk a list by id to its end."""
    rows, last = [], None
    while True:
        more = {"previousId": last} if last else {}
        found = client.read("/ledgerreceipts", orderById="ASC", size=200, **more, **query)
        rows += found["results"]
        if len(found["results"]) < 200:
            return rows
        last = rows[-1]["id"]


def whole(client, rows):
    """Read receipts in batches."""
    ids = [str(row["id"]) for row in rows]
    return [
        receipt
        for first in range(0, len(ids), 200)
        for receipt in client.read("/ledgerreceipts/" + ",".join(ids[first : first + 200]))
    ]


def movements(receipts, *, without=OPENINGS):
    totals = defaultdict(Decimal)
    for receipt in receipts:
        if receipt["type"] not in without and receipt["status"] != "INVALIDATED":
            for row in receipt["transactions"]:
                totals[row["account"]] += row["accountingValue"]
    return {account: total for account, total in totals.items() if total}


@pytest.mark.parametrize("country", [FINLAND, SWEDEN])
def test_receipts_and_summaries_have_the_movements_of_the_books(world, client, country):
    books = made_books(country)
    world.companies[EAST] = environment(books, EAST)
    world.add_key(EAST, text=f"key-{EAST}")
    fill(world, world.companies[EAST], books)
    reader = type(client)(world, EAST)
    rows = walked(reader, startDate="2026-01-01", endDate="2026-12-31")
    truth = defaultdict(Decimal)
    for (account, _), amount in books.movements(-1).items():
        truth[account] += amount

    assert {k: v for k, v in truth.items() if v} == movements(whole(reader, rows))


def test_first_year_opens_with_a_receipt_and_later_ones_do_not(east, books):
    opened = {
        year: [
            receipt
            for receipt in whole(east, walked(east, endDate=f"{year}-12-31"))
            if receipt["type"] == OPENINGS[0] and receipt["receiptDate"].startswith(str(year))
        ]
        for year in (2025, 2026)
    }
    rows = {row["account"]: row["accountingValue"] for row in opened[2025][0]["transactions"]}
    truth = books.trial_balance(0)
    moved = movements(whole(east, walked(east, endDate="2025-12-31")))
    closing = {a: rows.get(a, Decimal(0)) + moved.get(a, Decimal(0)) for a in {*rows, *moved}}

    assert (1, 0) == (len(opened[2025]), len(opened[2026]))
    assert truth == {account: value for account, value in closing.items() if value}


def test_month_without_its_summary_does_not_sum_to_zero(world, east):
    month = {"startDate": "2026-03-01", "endDate": "2026-03-31"}
    receipts = whole(east, walked(east, **month))
    with_summary = sum(movements(receipts).values())
    without = sum(movements(receipts, without=(*OPENINGS, "VAT_SUMMARY")).values())

    assert 0 == with_summary != without


def test_list_without_types_has_summaries_and_the_filter_does_not_know_them(east):
    kinds = {row["type"] for row in walked(east)}

    assert {"VAT_SUMMARY", "SALARY", "VAT_FORM", "JOURNAL", "REFERENCE_PAYMENT"} <= kinds
    assert 400 == east.get("/ledgerreceipts", types="VAT_SUMMARY").status_code
    assert {"SALARY"} == {row["type"] for row in walked(east, types="SALARY")}


def test_rows_name_rate_status_and_dimensions(east):
    receipts = whole(east, walked(east, types="SALES_INVOICE", startDate="2026-01-01"))
    rows = [row for receipt in receipts for row in receipt["transactions"]]
    rates = {row["vatPercent"] for row in rows}
    valued = [row for row in rows if "dimensionItemValues" in row]

    assert {Decimal("25.5"), Decimal("13.5"), Decimal(10), Decimal(0)} == rates
    assert valued
    assert all(row["accountingValue"] == row["dimensionItemValues"][0]["value"] for row in valued)


def test_lack_of_payroll_rights_hides_salaries_without_a_word(east, east_acts, world):
    before = len(walked(east))
    salaries = len(walked(east, types="SALARY"))
    east_acts.set_rights(**{"salaries.payroll": "NO_ACCESS"})

    assert salaries
    assert before - salaries == len(walked(east))


def test_edit_delete_and_remake_are_seen_by_version_and_by_id(world, east, east_acts):
    company = world.companies[EAST]
    edited, deleted, remade = (company.booked[1, "IN", number] for number in (3, 4, 5))
    invoice_id = east.read(f"/ledgerreceipts/{remade}")["invoiceId"]
    world.advance(YEAR_S)
    east.token = ""
    since = world.stamp(world.here)
    east_acts.edit_amount(edited, "1.00")
    east_acts.delete_receipt(deleted)
    new = east_acts.remake_receipt(remade)
    seen = walked(east, versionStartDate=since)
    batch = east.read(f"/ledgerreceipts/{edited},{deleted},{remade},{new}")

    assert {edited, new} == {row["id"] for row in seen}
    assert [edited, new] == [receipt["id"] for receipt in batch]
    assert invoice_id == batch[1]["invoiceId"]


def test_receipt_that_moves_over_the_year_end_leaves_one_year_and_joins_the_other(
    world, east, east_acts
):
    number = world.companies[EAST].booked[1, "GL", 2]
    east_acts.move_receipt(number, "2025-12-31")

    def has(year):
        rows = walked(east, startDate=f"{year}-01-01", endDate=f"{year}-12-31")
        return number in {row["id"] for row in rows}

    assert (True, False) == (has(2025), has(2026))


def test_next_night_does_to_receipts_what_it_does_to_the_books(world, east, east_acts, books):
    changes = {"removed": [("PJ", 7)], "changed": [("PU", 4)]}
    east_acts.next_night(**changes)
    rows = walked(east, startDate="2026-01-01")
    truth = defaultdict(Decimal)
    for (account, _), amount in books.next_night(**changes).movements(-1).items():
        truth[account] += amount

    assert {k: v for k, v in truth.items() if v} == movements(whole(east, rows))


def test_new_summary_takes_the_place_of_the_old_or_stands_beside_it(east, east_acts):
    march = {"startDate": "2026-03-01", "endDate": "2026-03-31"}

    def summaries():
        return [row["id"] for row in walked(east, **march) if row["type"] == "VAT_SUMMARY"]

    (old,) = summaries()
    new = east_acts.summarise_vat("2026-03")
    assert ([new], True) == (summaries(), new > old)
    beside = east_acts.summarise_vat("2026-03", keeps_old=True)
    assert [new, beside] == summaries()


def report(client, **body):
    answer = client.post("/reports/ledgeraccounts", {"receiptStatus": OFFICIAL, **body})
    assert 200 == answer.status_code, answer.text
    (period,) = json.loads(answer.text, parse_float=Decimal)["reportData"]["periods"]
    return {row["name"].split(" ")[0]: row["value"] for row in period["rows"]}


def test_report_has_names_and_values_that_agree_with_the_receipts(east):
    rows = whole(east, walked(east, startDate="2026-01-01"))

    assert movements(rows) == report(east, startDate="2026-01-01", endDate="2026-12-31")


def test_report_of_balances_is_the_closing_of_the_year(world, east, books):
    world.habits.report_rows = "balance"

    found = report(east, startDate="2026-01-01", endDate="2026-12-31")
    truth = books.trial_balance(-1)
    year_end = {"2251", "2371"}  # the generator carries the result in its opening balances
    assert {k: v for k, v in truth.items() if k not in year_end} == {
        k: v for k, v in found.items() if k not in year_end
    }


def test_report_may_count_vat_that_no_summary_has_yet(world, east, east_acts, client):
    march = {"startDate": "2026-03-01", "endDate": "2026-03-31"}
    before = report(east, **march)
    world.habits.report_vat = "computed"
    computed = report(east, **march)
    world.companies[EAST].receipts = {
        number: receipt
        for number, receipt in world.companies[EAST].receipts.items()
        if receipt.type != "VAT_SUMMARY"
    }

    assert before == computed == report(east, **march)


def test_report_counts_the_states_that_are_asked_for(east):
    some = [state for state in OFFICIAL if state != "PAID"]
    period = {"startDate": "2026-01-01", "endDate": "2026-12-31"}

    assert report(east, **period) != report(east, **period, receiptStatus=some)
    bad = east.post("/reports/ledgeraccounts", {"endDate": "2026-01-31", "receiptStatus": ["X"]})
    assert 400 == bad.status_code


def test_general_ledger_of_an_account_adds_up_to_the_report(east):
    period = {"startDate": "2026-01-01", "endDate": "2026-12-31"}
    answer = east.post("/reports/generalledger/3000", {**period, "receiptStatus": OFFICIAL}).json()
    account = answer["reportData"]["periods"][0]["ledgerAccount"]

    assert report(east, **period)["3000"] == round(Decimal(account["totalAccountingValue"]), 2)
    assert account["ledgerReceiptTransactions"]
    assert 404 == east.post("/reports/generalledger/0000", period).status_code


def test_income_statement_and_balance_sheet_add_up_to_the_same_result(world, east):
    period = {"startDate": "2026-01-01", "endDate": "2026-12-31", "receiptStatus": OFFICIAL}
    total = {}
    for kind in ("INCOME_STATEMENT", "BALANCE_SHEET"):
        answer = east.post("/reports/accounting", {**period, "type": kind}).json()
        rows = answer["reportData"]["periods"][0]["rows"]
        total[kind] = round(Decimal(rows[-1]["value"]), 2)

    assert 400 == east.post("/reports/accounting", {**period, "type": "X"}).status_code
    assert total["INCOME_STATEMENT"] != 0


def test_list_of_a_large_environment_shows_what_changed_since(world, client):
    books = Books(seed=4, years=calendar_years(2026, 2026), vouchers_per_year=KEPT_FROM,
                  country=FINLAND)  # fmt: skip
    company = world.companies[EAST] = environment(books, EAST)
    world.add_key(EAST, text=f"key-{EAST}")
    fill(world, company, books)
    reader, acts = type(client)(world, EAST), Acts(world, EAST)
    number = company.booked[0, "PM", 3]
    before = walked(reader)
    acts.delete_receipt(number)
    after = walked(reader)

    assert len(company.receipts) == len(before) > KEPT_FROM
    assert [number] == [row["id"] for row in before if row not in after]
