"""Customers' statements held against books by the two controls: exports, and odd cases made here.

The exports are not part of the project: ``STATEMENT_SAMPLES`` names the folder that holds them with
the books that they were made from (``BOOKS.json``) and what differs (``EXPECTED.json``).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.account_map import lies_in
from ledger.statement.answers import Answers
from ledger.unit import Unit
from tasks.pages.comparison import comparison_page
from tests.customer_books import Account, customer_books, last_day
from tests.staged_units import voucher

SAMPLES = os.environ.get("STATEMENT_SAMPLES", "")
needs_samples = pytest.mark.skipif(
    not SAMPLES, reason="STATEMENT_SAMPLES does not name a folder of statement files"
)


def listed(name):
    return json.loads(Path(SAMPLES, name).read_text("utf-8")) if SAMPLES else {}


EXPECTED = {
    name: file for name, file in listed("EXPECTED.json").get("files", {}).items()
    if "refused" not in file
}  # fmt: skip
BOOKS = listed("BOOKS.json")
ANSWERS = {"composed_trial_balance_fi.csv": Answers(date=dt.date(2026, 12, 31))}
"""What a person says where the file does not."""

COUNTRIES = {"EUR": "fi", "SEK": "se"}
YEARS = {"fi": "2026", "se": "2024-07-01_2025-06-30"}


def sample_accounts(company):
    first = BOOKS[company]["fiscal_years"][-1]["from"]
    return [
        Account(
            item["account"],
            item["opening"].get(first, "0"),
            {last_day(month): amount for month, amount in item["movements"].items()},
        )
        for item in BOOKS[company]["accounts"]
    ]


@pytest.fixture
def sample_books(tmp_path, empty_hub):
    def made(company):
        return customer_books(
            tmp_path,
            empty_hub,
            YEARS[company],
            sample_accounts(company),
            country=company.upper(),
        )

    return made


def row_of(found):
    named = re.match(r"row (\d+)\b", found.detail)
    return int(named[1]) if named else None


@needs_samples
@pytest.mark.parametrize("name", EXPECTED)
def test_export_differs_from_the_books_it_was_made_from_where_its_list_says_so(name, sample_books):
    file = EXPECTED[name]
    totals = {row["row"] for s in file["statements"] for row in s["rows"] if row["is_total"]}

    with sample_books(COUNTRIES[file["currency"]]) as books:
        found = books.take(
            Path(SAMPLES, name).read_bytes(),
            name=name,
            answers=ANSWERS.get(name, Answers()),
            accepts_unit=file["unit"] > 1,
        )

    wanted = {
        (item["row"], item["account"] or "", Decimal(item["difference"]))
        for item in file["differences_from_books"]
        if item["row"] not in totals
    }
    assert wanted == {(row_of(one), one.account_number, -one.difference) for one in found}, found


def by_lines(company, kind, day, *, start):
    """Write the lines of a statement of these books, as a customer's program does."""
    first = dt.date.fromisoformat(start)
    accounts = sample_accounts(company)

    def amount(ranges):
        total = Decimal(0)
        for account in accounts:
            if not any(lies_in(account.number, one) for one in ranges):
                continue
            if kind == "balance_sheet" and account.number < "3":
                total += Decimal(account.opening)
            total += sum(Decimal(a) for d, a in account.movements.items() if first <= d <= day)
        return total

    lines = [(line["label"], amount(line["accounts"])) for line in BOOKS[company]["lines"][kind]]
    if kind == "income_statement":
        title, heading = "Resultaträkning Tuloslaskelma", f"{start} - {day}"
        shown = [(label, -value) for label, value in lines]
    else:
        title, heading = "Balansräkning Tase", f"{day}"
        side = next(
            i for i, (label, _) in enumerate(lines) if label in {"Osakepääoma", "Aktiekapital"}
        )
        shown = [
            (label, value if place < side else -value) for place, (label, value) in enumerate(lines)
        ]
    title = title.split()[0 if company == "se" else 1]
    rows = "\n".join(f"{label};{value}" for label, value in shown)
    return f"{title}\n;{heading}\n{rows}\n".encode()


@needs_samples
@pytest.mark.parametrize("kind", ["income_statement", "balance_sheet"])
@pytest.mark.parametrize(
    ("company", "day"),
    [
        ("fi", "2026-01-31"), ("fi", "2026-07-31"), ("fi", "2026-12-31"),
        ("se", "2024-08-31"), ("se", "2024-12-31"), ("se", "2025-06-30"),
    ],
)  # fmt: skip
def test_lines_that_were_added_up_from_the_books_agree_with_them(company, day, kind, sample_books):
    start = BOOKS[company]["fiscal_years"][-1]["from"]
    with sample_books(company) as books:
        found = books.take(by_lines(company, kind, dt.date.fromisoformat(day), start=start))

    assert [] == [
        (one.kind, one.detail, one.difference) for one in found if one.difference is not None
    ]


YEAR = "2024"
JANUARY, MARCH, DECEMBER = (dt.date(2024, month, 31) for month in (1, 3, 12))
SHOP = [
    Account("1510", "100", {MARCH: "400"}),
    Account("1930", "900", {JANUARY: "250", MARCH: "-150"}),
    Account("2081", "-1000"),
    Account("2440", "0", {MARCH: "-80"}),
    Account("3001", "0", {JANUARY: "-250", MARCH: "-500"}),
    Account("4010", "0", {MARCH: "200"}),
    Account("5010", "0", {MARCH: "100"}),
    Account("5410", "0", {MARCH: "30"}),
]
"""A year with a result of 420.00 at its end that is not booked, 250.00 of it in January."""


@pytest.fixture
def shop(tmp_path, empty_hub):
    with customer_books(tmp_path, empty_hub, YEAR, SHOP) as books:
        yield books


def income(*rows, time="2024-01-01 - 2024-12-31"):
    return "\n".join([f"Resultaträkning {time}", f";{time}", *rows]).encode()


def balance(*rows, day="2024-12-31"):
    return "\n".join([f"Balansräkning {day}", f";{day}", *rows]).encode()


def by_accounts(title, *rows, time="2024-12-31"):
    return "\n".join([f"{title} {time}", f"Konto;Benämning;{time}", *rows]).encode()


def differing(found):
    """Return what differs, less what is said of a statement that has not come."""
    return [
        (row_of(one), one.account_number, str(one.kind), str(one.difference))
        for one in found
        if one.difference is not None
    ]


INCOME_BY_LINES = (
    "Nettoomsättning;750", "Handelsvaror;-200", "Övriga externa kostnader;-130",
    "Rörelseresultat;420", "Årets resultat;420",
)  # fmt: skip
BALANCE_BY_LINES = (
    "Kundfordringar;500", "Kassa och bank;1000", "Summa tillgångar;1500", "Aktiekapital;1000",
    "Årets resultat;420", "Summa eget kapital;1420", "Leverantörsskulder;80",
    "Summa eget kapital och skulder;1500",
)  # fmt: skip


@pytest.mark.requirement("R-FIN-15d", "R-FIN-15e")
def test_statements_by_lines_of_an_open_year_agree_with_the_result_that_is_not_booked(shop):
    shop.keep(income(*INCOME_BY_LINES))

    assert [] == shop.take(balance(*BALANCE_BY_LINES))


@pytest.mark.requirement("R-FIN-15d")
def test_result_on_the_balance_sheet_that_is_not_that_of_the_accounts_is_named(shop):
    rows = [row.replace("420", "421").replace("80", "79") for row in BALANCE_BY_LINES]

    found = differing(shop.take(balance(*rows)))

    assert (7, "", "amount", "1.00") in found, "Årets resultat"


@pytest.mark.requirement("R-FIN-15e")
def test_balance_sheet_whose_sides_differ_is_held_with_the_row_that_is_off(shop):
    rows = [
        row.replace("Leverantörsskulder;80", "Leverantörsskulder;70") for row in BALANCE_BY_LINES
    ]

    assert (9, "", "amount", "-10.00") in differing(shop.take(balance(*rows)))


def test_totals_alone_prove_what_they_add_up(shop):
    """The costs stand in no row; the result proves their sum, not more."""
    shop.keep(balance(*BALANCE_BY_LINES))

    agreeing = shop.take(income("Nettoomsättning;750", "Rörelseresultat;420", "Årets resultat;420"))
    found = shop.take(income("Nettoomsättning;750", "Rörelseresultat;421", "Årets resultat;420"))

    assert [] == agreeing
    assert [(4, "", "amount", "1.00")] == differing(found)


def test_unknown_label_is_proven_by_the_total_over_it(shop):
    rows = ("Nettoomsättning;750", "Handelsvaror;-200", "Hyra;-100", "Allt annat;-30",
            "Summa rörelsekostnader;-330", "Rörelseresultat;420", "Årets resultat;420")  # fmt: skip

    found = shop.take(income(*rows))
    off = shop.take(income(*(row.replace("30", "31").replace("20", "19") for row in rows)))

    assert [] == differing(found)
    assert [] != differing(off)


def test_unknown_label_without_a_total_is_a_gap_and_what_it_may_be_is_named(shop):
    found = shop.take(
        income("Nettoomsättning;750", "Handelsvaror;-200", "Diverse;-130", "Periodens resultat;420")
    )

    gap, left_out = [one for one in found if one.difference is not None]
    assert ("mapping_gap", Decimal(130), None) == (gap.kind, gap.expected, gap.actual)
    assert "Diverse" in gap.detail
    assert ("unexpected", Decimal(130)) == (left_out.kind, left_out.actual)
    assert "line other external expenses" in left_out.detail


def test_label_that_a_person_has_matched_with_a_line_is_held_against_it(shop):
    content = income("Nettoomsättning;750", "Handelsvaror;-200", "Diverse;-130")

    found = shop.take(content, labels={"Diverse": ["other_external_expenses"]})

    assert [] == differing(found)


def test_label_that_stands_in_two_sections_is_proven_by_the_totals_of_the_sections(
    tmp_path, empty_hub
):
    accounts = [
        Account("1930", "300"),
        Account("2350", "-100"),
        Account("2399", "-50"),
        Account("2890", "-150"),
    ]
    sheet = (
        "Kassa och bank;300", "Summa tillgångar;300", "Skulder till kreditinstitut;100",
        "Övriga skulder;50", "Summa långfristiga skulder;150", "Övriga skulder;150",
        "Summa kortfristiga skulder;150", "Summa eget kapital och skulder;300",
    )  # fmt: skip
    with customer_books(tmp_path, empty_hub, YEAR, accounts) as books:
        found = books.take(balance(*sheet))

    assert [] == differing(found)


def test_two_rows_of_one_line_of_ours_are_proven_by_the_total_over_them(shop):
    rows = (
        "Nettoomsättning;750",
        "Råvaror och förnödenheter;-150",
        "Handelsvaror;-50",
        "Övriga externa kostnader;-130",
        "Summa rörelsekostnader;-330",
        "Rörelseresultat;420",
    )

    assert [] == differing(shop.take(income(*rows)))


TRIAL_BALANCE = (
    "1510;Kundfordringar;500", "1930;Bank;1000", "2081;Aktiekapital;-1000",
    "2440;Leverantörsskulder;-80", "3001;Försäljning;-750", "4010;Inköp;200", "5010;Hyra;100",
    "5410;Inventarier;30",
)  # fmt: skip


def test_trial_balance_proves_both_sides(shop):
    agreeing = shop.take(by_accounts("Saldobalans", *TRIAL_BALANCE))
    changed = [
        row.replace("5010;Hyra;100", "5010;Hyra;100,01").replace("1000", "999,99", 1)
        for row in TRIAL_BALANCE
    ]
    found = shop.take(by_accounts("Saldobalans", *changed))

    assert [] == agreeing
    assert {
        ("customer_income_statement", "5010", Decimal("-0.01")),
        ("customer_balance_sheet", "1930", Decimal("0.01")),
        ("customer_balance_sheet", "2081", Decimal("-0.01")),
    } == {(one.control, one.account_number, one.difference) for one in found}


def test_trial_balance_within_the_year_is_held_against_the_books_of_its_day(shop):
    rows = ("1510;Kundfordringar;100", "1930;Bank;1150", "2081;Aktiekapital;-1000",
            "3001;Försäljning;-250")  # fmt: skip

    assert [] == shop.take(by_accounts("Saldobalans", *rows, time="2024-02-29"))


def test_income_statement_of_one_month_is_held_against_the_movements_of_that_month(shop):
    march = "2024-03-01 - 2024-03-31"
    rows = ("Nettoomsättning;500", "Handelsvaror;-200", "Övriga externa kostnader;-130")

    assert [] == differing(shop.take(income(*rows, "Rörelseresultat;170", time=march)))


def test_account_that_the_books_do_not_have_is_missing_on_either_statement(shop):
    span = "2024-01-01 - 2024-12-31"
    shop.keep(
        by_accounts("Resultatrapport", "3001;Försäljning;750", "3999;Övrigt;7", "4010;Inköp;-200",
                    "5010;Hyra;-100", "5410;Inventarier;-30", time=span)
    )  # fmt: skip
    found = shop.take(
        by_accounts("Balansrapport", "1510;Fordran;500", "1930;Bank;1000", "1999;Kassa;7",
                    "2081;Aktiekapital;1000", "2440;Skuld;80")
    )  # fmt: skip

    assert {("3999", "missing", None), ("1999", "missing", None)} == {
        (one.account_number, str(one.kind), one.actual) for one in found
    }


SHEET_BY_ACCOUNTS = (
    "1510;Kundfordringar;500", "1930;Bank;1000", ";Summa tillgångar;1500",
    "2081;Aktiekapital;-1000", "2440;Skuld;-80", ";Beräknat resultat;-420",
    ";Summa eget kapital och skulder;-1500",
)  # fmt: skip


@pytest.mark.requirement("R-FIN-15d", "R-FIN-15e")
@pytest.mark.parametrize(
    ("right", "wrong", "row", "difference"),
    [
        ("resultat;-420", "resultat;-410", 8, "-10.00"),
        ("tillgångar;1500", "tillgångar;1510", 5, "-10.00"),
        ("skulder;-1500", "skulder;-1510", 9, "10.00"),
    ],
    ids=["result", "assets", "equity and liabilities"],
)
def test_what_a_sheet_of_accounts_computes_is_held_against_the_books_where_it_does_not_add_up(
    shop, right, wrong, row, difference
):
    assert [] == shop.take(by_accounts("Balansrapport", *SHEET_BY_ACCOUNTS))

    rows = [one.replace(right, wrong) for one in SHEET_BY_ACCOUNTS]
    found = differing(shop.take(by_accounts("Balansrapport", *rows)))

    assert (row, "", "amount", difference) in found


def test_account_that_a_sheet_leaves_out_is_named_though_its_total_has_it(shop):
    rows = [one for one in SHEET_BY_ACCOUNTS if not one.startswith("1510")]

    found = differing(shop.take(by_accounts("Balansrapport", *rows)))

    assert ["1510"] == [account for _, account, _, _ in found]


CLOSED = [*SHOP, Account("2099", "0", {DECEMBER: "-420"}), Account("8999", "0", {DECEMBER: "420"})]
"""The same year when its result is booked to equity."""
CLOSED_BALANCE = (
    "1510;Kundfordringar;500", "1930;Bank;1000", ";Summa tillgångar;1500",
    "2081;Aktiekapital;-1000", "2099;Årets resultat;-420", "2440;Skuld;-80",
    ";Summa eget kapital och skulder;-1500",
)  # fmt: skip


@pytest.fixture
def closed_shop(tmp_path, empty_hub):
    with customer_books(tmp_path, empty_hub, YEAR, CLOSED) as books:
        yield books


@pytest.mark.requirement("R-FIN-15d", "R-FIN-15e")
@pytest.mark.parametrize(
    "sheet",
    [
        by_accounts("Balansrapport", *CLOSED_BALANCE),
        balance(*BALANCE_BY_LINES),
        balance(*(r.replace("Aktiekapital", "Eget kapital") for r in BALANCE_BY_LINES)),
    ],
    ids=["by accounts", "by lines", "by lines under a total"],
)
def test_balance_sheet_of_a_year_whose_result_is_booked_to_equity_agrees(closed_shop, sheet):
    assert [] == differing(closed_shop.take(sheet))


def test_income_statement_of_a_year_whose_result_is_booked_to_equity_agrees(closed_shop):
    span = "2024-01-01 - 2024-12-31"
    rows = ("3001;Försäljning;750", "4010;Inköp;-200", "5010;Hyra;-100", "5410;Inventarier;-30")

    for statement in (
        income(*INCOME_BY_LINES),
        by_accounts("Resultatrapport", *rows, time=span),
        by_accounts("Resultatrapport", *rows, "8999;Årets resultat;-420", time=span),
    ):
        assert [] == differing(closed_shop.take(statement))


@pytest.mark.requirement("R-FIN-15d")
@pytest.mark.parametrize("share", ["420", "419"])
def test_result_that_is_booked_otherwise_than_the_customer_shows_it_is_named(
    tmp_path, empty_hub, share
):
    booked = [
        Account("2099", "0", {DECEMBER: f"-{share}"}), Account("8999", "0", {DECEMBER: share}),
    ]  # fmt: skip
    with customer_books(tmp_path, empty_hub, YEAR, [*SHOP, *booked]) as books:
        found = differing(books.take(by_accounts("Balansrapport", *CLOSED_BALANCE)))

    assert ("2099" in {account for _, account, _, _ in found}) == (share != "420")


def test_trial_balance_of_a_closed_year_has_the_account_that_books_the_result(closed_shop):
    rows = (*TRIAL_BALANCE, "2099;Årets resultat;-420")

    agreeing = closed_shop.take(by_accounts("Saldobalans", *rows, "8999;Årets resultat;420"))
    lacking = closed_shop.take(by_accounts("Saldobalans", *rows))

    assert [] == agreeing
    assert ["8999"] == [account for _, account, _, _ in differing(lacking)]


def test_rows_that_differ_come_in_the_order_of_the_statement(shop):
    rows = [f"{row[:-2]}9{row[-1]}" if ";" in row else row for row in BALANCE_BY_LINES]
    filler = [f"Övrigt {n};0" for n in range(3)]

    found = differing(shop.take(balance(*filler, *rows)))

    numbers = [row for row, *_ in found if row]
    assert len(numbers) > 3
    assert max(numbers) > 9 >= min(numbers)
    assert numbers == sorted(numbers)


def test_account_that_the_customer_has_on_the_other_statement_is_named(shop):
    """The account map has 5410 on the income statement, the customer on the balance sheet."""
    span = "2024-01-01 - 2024-12-31"
    sheet = by_accounts(
        "Balansrapport", "1510;Fordran;500", "1930;Bank;1000", "5410;Inventarier;30",
        "2081;Aktiekapital;1000", "2440;Skuld;80",
    )  # fmt: skip
    shop.keep(sheet.replace(b"5410;Inventarier;30", b"5410;Inventarier;31"))
    found = shop.take(
        by_accounts("Resultatrapport", "3001;Försäljning;750", "4010;Inköp;-200", "5010;Hyra;-100",
                    time=span)
    )  # fmt: skip

    assert {
        ("customer_balance_sheet", "5410", Decimal(31)),
        ("customer_income_statement", "5410", Decimal(0)),
    } == {(one.control, one.account_number, one.expected) for one in found}


def test_account_in_two_rows_counts_once_with_both(shop):
    rows = [row for row in TRIAL_BALANCE if not row.startswith("1930")]

    found = shop.take(by_accounts("Saldobalans", *rows, "1930;Bank;600", "1930;Bank;400"))

    assert [] == found


def test_turned_sign_is_called_one(shop):
    rows = [row.replace(";-80", ";80") for row in TRIAL_BALANCE]

    (found,) = shop.take(by_accounts("Saldobalans", *rows))

    assert ("2440", "sign", Decimal("-160.00")) == (
        found.account_number, str(found.kind), found.difference
    )  # fmt: skip


@pytest.mark.parametrize(("shown", "differs"), [("1", False), ("2", True)])
def test_thousands_agree_within_half_of_one(tmp_path, empty_hub, shown, differs):
    accounts = [Account("1930", "1499.99"), Account("2081", "-1499.99")]
    content = "\n".join(
        ["Balansräkning 2024-12-31, tkr", ";2024-12-31", f"Kassa och bank;{shown}",
         f"Summa tillgångar;{shown}", f"Aktiekapital;{shown}", f"Summa eget kapital;{shown}",
         f"Summa eget kapital och skulder;{shown}"]
    ).encode()  # fmt: skip
    with customer_books(tmp_path, empty_hub, YEAR, accounts) as books:
        found = differing(books.take(content, accepts_unit=True))

    assert differs == bool(found), found


def test_total_of_thousands_that_rounding_moves_by_one_is_no_row_of_its_own(tmp_path, empty_hub):
    """Of debts of 150.0, 286.5, 32.1 and 107.0 thousand, 575.6 in all, the last is of VAT alone."""
    accounts = [
        Account("1930", "626460.14"), Account("2081", "-50899.17"), Account("2350", "-150000"),
        Account("2440", "-286483.43"), Account("2510", "-32096.22"), Account("2650", "-106981.32"),
    ]  # fmt: skip
    rows = (
        "Kassa och bank;626", "Summa tillgångar;626", "Aktiekapital;51", "Summa eget kapital;51",
        "Långfristiga skulder;150", "Leverantörsskulder;286", "Skatteskulder;32",
        "Övriga kortfristiga skulder;107", "Summa skulder;576",
        "Summa eget kapital och skulder;626",
    )  # fmt: skip
    content = "\n".join(["Balansräkning 2024-12-31, tkr", ";2024-12-31", *rows]).encode()
    with customer_books(tmp_path, empty_hub, YEAR, accounts) as books:
        found = books.take(content, accepts_unit=True)

    assert [] == differing(found)


def book(books, number, day, *postings, registered=None):
    """Add a voucher to books."""
    made = voucher(f"B:{number}", *postings)
    made["voucher"][0] |= {"voucher_date": day, "registered_on": registered}
    for name in ("voucher", "posting"):
        books.rows[name].extend(made[name])


def test_voucher_after_the_day_that_the_customer_may_have_counted_is_guessed(shop):
    book(shop, 1, dt.date(2024, 4, 2), ("1930", "75.50"), ("1510", "-75.50"))
    later = dt.date(2024, 4, 9)
    book(shop, 2, dt.date(2024, 4, 1), ("1930", "-75.50"), ("1510", "75.50"), registered=later)
    rows = ("1510;Fordran;424,50", "1930;Bank;1075,50", "2081;Kapital;1000", "2440;Skuld;80")

    found = shop.take(by_accounts("Balansrapport", *rows, time="2024-03-31"))

    for one in (one for one in found if one.difference is not None):
        assert "perhaps voucher B 1 of 2024-04-02 is in it already (a guess)" in one.detail
    assert {"1510", "1930"} == {one.account_number for one in found if one.account_number}


def test_voucher_that_was_registered_after_the_day_is_guessed_to_be_left_out(shop):
    book(
        shop, 1, dt.date(2024, 3, 20), ("1930", "75.50"), ("1510", "-75.50"),
        registered=dt.date(2024, 4, 9),
    )  # fmt: skip
    rows = ("Kundfordringar;500", "Kassa och bank;1000", "Summa tillgångar;1500")

    found = shop.take(balance(*rows, *BALANCE_BY_LINES[3:], day="2024-03-31"))

    words = "perhaps voucher B 1 of 2024-03-20, registered on 2024-04-09, is not in it (a guess)"
    assert [True, True] == [words in one.detail for one in found if one.difference is not None]


def test_account_that_the_customer_shows_in_another_row_is_guessed(shop):
    rows = [
        row.replace("Handelsvaror;-200", "Handelsvaror;-230").replace("-130", "-100")
        for row in INCOME_BY_LINES
    ]

    found = shop.take(income(*rows))

    words = "perhaps account 5410 is in another row of the statement (a guess)"
    assert [True, True] == [words in one.detail for one in found if one.difference is not None]


def test_every_row_is_laid_beside_the_books_with_the_accounts_of_ours_in_it(shop):
    shop.keep(income(*(row.replace("-130", "-129") for row in INCOME_BY_LINES)))

    lines = {line.label: line for line in shop.lines()}

    costs = lines["Övriga externa kostnader"]
    assert (Decimal(129), Decimal(130), Decimal(1), True) == (
        costs.expected, costs.actual, costs.difference, costs.differs
    )  # fmt: skip
    assert (("5010", Decimal(100)), ("5410", Decimal(30))) == costs.accounts
    assert (Decimal(-750), False) == (
        lines["Nettoomsättning"].actual, lines["Nettoomsättning"].differs
    )  # fmt: skip
    page = comparison_page(Unit("acme", shop.year), shop.results(), list(lines.values()))
    assert "5010: 100.00; 5410: 30.00" in page
    assert "| ✓ | 3 | Nettoomsättning | -750.00 | -750.00 |" in page
    assert "It has not come yet" in page, "the balance sheet"
