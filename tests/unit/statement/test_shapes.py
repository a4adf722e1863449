"""Where labels, accounts and amounts stand: in every arrangement that exports have."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger.statement.periods import Period
from ledger.statement.refusals import StatementRefused
from ledger.statement.values import Kind


def test_levels_in_columns_of_their_own_are_labels_and_levels(read_sheets, sheet, parts):
    rows = [
        ["Tuloslaskelma"], [None, None, "2026"], ["LIIKEVAIHTO", None, 300.5],
        [None, "Kotimaa", 200.25], [None, "Vienti", 100.25], ["Muut kulut", None, -50],
        [None, "Vuokrat", -50], ["LIIKEVOITTO", None, 250.5],
    ]  # fmt: skip

    (statement,) = read_sheets(sheet("T", rows)).statements

    assert {3: [4, 5], 6: [7], 8: [3, 6]} == parts(statement)
    assert ["LIIKEVAIHTO", "Kotimaa"] == [line.label for line in statement.lines[:2]]


def test_groups_above_their_accounts_are_totals_even_of_one(read, parts):
    text = "Tuloslaskelma 2026\nTili;Nimi;2026\nLIIKEVAIHTO;;5,00\n3000;Myynti;5,00\n"
    text += "Kulut;;-3,00\n7000;Vuokrat;-1,00\n7660;Atk;-2,00\nLIIKEVOITTO;;2,00\n"

    (statement,) = read(text).statements

    assert {3: [4], 5: [6, 7], 8: [3, 5]} == parts(statement)
    assert [None, "3000"] == [line.account for line in statement.lines[:2]]


def test_codes_of_classes_beside_accounts_are_groups_and_no_accounts(read, parts):
    text = "Saldoluettelo 31.12.2026\nTili;Nimi;Saldo\n1;Vastaavaa;150,00\n191;Rahat;150,00\n"
    text += "1910;Pankki;100,00\n1920;Kassa;50,00\n2;Vastattavaa;-150,00\n2001;Pääoma;-150,00\n"

    (statement,) = read(text).statements

    assert {3: [4], 4: [5, 6], 7: [8]} == parts(statement)
    assert Decimal(0) == sum(line.amount.ledger for line in statement.leaves)


def test_rows_without_a_label_are_never_lost(read, parts, codes):
    text = "Tase;31.12.2026\nPankki;100,00\nKassa;50,00\n;150,00\nOsakepääoma;-150,00\n;-150,00\n"

    file = read(text)

    assert {4: [2, 3], 6: [5]} == parts(file.statements[0])
    assert 2 == codes(file.remarks).count("line_without_label")


def test_two_statements_under_one_heading_are_parted(read):
    text = ";31.3.2026\nLiikevaihto;9,00\nHenkilöstökulut;-4,00\nLiikevoitto;5,00\nVASTAAVAA;\n"
    text += "Pankki;7,00\nKassa;1,00\nVastaavaa yhteensä;8,00\nOma pääoma;3,00\n"
    text += "Vieras pääoma;5,00\nVastattavaa yhteensä;8,00\n"

    income, balance = read(text).statements

    assert (Kind.INCOME_STATEMENT, Kind.BALANCE_SHEET) == (income.kind, balance.kind)
    assert [2, 3, 4] == [line.row for line in income.lines]
    assert Period(None, dt.date(2026, 3, 31)) == balance.period


def test_two_statements_with_headings_of_their_own_are_parted(read, codes):
    text = "Tuloslaskelma;1-12/2026\nLiikevaihto;9,00\nKulut;-4,00\nLiikevoitto;5,00\n;\n"
    text += "Tase;31.12.2026\nPankki;7,00\nKassa;1,00\nYhteensä;8,00\n"

    file = read(text)

    assert [(1,), (6,)] == [statement.header_rows for statement in file.statements]
    assert "statements_share_a_sheet" in codes(file.remarks)


def test_a_heading_that_comes_again_on_the_next_page_starts_no_table(read):
    text = "Tuloslaskelma\nRivi;1.1.-31.12.2026\nLiikevaihto;9,00\nPalkat;-3,00\n"
    text += "Rivi;1.1.-31.12.2026\nPoistot;-1,00\nLiikevoitto;5,00\n"

    assert [3, 4, 6, 7] == [line.row for line in read(text).statements[0].lines]


def test_a_sheet_of_key_figures_is_no_statement_beside_one(read_sheets, sheet, codes):
    figures = [["Tunnusluvut 2026"], ["Liikevaihto", 9.5], ["Henkilöstökulut", 4], ["Poistot", 3]]
    income = [["Tuloslaskelma 2026"], ["Liikevaihto", 9.5], ["Kulut", -4], ["Liikevoitto", 5.5]]

    file = read_sheets(sheet("Kansi", figures), sheet("Tulos", income))

    assert ["Tulos"] == [statement.sheet for statement in file.statements]
    assert "sheet_not_used" in codes(file.remarks)


def test_the_same_statement_on_two_sheets_is_asked_about_and_other_years_are_not(
    read_sheets, sheet, codes
):
    def income(year):
        rows = [["Tuloslaskelma"], ["", year], ["Liikevaihto", 9.5], ["Kulut", -4], ["Tulos", 5.5]]
        return sheet(f"S{year}", rows)

    assert [] == codes(read_sheets(income("2025"), income("2026")).questions)
    twice = read_sheets(income("2026"), sheet("Copy", income("2026").rows))
    assert ["several_of_a_kind"] == codes(twice.questions)


def test_hidden_rows_are_parts_of_the_line_that_they_add_up_to_or_left_out(
    read_sheets, sheet, parts, codes
):
    rows = [
        ["Tase", "31.12.2026"], ["Saamiset", 5.5], ["Myynti", 3], ["Muut", 2.5], ["Vanha", 7],
        ["Pankki", 1], ["Yhteensä", 6.5],
    ]  # fmt: skip

    kept = read_sheets(sheet("S", rows, hidden_rows=(3, 4)))
    lost = read_sheets(sheet("S", rows, hidden_rows=(3, 4, 5)))

    assert [3, 4] == parts(kept.statements[0])[2]
    assert [True, True] == [line.is_hidden for line in kept.statements[0].lines[1:3]]
    assert [2, 6, 7] == [line.row for line in lost.statements[0].lines]
    assert "hidden_rows_not_used" in codes(lost.remarks)


def test_two_tables_side_by_side_are_refused(read):
    text = "Tase 31.12.2026;;;\nVastaavaa;;Vastattavaa;\nKoneet;1,00;Osakepääoma;2,00\n"
    text += "Pankki;4,00;Voitto;1,50\nYhteensä;5,00;Ostovelat;1,50\n;;Yhteensä;5,00\n"

    with pytest.raises(StatementRefused) as refused:
        read(text)
    assert "adjacent_tables" == refused.value.code


def test_sample_rows_of_a_template_are_left_out_beside_real_ones(read, codes):
    text = "Saldoluettelo\nTili;Nimi;Päivä;Saldo\n1910;Pankki (MALLIRIVI);31.12.2026;9,00\n"
    text += "1910;Pankki;31.12.2026;5,00\n3000;Myynti;31.12.2026;-5,00\n"

    file = read(text)

    assert [4, 5] == [line.row for line in file.statements[0].lines]
    assert "sample_rows_left_out" in codes(file.remarks)
    assert Period(None, dt.date(2026, 12, 31)) == file.statements[0].period


def test_a_range_of_days_in_two_rows_of_a_heading_is_one_time(read):
    text = "Resultaträkning\n;2025-07-01;2024-07-01\n;-2026-06-30;-2025-06-30\n"
    text += "Nettoomsättning;9,00;8,00\nLöner;-4,00;-3,00\nRörelseresultat;5,00;5,00\n"

    (statement,) = read(text).statements

    assert Period(dt.date(2025, 7, 1), dt.date(2026, 6, 30)) == statement.period
    assert dt.date(2024, 7, 1) == statement.columns[1].period.start


def test_a_sum_beside_a_single_month_asks_where_it_starts(read, roles, codes):
    text = "Tuloslaskelma\nRivi;3/2026;Kertymä\nLiikevaihto;9,00;20,00\nKulut;-4,00;-9,00\n"
    text += "Liikevoitto;5,00;11,00\n"

    file = read(text)

    assert {"B": "month", "C": "cumulative*"} == roles(file.statements[0])
    assert ["period_start"] == codes(file.questions)
    assert dt.date(2026, 1, 1) == file.statements[0].period.start
