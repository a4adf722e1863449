"""Columns: whose amounts they hold, of which time, and which one is the statement's."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger.statement.answers import Answers
from ledger.statement.periods import Period

MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
QUARTER = Period(dt.date(2026, 1, 1), dt.date(2026, 3, 31))
YEAR_END = Period(None, dt.date(2026, 12, 31))


def lines(count):
    """Three lines of an income statement with so many columns."""
    return "".join(
        f"{label};{';'.join([amount] * count)}\n"
        for label, amount in (
            ("Liikevaihto", "5,00"),
            ("Henkilöstökulut", "-1,00"),
            ("Liikevoitto", "4,00"),
        )
    )


def test_months_beside_their_sum_are_months_and_the_sum_is_used(read, roles, codes):
    file = read("Tuloslaskelma\nRivi;1/2026;2/2026;3/2026;Yhteensä;%\n" + lines(4))
    (statement,) = file.statements

    assert {"B": "month", "C": "month", "D": "month", "E": "cumulative*"} == roles(statement)
    assert "months_and_cumulative" in codes(file.remarks)
    assert [] == list(file.questions)


def test_a_total_without_a_time_gets_that_of_the_title(read):
    text = "Tuloslaskelma 1.1.2026 - 31.3.2026\nRivi;1/2026;2/2026;3/2026;Yhteensä\n" + lines(4)

    assert QUARTER == read(text).statements[0].period


def test_a_single_month_is_asked_about_and_read_as_cumulative_until_then(read):
    text = "Tuloslaskelma\nRivi;Maaliskuu 2026\n" + lines(1)

    (question,) = read(text).questions

    assert ("movement_or_cumulative", "cumulative") == (question.code, question.default)
    assert {"movement": MARCH, "cumulative": QUARTER} == question.values
    assert QUARTER == read(text).statements[0].period
    for is_cumulative, period in ((True, QUARTER), (False, MARCH)):
        answered = read(text, Answers(is_cumulative=is_cumulative))
        assert () == answered.questions
        assert period == answered.statements[0].period


def test_a_month_in_which_the_fiscal_year_starts_is_no_question(read):
    text = "Tuloslaskelma\nRäkenskapsår 2025-03-01 - 2026-02-28\nRivi;Maaliskuu 2025\n" + lines(1)

    assert () == read(text).questions


def test_cumulative_columns_start_with_the_fiscal_year_that_a_title_names(read):
    text = "Resultatrapport\nRäkenskapsår 2024-07-01 - 2025-06-30\nPeriod 2025-03-01 - 2025-03-31\n"
    text += "Rad;Perioden;Ackumulerat;Period fg år;Budget\n" + lines(4)
    (statement,) = read(text).statements

    assert Period(dt.date(2024, 7, 1), dt.date(2025, 3, 31)) == statement.period
    assert "month" == statement.columns[0].role.value


def test_months_without_a_year_have_that_of_the_title(read, codes):
    text = "Tuloslaskelma 2026\nRivi;Maaliskuu\n" + lines(1)

    assert ["movement_or_cumulative"] == codes(read(text).questions)
    assert QUARTER == read(text).statements[0].period


def test_a_heading_over_headings_that_repeat_stands_for_all_up_to_the_next(read, roles):
    text = "Månadsrapport mars 2026\n;Mars;;;Jan-mars;;\n;Utfall;Budget;Avv;Utfall;Budget;Avv\n"
    text += lines(6).replace("Liikevaihto", "Nettoomsättning").replace("Liikevoitto", "Resultat")
    (statement,) = read(text.replace("Henkilöstökulut", "Personalkostnader")).statements

    assert {
        "B": "month", "C": "budget", "D": "difference", "E": "cumulative*", "F": "budget",
        "G": "difference",
    } == roles(statement)  # fmt: skip
    assert QUARTER == statement.period


def test_months_without_a_sum_are_asked_about_and_the_last_is_used(read, roles, codes):
    file = read("Resultaträkning\nRad;jan 2026;feb 2026;mar 2026\n" + lines(3))

    assert {"B": "month", "C": "month", "D": "month*"} == roles(file.statements[0])
    assert ["months_without_total"] == codes(file.questions)
    assert MARCH == file.statements[0].period


def test_the_same_month_a_year_before_is_a_comparison(read, roles):
    file = read("Tuloslaskelma\nRivi;3/2025;3/2026\n" + lines(2))

    assert {"B": "comparison", "C": "amount*"} == roles(file.statements[0])


def test_a_day_alone_asks_where_the_time_of_an_income_statement_starts(read, codes):
    text = "Tuloslaskelma\nRivi;31.3.2026\n" + lines(1)
    answer = Answers(start=dt.date(2026, 2, 1))

    assert ["period_start"] == codes(read(text).questions)
    assert QUARTER == read(text).statements[0].period
    assert dt.date(2026, 2, 1) == read(text, answer).statements[0].period.start


def test_years_as_numbers_are_headings_and_the_last_is_used(read, roles):
    (statement,) = read("Tuloslaskelma\n;2024;2025;2026\n" + lines(3)).statements

    assert {"B": "comparison", "C": "comparison", "D": "amount*"} == roles(statement)
    assert (2,) == statement.header_rows
    assert Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31)) == statement.period


@pytest.mark.parametrize(
    "label", ["", "Rivi", "EUR", "Income statement", "Esimerkki Oy", "Tuloslaskelma (kululaji)"]
)
def test_years_beside_a_heading_s_label_are_no_amounts(read, label):
    (statement,) = read(f"Tuloslaskelma\n{label};2025;2026\n" + lines(2)).statements

    assert (2,) == statement.header_rows
    assert 3 == len(statement.lines)


def test_a_line_whose_amount_could_be_a_year_is_a_line(read):
    text = "Tuloslaskelma\nRivi;1-12/2026\nLiikevaihto;2026,00\nKulut;-1026,00\nTulos;1000,00\n"

    assert [3, 4, 5] == [line.row for line in read(text).statements[0].lines]


def test_a_year_in_a_heading_is_cut_to_the_time_of_the_title(read):
    text = "Tuloslaskelma 1.1.2026 - 31.3.2026\n;2025;2026\n" + lines(2)
    (statement,) = read(text).statements

    assert QUARTER == statement.period
    assert Period(dt.date(2025, 1, 1), dt.date(2025, 3, 31)) == statement.columns[0].period


def test_figures_that_are_none_of_the_books_are_never_amounts(read, roles, codes):
    text = (
        "Tuloslaskelma\nRivi;1-3/2026;Budjetti;Ennuste 2026;Poikkeama;Toteuma-%;Liite;Ed. vuosi\n"
    )
    file = read(text + lines(7))
    (statement,) = file.statements

    assert {
        "B": "amount*", "C": "budget", "D": "forecast", "E": "difference", "F": "percent",
        "G": "note", "H": "comparison",
    } == roles(statement)  # fmt: skip
    assert all({8} == set(line.also) for line in statement.lines)
    assert 5 == codes(file.remarks).count("column_not_of_the_books")


def test_a_column_without_a_heading_beside_others_is_not_used(read, roles, codes):
    text = "Tase\nRivi;;31.12.2026;31.12.2025\nKoneet;1;5,00;4,00\nPankki;2;6,00;5,00\n"
    file = read(text + "Yhteensä;;11,00;9,00\n")

    assert {"B": "unknown", "C": "amount*", "D": "comparison"} == roles(file.statements[0])
    assert [5] == [line.row for line in file.statements[0].lines if line.is_total]
    assert "column_not_of_the_books" in codes(file.remarks)


def test_percentages_are_known_by_their_signs_and_formats(read, read_sheets, sheet, roles):
    text = "Tuloslaskelma\nRivi;2026;2025\nLiikevaihto;5,00;100,0 %\nLiikevoitto;4,00;80,0 %\n"
    formats = {"C3": "0.0%", "C4": "0.0%"}
    rows = [["Tuloslaskelma"], ["Rivi", "2026", "2025"], ["Liikevaihto", 5, 1], ["Kulut", 4, 0.8]]

    for file in (read(text), read_sheets(sheet("S", rows, formats=formats))):
        assert {"B": "amount*", "C": "percent"} == roles(file.statements[0])


def test_hidden_columns_are_said_and_never_used(read_sheets, sheet, roles, codes):
    rows = [["Tase"], ["", "31.12.2025", "31.12.2026"], ["Pankki", 5, 6], ["Summa", 5, 6]]

    file = read_sheets(sheet("Tase", rows, hidden_columns=(3,)))

    assert {"B": "amount*", "C": "comparison"} == roles(file.statements[0])
    assert "hidden_column" in codes(file.remarks)
    assert dt.date(2025, 12, 31) == file.statements[0].period.end


def test_a_hidden_column_that_ends_later_is_not_used_for_an_income_statement(
    read_sheets, sheet, roles
):
    rows = [["Tuloslaskelma"], ["", "2025", "2026"], ["Liikevaihto", 5, 6], ["Tulos", 5, 6]]

    file = read_sheets(sheet("S", rows, hidden_columns=(3,)))

    assert {"B": "amount*", "C": "comparison"} == roles(file.statements[0])


def test_of_two_columns_with_the_time_of_the_title_the_month_is_not_used(read, roles):
    text = "Tuloslaskelma 1.1.2026 - 31.3.2026\nRivi;Kuukausi;Tilikausi\n" + lines(2)

    assert {"B": "month", "C": "amount*"} == roles(read(text).statements[0])


def test_headings_in_two_rows_are_joined_and_merged_ones_seen_over_all_they_cover(
    read_sheets, sheet, roles
):
    rows = [
        ["Tuloslaskelma"], [],
        [None, "Toteuma", None, "Budjetti", None],
        [None, "3/2026", "1-3/2026", "3/2026", "1-3/2026"],
        ["Liikevaihto", 1, 5, 2, 6], ["Kulut", -1, -4, -1, -5], ["Liikevoitto", 0, 1, 1, 1],
    ]  # fmt: skip

    (statement,) = read_sheets(sheet("S", rows, merged=("B3:C3", "D3:E3"))).statements

    assert {"B": "month", "C": "cumulative*", "D": "budget", "E": "budget"} == roles(statement)
    assert "Toteuma | 1-3/2026" == statement.columns[1].header
    assert (3, 4) == statement.header_rows


def test_days_as_dates_texts_and_bare_serials_are_headings(read_sheets, sheet, codes):
    for day in (dt.date(2026, 12, 31), "31.12.2026", 46387):
        rows = [["Tase"], [None, day], ["Pankki", 5.5], ["Kassa", 1.5], ["Yhteensä", 7]]
        file = read_sheets(sheet("Tase", rows))

        assert YEAR_END == file.statements[0].period
        assert (2,) == file.statements[0].header_rows
        assert ("time_as_number" in codes(file.remarks)) == isinstance(day, int)


def test_the_closing_column_of_balances_is_used_beside_opening_and_movements(read, roles):
    text = "Balansrapport\nRäkenskapsår: 2026-01-01 - 2026-12-31\nPeriod: 2026-03-01 - 2026-03-31\n"
    text += "Konto;Benämning;Ing balans;Ing saldo;Period;Utg balans\n"
    text += "1510;Kundfordringar;1,00;2,00;3,00;5,00\n1930;Bank;1,00;2,00;3,00;5,00\n"
    (statement,) = read(text).statements

    assert {"C": "opening", "D": "opening", "E": "movement", "F": "amount*"} == roles(statement)
    assert [dt.date(2026, 1, 1), dt.date(2026, 3, 1)] == [
        column.period.end for column in statement.columns[:2]
    ]
    assert Period(None, dt.date(2026, 3, 31)) == statement.period


def test_balances_by_their_side_are_used_together(read, roles):
    text = "Pääkirjan saldot 31.3.2026\nTili;Nimi;Debet;Kredit\n"
    text += "1910;Pankki;100,00;\n2000;Pääoma;;70,00\n3000;Myynti;;30,00\nYhteensä;;100,00;100,00\n"
    (statement,) = read(text, Answers(kind="trial_balance")).statements

    assert {"C": "debit*", "D": "credit*"} == roles(statement)
    assert list(map(Decimal, ("100", "-70", "-30", "0"))) == [
        line.amount.ledger for line in statement.lines
    ]


def test_a_trial_balance_without_a_day_asks_for_it(read, codes):
    text = "Tili;Nimi;Saldo\n1910;Pankki;5,00\n3000;Myynti;-5,00\n"
    day = dt.date(2026, 12, 31)

    assert ["statement_date"] == codes(read(text).questions)
    assert read(text).statements[0].period is None
    assert Period(None, day) == read(text, Answers(date=day)).statements[0].period


def test_the_day_of_printing_is_not_the_day_of_the_statement(read):
    text = "Tase\nTulostettu 14.2.2027\n31.12.2026\nRivi;Saldo\nPankki;5,00\nKassa;2,00\nYht;7,00\n"

    assert YEAR_END == read(text).statements[0].period
