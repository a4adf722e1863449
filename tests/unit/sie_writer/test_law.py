"""Tables written and read are the same tables, whatever they hold that SIE can hold."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.fiscal_year import FiscalYear
from ledger.schemas import CANONICAL
from ledger.sie.records.header import SieHeader
from ledger.sie.writer import write_sie
from ledger.voucher_key import voucher_key
from tests.examples import examples

PRINTABLE = "".join(map(chr, range(32, 127))) + "åäöÅÄÖéü"


def holds(value):
    """Leave out what SIE cannot hold: blanks around a text, a backslash before a quotation mark.

    A text that is nothing but a brace is left out too: at the end of a #VER line the reader takes
    it for the one that opens the block, as some programs write it.
    """
    unfit = value.endswith("\\") or '\\"' in value or value == "{"
    return value == value.strip() and not unfit


NAMES = st.text(PRINTABLE, max_size=12).filter(holds)
FILLED = NAMES.filter(bool)
TEXTS = st.none() | FILLED
CODES = st.text("019AÖ_-.#{}", min_size=1, max_size=3) | FILLED
WORDS = st.text('019AÖ"{}#', min_size=1, max_size=3).filter(holds)
DATES = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))
AMOUNTS = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda value: Decimal(value).scaleb(-2))
QUANTITIES = st.none() | st.integers(-(10**18) + 1, 10**18 - 1).map(
    lambda value: Decimal(value).scaleb(-6)
)
ACCOUNTS = st.sampled_from(["1910", "3001", "23", "143010", "FEL", "A 1"])
DIMENSIONS = {
    "1": ("Kostnadsställe", None),
    "6": ("Projekt", None),
    "20": ("Avdelning", None),
    "21": ("", "20"),
}
PAIRS = st.lists(st.tuples(st.sampled_from(sorted(DIMENSIONS)), FILLED), max_size=2)

ROW_FACTS = st.fixed_dictionaries(
    {
        "account_number": ACCOUNTS,
        "amount": AMOUNTS,
        "posting_date": DATES,
        "posting_text": TEXTS,
        "quantity": QUANTITIES,
        "registered_by": TEXTS,
    }
)
ROWS = st.lists(
    st.tuples(st.sampled_from(["booked", "added", "struck"]), ROW_FACTS, ROW_FACTS, PAIRS),
    max_size=4,
)
VOUCHERS = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {
                "voucher_series": st.sampled_from(["A", "B", "", "Lön 1"]),
                "voucher_number": st.sampled_from(["1", "2", "10", "", "X", "20240101"]) | CODES,
                "voucher_date": DATES,
                "voucher_text": TEXTS,
                "registered_on": st.none() | DATES,
                "registered_by": TEXTS,
            }
        ),
        ROWS,
    ),
    max_size=5,
)
YEARS = st.dictionaries(
    st.integers(-3, 0),
    st.tuples(DATES, DATES).map(sorted).map(lambda dates: FiscalYear(*dates)),
)
OBJECTS = st.sampled_from(
    [
        {},
        {"dimension_number": "1", "object_number": "Hus 7"},
        {"dimension_number": "1 6", "object_number": "10 P1"},
    ]
)
KINDS = st.one_of(
    st.tuples(st.sampled_from(["opening", "closing", "result"]), st.none(), st.just({})),
    st.tuples(st.sampled_from(["opening_object", "closing_object"]), st.none(), OBJECTS),
    st.tuples(st.sampled_from(["period", "budget"]), DATES, OBJECTS),
)
BALANCES = st.lists(
    st.tuples(st.integers(-2, 0), KINDS, ACCOUNTS, AMOUNTS, QUANTITIES),
    max_size=6,
)
CHART = st.dictionaries(
    CODES,
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "account_type": st.sampled_from([None, "asset", "liability", "expense", "income"]),
            "quantity_unit": TEXTS,
            "sru_code": st.none() | st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
        }
    ),
    max_size=4,
)


def voucher_tables(vouchers):
    """Build tables from vouchers told row by row; an added row comes with its booked one."""
    used, heads, postings, objects, history = Counter(), [], [], [], []
    for facts, rows in vouchers:
        name = facts["voucher_series"], facts["voucher_number"]
        used[name] += 1
        key = {"voucher_key": voucher_key(*name, occurrence=used[name])}
        heads.append(facts | key)
        booked = past = 0
        for kind, row, other, pairs in rows:
            if kind != "booked":
                past += 1
                same = {name: row[name] for name in ("account_number", "amount")}
                objects_json = json.dumps(pairs, ensure_ascii=False) if pairs else None
                numbered = {"row_number": past, "correction_kind": kind, "objects": objects_json}
                history.append(other | same | key | numbered)
            if kind != "struck":
                booked += 1
                postings.append(row | key | {"row_number": booked})
                objects += [
                    key
                    | {"row_number": booked, "dimension_number": dimension, "object_number": number}
                    for dimension, number in pairs
                ]
    return {
        "voucher": heads,
        "posting": postings,
        "posting_dimension": objects,
        "posting_correction": history,
    }


def balance_tables(balances):
    """Build reported balances, one of each, and the opening balances that follow from them."""
    reported = {}
    for year, (kind, day, objects), account, amount, quantity in balances:
        row = {"year_offset": year, "balance_kind": kind, "account_number": account} | objects
        row["period"] = day and day.replace(day=1)
        row = dict.fromkeys(CANONICAL["reported_balance"].names) | row
        identity = tuple(value for name, value in row.items() if name not in ("amount", "quantity"))
        reported[identity] = row | {"amount": amount, "quantity": quantity}
    rows = list(reported.values())
    opening = of(rows, "opening", 0) or of(rows, "closing", -1)
    return {"reported_balance": rows, "opening_balance": opening}


def of(rows, kind, year):
    names = CANONICAL["opening_balance"].names
    return [
        {name: row[name] for name in names}
        for row in rows
        if (row["balance_kind"], row["year_offset"]) == (kind, year)
    ]


def register_tables(chart, objects):
    return {
        "ledger_account": [{"account_number": number} | facts for number, facts in chart.items()],
        "dimension": [
            {"dimension_number": number, "name": name, "parent_number": parent}
            for number, (name, parent) in DIMENSIONS.items()
        ],
        "dimension_object": [
            {"dimension_number": dimension, "object_number": number, "name": name}
            for (dimension, number), name in objects.items()
        ],
    }


def year_table(years):
    return [
        {"year_offset": number, "start_date": year.start_date, "end_date": year.end_date}
        for number, year in years.items()
    ]


def contents(table):
    keep = [name for name in table.column_names if name not in ("source_ref", "source_line")]
    return Counter(tuple(row.items()) for row in table.select(keep).to_pylist())


HEADERS = st.builds(
    SieHeader,
    sie_type=st.just("4E"),
    program=NAMES,
    program_version=NAMES,
    declared_format=st.just("PC8"),
    generated_on=st.none() | DATES,
    organisation_number=st.sampled_from(["", "5560001111"]),
    company_name=NAMES,
    company_code=NAMES,
    currency=st.sampled_from(["SEK", "EUR"]),
    chart_type=st.sampled_from(["", "EUBAS97", "BAS 2024"]),
    balances_up_to=st.none() | DATES,
    fiscal_years=YEARS,
)


@st.composite
def units(draw):
    """Draw the header and the tables of one unit."""
    header = draw(HEADERS)
    names = st.tuples(st.sampled_from(sorted(DIMENSIONS)), FILLED)
    objects = draw(st.dictionaries(names, NAMES, max_size=3))
    rows = (
        voucher_tables(draw(VOUCHERS))
        | balance_tables(draw(BALANCES))
        | register_tables(draw(CHART), objects)
        | {"reported_fiscal_year": year_table(header.fiscal_years)}
    )
    return header, {name: pa.Table.from_pylist(rows[name], CANONICAL[name]) for name in rows}


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=examples(60))
@given(unit=units(), control_sum=st.booleans())
def test_tables_written_and_read_are_the_tables(unit, control_sum, read_sie):
    header, tables = unit

    file, again = read_sie(write_sie(header, tables, control_sum=control_sum))

    for name, table in tables.items():
        assert contents(table) == contents(again[name]), name
    assert header == file.header
    assert file.diagnostics.count("control_sum_wrong") == 0
    assert file.diagnostics.count("control_sum_missing") == 0


@pytest.mark.parametrize("size", [0, 1, 65_536])
def test_text_of_any_length_up_to_a_line_survives(size, read_sie, rows_of, header):
    """The reader's limit of a line is 64 KiB; longer ones are its diagnostic, not a crash."""
    text = "x" * size
    voucher = {"voucher_key": "A:1", "voucher_text": text or None}

    file, again = read_sie(write_sie(header, {"voucher": rows_of("voucher", voucher)}))

    kept = [text or None] if size < 65_000 else []
    assert kept == again["voucher"]["voucher_text"].to_pylist()
    assert file.diagnostics.count("line_too_long") == (not kept)
