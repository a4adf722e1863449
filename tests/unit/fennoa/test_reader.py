"""A year of Fennoa's answers, read: whole, in the right order, on the right side, in no float."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.fennoa.answers import ACCOUNTS, ASKED, OPENING, PAGE, PERIODS
from ledger.fennoa.port import open_year
from ledger.fennoa.statements import dimension_pairs
from ledger.fiscal_year import FiscalYear
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.source import Part

YEAR = {"year": "2025-01-01_2025-12-31", "period_id": "12"}
PERIOD_ROWS = [
    {"id": 11, "start_date": "2024-01-01", "end_date": "2024-12-31"},
    {"id": 12, "start_date": "2025-01-01", "end_date": "2025-12-31"},
]


def row(statement, account, debit="0", credit="0", **more):
    known = {
        "statement_id": statement,
        "account": account,
        "date": "2025-01-15",
        "series": "IN",
        "number": 17,
        "debit": debit,
        "credit": credit,
        "description": "Sale",
    }
    return {**known, **more}


SALE = [
    row(540, "1701", "894.72"),
    row(540, "2939", "0", "186.47"),
    row(540, "3000", "0", "708.25"),
]
RENT = [row(9, "7230", "100.00", number=4), row(9, "1910", "0", "100.00", number=4)]
OPENED = [{"account": "1910", "balance": "500.00"}, {"account": "2001", "balance": "500.00"}]


def parts(pages=(SALE,), opening=OPENED, told=None, accounts=("1910", "2001", "3000")):
    count = len(pages) if told is None else told
    bodies = {
        ASKED: YEAR,
        PERIODS: {"status": "ok", "data": PERIOD_ROWS},
        ACCOUNTS: {"data": [{"code": number, "name_fi": f"Tili {number}"} for number in accounts]},
        OPENING: {"status": "OK", "data": opening},
    }
    for place, rows in enumerate(pages, start=1):
        pagination = {"page": place, "pagesCount": count}
        bodies[PAGE.format(place)] = {"data": rows, "pagination": pagination}
    return {name: json.dumps(body).encode() for name, body in bodies.items()}


def opened(contents):
    return open_year(
        [Part(name, lambda content=content: content) for name, content in contents.items()]
    )


def tables(file):
    batches = list(file.batches())
    return {
        name: pa.Table.from_batches([batch[name] for batch in batches], CANONICAL[name])
        for name in VOUCHER_TABLES
    }


def balances(file):
    opening = file.tables["opening_balance"]
    return dict(
        zip(opening["account_number"].to_pylist(), opening["amount"].to_pylist(), strict=True)
    )


def test_rows_of_a_statement_are_one_voucher_wherever_its_pages_had_them():
    pages = [SALE[:1], [*RENT, *SALE[1:]]]

    found = tables(opened(parts(pages)))

    assert ["statement:9", "statement:540"] == found["voucher"]["voucher_key"].to_pylist()
    assert ["4", "17"] == found["voucher"]["voucher_number"].to_pylist()
    assert [1, 2, 1, 2, 3] == found["posting"]["row_number"].to_pylist()
    amounts = found["posting"]["amount"].to_pylist()
    assert [
        Decimal(text) for text in ("-100.00", "100.00", "894.72", "-186.47", "-708.25")
    ] == amounts


def test_place_of_a_row_does_not_depend_on_the_order_in_which_rows_came():
    expected = tables(opened(parts([[*SALE, *RENT]])))
    for rows in itertools.permutations([*SALE, *RENT]):
        assert expected == tables(opened(parts([list(rows)])))


def test_running_balance_of_a_row_changes_no_row():
    """It moves with every row that is booked before."""
    with_balances = [{**item, "opening": "1.00", "closing": "2.00"} for item in SALE]

    assert tables(opened(parts())) == tables(opened(parts([with_balances])))


def test_facts_name_year_previous_year_and_what_numbers_of_accounts_say():
    file = opened(parts())

    assert FiscalYear.parse("2025") == file.facts.year
    assert "" == file.facts.organisation_number == file.facts.currency
    assert "equity" == file.facts.account_classes["20"]
    assert "result" == file.facts.account_classes["9"]
    assert [(0, dt.date(2025, 1, 1)), (-1, dt.date(2024, 1, 1))] == [
        (item["year_offset"], item["start_date"])
        for item in file.tables["reported_fiscal_year"].to_pylist()
    ]


@pytest.mark.parametrize("as_text", [True, False])
def test_amounts_are_exact_as_text_and_as_numbers(as_text):
    """A float would round the last digit away on the way to decimals."""
    debit, credit = ("9999999999999.99", "0") if as_text else (9_999_999_999_999.99, 0)

    found = tables(opened(parts([[row(1, "1910", debit, credit)]])))

    assert [Decimal("9999999999999.99")] == found["posting"]["amount"].to_pylist()


@pytest.mark.parametrize("wrong", ["12,50", "1 000.00", "1.005", "x", "1e3"])
def test_amount_that_cannot_be_read_is_an_error_and_not_a_zero(wrong):
    file = opened(parts([[*SALE, row(541, "1910", wrong)]]))

    assert 1 == file.diagnostics.errors
    assert 3 == tables(file)["posting"].num_rows


@pytest.mark.parametrize("missing", ["statement_id", "date", "account"])
def test_row_without_what_it_must_have_is_an_error(missing):
    file = opened(parts([[*SALE, row(541, "1910", "1.00") | {missing: None}]]))

    assert 1 == file.diagnostics.errors
    assert missing in file.diagnostics.items[0].field


@pytest.mark.parametrize("day", ["2025-02-30", "20250115", "15.1.2025"])
def test_day_that_is_none_is_an_error(day):
    assert 1 == opened(parts([[row(1, "1910", "1.00", date=day)]])).diagnostics.errors


def test_pages_that_say_another_count_are_an_error():
    assert 1 == opened(parts([SALE], told=2)).diagnostics.errors
    assert 0 == opened(parts([[]], told=0)).diagnostics.errors


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (ACCOUNTS, b"<html>"),
        (ACCOUNTS, b"[]"),
        (ACCOUNTS, b'{"data": [{"name_fi": "Kassa"}]}'),
        (OPENING, b'{"data": [{"account": "1910"}]}'),
        (PERIODS, b'{"data": [{"id": 1}]}'),
        (ASKED, b'{"year": "x"}'),
        (PAGE.format(1), b'{"data": [7], "pagination": {"pagesCount": 1}}'),
        (PAGE.format(1), b'{"data": []}'),
        (PAGE.format(1), b'{"data": [{"account": true}], "pagination": {"pagesCount": 1}}'),
    ],
)
def test_answer_of_another_shape_refuses_the_year_and_names_the_part(name, content):
    refusal = opened(parts() | {name: content}).refusal

    assert refusal
    assert name in refusal or "page 1" in refusal


def test_part_that_is_missing_refuses_the_year():
    contents = parts()
    del contents[OPENING]

    assert "opening balances.json is missing" in opened(contents).refusal


def running(reading, moves):
    """Give rows of some accounts with balances before and after, signed by a reading."""
    sides = {"natural": {"2": -1, "3": -1}, "debit": {}, "credit": dict.fromkeys("123456789", -1)}
    before = {"1910": Decimal(500), "2001": Decimal(-500)}
    rows, signs = [], sides[reading]
    for number, (debit, credit, amount) in enumerate(moves, start=1):
        for account, moved in ((debit, amount), (credit, -amount)):
            sign = signs.get(account[0], 1)
            opening = before.get(account, Decimal(0))
            before[account] = opening + moved
            sides_of_row = {"debit": str(max(moved, 0)), "credit": str(max(-moved, 0))}
            shown = {"opening": str(sign * opening), "closing": str(sign * before[account])}
            rows.append(row(number, account, **sides_of_row) | shown)
    opening_rows = [
        {"account": account, "balance": str(signs.get(account[0], 1) * amount)}
        for account, amount in (("1910", Decimal(500)), ("2001", Decimal(-500)))
    ]
    return rows, opening_rows


MOVES = [("1910", "3000", Decimal("10.00")), ("7230", "2871", Decimal("4.00"))]


@pytest.mark.parametrize("reading", ["natural", "debit", "credit"])
def test_side_of_balances_is_found_from_the_rows(reading):
    rows, opening = running(reading, MOVES)

    file = opened(parts([rows], opening))

    assert {"1910": Decimal(500), "2001": Decimal(-500)} == balances(file)
    assert 0 == file.diagnostics.errors


@given(
    reading=st.sampled_from(["natural", "debit", "credit"]),
    amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=12),
    accounts=st.lists(
        st.tuples(st.sampled_from(["1910", "1701"]), st.sampled_from(["2871", "3000", "2939"])),
        min_size=12,
        max_size=12,
    ),
)
def test_whatever_is_booked_opening_balances_are_debit_positive(reading, amounts, accounts):
    """Rows on both sides of the balance sheet tell every reading from the others."""
    moves = [
        (debit, credit, Decimal(cents).scaleb(-2))
        for (debit, credit), cents in zip(accounts, amounts, strict=False)
    ]
    rows, opening = running(reading, moves)

    assert {"1910": Decimal(500), "2001": Decimal(-500)} == balances(opened(parts([rows], opening)))


def test_balances_around_all_rows_of_an_account_tell_as_well():
    """Where a row shows the account's balances of the whole query, not its own."""
    rows = [
        row(1, "1910", "10.00", opening="500.00", closing="530.00"),
        row(2, "1910", "20.00", opening="500.00", closing="530.00"),
        row(1, "3000", "0", "10.00", opening="0.00", closing="30.00"),
        row(2, "3000", "0", "20.00", opening="0.00", closing="30.00"),
    ]

    assert {"1910": Decimal(500), "2001": Decimal(-500)} == balances(opened(parts([rows])))


def test_sum_of_opening_balances_tells_the_side_when_no_row_does():
    assert {"1910": Decimal(500), "2001": Decimal(-500)} == balances(opened(parts()))


def test_sum_of_opening_balances_tells_that_they_are_debit_positive_everywhere():
    opening = [{"account": "1910", "balance": "500.00"}, {"account": "2001", "balance": "-500.00"}]

    assert {"1910": Decimal(500), "2001": Decimal(-500)} == balances(opened(parts(opening=opening)))


def test_side_that_nothing_tells_is_an_error():
    opening = [{"account": "1910", "balance": "500.00"}, {"account": "2001", "balance": "1.00"}]

    assert 1 == opened(parts(opening=opening)).diagnostics.errors


def test_balances_that_contradict_every_reading_are_an_error():
    rows = [
        row(1, "1910", "10.00", opening="0.00", closing="-10.00"),
        row(1, "3000", "0", "10.00", opening="0.00", closing="-10.00"),
        row(2, "2871", "0", "10.00", opening="0.00", closing="10.00"),
        row(2, "1701", "10.00", opening="0.00", closing="10.00"),
    ]

    assert 1 == opened(parts([rows])).diagnostics.errors


def test_opening_balances_in_two_columns_need_no_side():
    opening = [
        {"account": "1910", "debit": "500.00", "credit": "0.00"},
        {"account": "2001", "debit": 0, "credit": 500.0},
    ]

    assert {"1910": Decimal(500), "2001": Decimal(-500)} == balances(opened(parts(opening=opening)))


def test_text_that_all_rows_share_is_the_statements_and_others_are_the_rows_own():
    rows = [row(1, "1910", "1.00"), row(1, "3000", "0", "1.00")]
    rows += [row(2, "1910", "1.00", description="One"), row(2, "3000", "0", "1.00", description="")]

    found = tables(opened(parts([rows])))

    assert ["Sale", None] == found["voucher"]["voucher_text"].to_pylist()
    assert [None, None, "One", None] == found["posting"]["posting_text"].to_pylist()


def test_dimensions_of_rows_come_with_their_types():
    named = [{"dimension_type_id": 1, "code": "100"}, {"dimension_type_id": 2, "code": "P7"}]
    file = opened(parts([[row(1, "7230", "1.00", dimensions=named), row(1, "1910", "0", "1.00")]]))

    found = tables(file)["posting_dimension"].to_pylist()
    assert [("1", "100"), ("2", "P7")] == [
        (item["dimension_number"], item["object_number"]) for item in found
    ]
    assert {2} == {item["row_number"] for item in found}
    assert ["100", "P7"] == file.tables["dimension_object"]["object_number"].to_pylist()


def test_both_spellings_of_dimensions_are_read_alike():
    spelled = json.dumps({"dim_1": "100", "dim_2": ""})

    assert [("1", "100")] == dimension_pairs(spelled)
    assert [] == dimension_pairs("")


def test_statement_is_never_divided_between_batches(monkeypatch):
    monkeypatch.setattr("ledger.fennoa.statements.BATCH_ROWS", 4)
    rows = list(itertools.chain(*([*SALE[:2], row(n, "3000")] for n in range(1)), RENT * 5))

    file = opened(parts([rows]))

    for batch in file.batches():
        assert set(batch["posting"]["voucher_key"].to_pylist()) == set(
            batch["voucher"]["voucher_key"].to_pylist()
        )
    assert len(rows) + 3 == file.path_counts.fast_rows
