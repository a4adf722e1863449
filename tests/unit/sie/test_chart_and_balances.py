"""Accounts, dimensions, objects and balances, as tables."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger.schemas import CANONICAL


def test_account_has_what_its_records_say_in_any_order(bend, read_sie):
    content = (
        bend()
        .insert(9, "#SRU 1930 7281", "#KTYP 1930 t", "#KTYP 3001 I")
        .insert(11, "#ENHET 3001 st", "#SRU 1930 7282")
        .content
    )

    _, tables = read_sie(content)

    assert [
        ("1930", "Bank", "asset", None, "7281 7282"),
        ("3001", "Försäljning", "income", "st", None),
    ] == [tuple(row.values()) for row in tables["ledger_account"].to_pylist()]


@pytest.mark.parametrize(
    ("letter", "kind"),
    [("T", "asset"), ("S", "liability"), ("K", "expense"), ("I", "income"), ("DIFF", None)],
)
def test_account_type_is_one_of_four_or_unknown(bend, read_sie, letter, kind):
    _, tables = read_sie(bend().insert(11, f"#KTYP 1930 {letter}").content)

    assert kind == tables["ledger_account"]["account_type"][0].as_py()


def test_account_declared_twice_keeps_the_last_name(bend, read_sie):
    _, tables = read_sie(bend().insert(11, '#KONTO 1930 "Banken"').content)

    assert ["Banken", "Försäljning"] == tables["ledger_account"]["name"].to_pylist()


def test_account_that_is_only_used_is_not_invented(bend, read_sie):
    """Whether an account is in the chart is a control's question, asked of what was sent."""
    _, tables = read_sie(bend().change(9).content)

    assert ["3001"] == tables["ledger_account"]["account_number"].to_pylist()


def test_reserved_dimension_in_use_gets_its_name_in_the_format(bend, read_sie):
    content = (
        bend()
        .insert(11, '#DIM 20 "Bil"', '#UNDERDIM 21 "Hjul" 20', "#OBJEKT 1 10 Söder")
        .change(16, "#TRANS 1930 {2 A} 100.00")
        .change(17, '#TRANS 3001 {"20" "V 70"} -100.00')
        .content
    )

    _, tables = read_sie(content)

    assert {
        ("20", "Bil", None),
        ("21", "Hjul", "20"),
        ("1", "Kostnadsställe", None),
        ("2", "Kostnadsbärare", "1"),
    } == {tuple(row.values()) for row in tables["dimension"].to_pylist()}
    assert [("1", "10", "Söder")] == [
        tuple(row.values()) for row in tables["dimension_object"].to_pylist()
    ]


def test_dimensions_nobody_uses_are_not_there(bend, read_sie):
    """Braces in a text are no object list."""
    content = bend().change(16, '#TRANS 1930 {} 100.00 "" "{6 P1} {"').content

    assert [] == read_sie(content)[1]["dimension"].to_pylist()


def test_balances_are_kept_as_the_source_reports_them(bend, read_sie):
    content = (
        bend()
        .change(11, '#IB 0 1930 "100.00" 5')
        .insert(
            14,
            "#PSALDO 0 202401 1930 {} 100.00",
            '#PSALDO 0 202401 3001 {1 "10" 6 P1} -60',
            "#PBUDGET 0 202402 3001 -7.5",
            "#OIB 0 1930 {6 P1} 1.00",
            "#OUB -1 1930 {6 P1} 2.00",
        )
        .content
    )

    _, tables = read_sie(content)

    january, february = dt.date(2024, 1, 1), dt.date(2024, 2, 1)
    assert [
        (0, "opening", None, "1930", None, None, Decimal("100.00"), Decimal("5.000000")),
        (0, "closing", None, "1930", None, None, Decimal("200.00"), None),
        (0, "result", None, "3001", None, None, Decimal("-100.00"), None),
        (0, "period", january, "1930", None, None, Decimal("100.00"), None),
        (0, "period", january, "3001", "1 6", "10 P1", Decimal("-60.00"), None),
        (0, "budget", february, "3001", None, None, Decimal("-7.50"), None),
        (0, "opening_object", None, "1930", "6", "P1", Decimal("1.00"), None),
        (-1, "closing_object", None, "1930", "6", "P1", Decimal("2.00"), None),
    ] == [tuple(row.values()) for row in tables["reported_balance"].to_pylist()]
    assert [("1930", Decimal("100.00"), Decimal("5.000000"))] == [
        tuple(row.values()) for row in tables["opening_balance"].to_pylist()
    ]


def test_closing_balances_of_last_year_open_this_one_when_nothing_else_does(bend, read_sie):
    """SIE 4B §5.16: either #UB -1 or #IB 0 must be there."""
    file, tables = read_sie(bend().change(11, "#UB -1 1930 99.00").content)

    assert [Decimal("99.00")] == tables["opening_balance"]["amount"].to_pylist()
    assert 1 == file.diagnostics.count("opening_from_closing")


def test_last_of_two_contradicting_balances_counts(bend, read_sie):
    _, tables = read_sie(bend().insert(12, "#IB 0 1930 101.00").content)

    assert [Decimal("101.00")] == tables["opening_balance"]["amount"].to_pylist()


def test_small_tables_have_their_canonical_schemas(bend, read_sie):
    _, tables = read_sie(bend().content)

    assert {name: CANONICAL[name] for name in tables} == {
        name: table.schema for name, table in tables.items()
    }
    assert CANONICAL.keys() - {"fiscal_year"} == tables.keys()
