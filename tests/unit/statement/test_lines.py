"""Rows: labels, accounts, amounts, signs and units; what cannot be read is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.statement.answers import Answers
from ledger.statement.refusals import StatementRefused
from ledger.statement.statements import MAX_LINES
from ledger.statement.values import Kind

BALANCE = """Tase;31.12.2026
VASTAAVAA;
Koneet;{0}
Pankki;30,00
VASTAAVAA YHTEENSÄ;50,00
VASTATTAVAA;
Osakepääoma;{1}25,00
Ostovelat;{1}25,00
VASTATTAVAA YHTEENSÄ;{1}50,00
"""


def ledger(statement):
    return [line.amount.ledger for line in statement.lines]


def test_labels_lose_blanks_line_breaks_and_footnote_marks_but_keep_their_brackets(read):
    text = 'Tase;31.12.2026\n"  Koneet 1) ";1,00\n"Voitto\n(3..9)";2,00\n'
    text += "Erä (jako 2);3,00\nPankki *;4,00\n"

    (statement,) = read(text + "Yhteensä;10,00\n").statements

    assert ["Koneet", "Voitto (3..9)", "Erä (jako 2)", "Pankki", "Yhteensä"] == [
        line.label for line in statement.lines
    ]
    assert "  Koneet 1) " == statement.lines[0].label_in_file
    assert [2, 3, 4, 5, 6] == [line.row for line in statement.lines]


def test_account_and_name_in_one_cell_are_parted_and_totals_have_none(read):
    text = "Koetase 31.12.2026\nTili;Saldo\n1910 Pankkitili;5,00\nTiliryhmä 19 yhteensä;5,00\n"
    text += "3000: Myynti 25,5 %;-5,00\nTiliryhmä 30 yhteensä;-5,00\nKaikki yhteensä;0,00\n"

    (statement,) = read(text).statements

    assert [("1910", "Pankkitili"), (None, "Tiliryhmä 19 yhteensä")] == [
        (line.account, line.label) for line in statement.lines[:2]
    ]
    assert ("3000", "Myynti 25,5 %") == (statement.lines[2].account, statement.lines[2].label)
    assert statement.label_column == statement.account_column == 1


def test_totals_with_their_label_where_others_have_their_account_are_lines(read, parts):
    text = "Resultatrapport 2026\nKonto;Benämning;2026\nIntäkter\n3001;Försäljning;9,00\n"
    text += "3010;Övrigt;1,00\nS:a Intäkter;;10,00\n4010;Inköp;-4,00\nS:a Inköp;;-4,00\n"
    text += "Årets resultat;;6,00\n"

    (statement,) = read(text).statements

    assert "S:a Intäkter" == statement.lines[2].label
    assert {6: [4, 5], 8: [7], 9: [6, 8]} == parts(statement)


def test_accounts_stay_text_and_padding_is_asked_about(read_sheets, sheet):
    rows = [["Saldoluettelo 31.12.2026"], ["Tili", "Nimi", "Saldo"]]
    rows += [["01910", "Pankki", 5], [1920, "Kassa", "1,00"], ["03000", "Myynti", -6]]

    file = read_sheets(sheet("S", rows))

    assert ["01910", "1920", "03000"] == [line.account for line in file.statements[0].lines]
    assert ["1910", "1920", "3000"] == [line.ledger_account for line in file.statements[0].lines]
    assert ["padded_accounts"] == [question.code for question in file.questions]
    assert {
        "account_cells_mixed": ["A4"], "amount_cells_mixed": ["C4"],
    } == {
        remark.code: remark.values["cells"] for remark in file.remarks if "cells" in remark.values
    }  # fmt: skip


def test_padding_that_would_make_two_accounts_one_is_kept(read):
    text = "Saldoluettelo 31.12.2026\nTili;Nimi;Saldo\n0191;Pankki;5,00\n191;Kassa;-5,00\n"

    assert ["0191", "191"] == [line.ledger_account for line in read(text).statements[0].lines]


@pytest.mark.parametrize(("minus", "sign"), [("", "equity_and_liabilities"), ("-", "credit")])
def test_both_signs_of_the_second_side_come_to_the_same_books(read, minus, sign):
    (statement,) = read(BALANCE.format("20,00", minus)).statements

    assert sign in statement.sign
    assert list(map(Decimal, ("20", "30", "50", "-25", "-25", "-50"))) == ledger(statement)


@pytest.mark.parametrize(
    ("income", "costs", "sign"),
    [
        ("", "-", {"income": "+", "costs": "-"}),
        ("-", "", {"debit": "+", "credit": "-"}),
        ("", "", {"income": "+", "costs": "+"}),
    ],
)
def test_every_sign_of_an_income_statement_comes_to_the_same_books(read, income, costs, sign):
    text = f"Tuloslaskelma 2026\nRivi;2026\nLiikevaihto;{income}10,00\nKulut;{costs}4,00\n"
    text += f"Liikevoitto;{income}6,00\nTuloverot;{costs}1,00\nTilikauden voitto;{income}5,00\n"

    file = read(text)
    (statement,) = file.statements

    assert sign == statement.sign
    assert list(map(Decimal, ("-10", "4", "-6", "1", "-5"))) == ledger(statement)
    assert [4, 6] == [line.row - 1 for line in statement.lines if line.is_total]
    assert not [remark for remark in file.remarks if remark.code == "total_differs"]


def test_costs_alone_show_the_signs_of_a_statement_without_income(read):
    for minus, first in (("-", {"income": "+", "costs": "-"}), ("", {"debit": "+", "credit": "-"})):
        text = f"Tuloslaskelma;2026\nLiiketoiminnan muut kulut;{minus}30,00\n"
        (statement,) = read(f"{text}Liikevoitto;{minus}30,00\n").statements

        assert first == statement.sign
        assert [Decimal(30), Decimal(30)] == ledger(statement)


def test_costs_that_no_word_names_are_known_by_being_subtracted(read, codes):
    text = "Income statement;2026\nRevenue;10.50\nCleaning;4.25\nOperating profit;6.25\n"

    file = read(text)

    assert list(map(Decimal, ("-10.50", "4.25", "-6.25"))) == ledger(file.statements[0])
    assert "total_differs" not in codes(file.remarks)


def test_thousands_become_whole_currency_and_are_asked_about(read, codes):
    text = "Oy, tuloslaskelma, t€\nRivi;2026\nLiikevaihto;120,3\nKulut;-60,2\nLiikevoitto;60,1\n"

    file = read(text)

    assert 1000 == file.statements[0].unit
    assert "EUR" == file.statements[0].currency
    assert list(map(Decimal, ("-120300", "60200", "-60100"))) == ledger(file.statements[0])
    assert ["unit_precision"] == codes(file.questions)


def test_a_rounded_total_is_one_off_and_said_to_be_rounded(read, codes, parts):
    text = "Tase, t€\n;31.12.2026\nOstovelat;9\nMuut velat;7\nSiirtovelat;4\n"
    text += "Lyhytaikainen vieras pääoma;21\nOsakepääoma;3\nVastattavaa yhteensä;24\n"

    file = read(text)

    assert {6: [3, 4, 5], 8: [6, 7]} == parts(file.statements[0])
    assert "total_rounded" in codes(file.remarks)
    assert "total_differs" not in codes(file.remarks)


def test_binary_noise_is_rounded_in_silence_and_more_than_that_is_named(read_sheets, sheet):
    rows = [
        ["Tase 31.12.2026"],
        ["Rivi", "Saldo"],
        ["Koneet", 1.25],
        ["Pankki", 2.1251],
        ["Yht", 3],
    ]
    formulas = {"B3": ("=1", 15834.669999999998)}

    file = read_sheets(sheet("S", rows, formulas=formulas))

    assert Decimal("15834.67") == file.statements[0].lines[0].amount.statement
    (named,) = [remark for remark in file.remarks if remark.code == "amount_not_in_cents"]
    assert (4, 2, Decimal("2.1251")) == (
        named.place.row,
        named.place.column,
        named.values["stored"],
    )


def test_a_total_that_is_off_is_named_with_its_rows_and_a_hint_at_swapped_digits(read):
    file = read(BALANCE.format("24,50", ""))

    (off,) = [remark for remark in file.remarks if remark.code == "total_differs"]
    assert (5, 2) == (off.place.row, off.place.column)
    assert (Decimal("4.50"), True, [3, 4]) == (
        off.values["difference"], off.values["digits_may_be_swapped"], off.values["rows"],
    )  # fmt: skip


def test_sides_that_differ_are_named(read, codes):
    text = BALANCE.format("20,00", "").replace("Ostovelat;25", "Ostovelat;15")
    file = read(text.replace("VASTATTAVAA YHTEENSÄ;50", "VASTATTAVAA YHTEENSÄ;40"))

    (differ,) = [remark for remark in file.remarks if remark.code == "sides_differ"]
    assert Decimal("10.00") == differ.values["difference"]
    assert "sides_differ" not in codes(read(BALANCE.format("20,00", "")).remarks)


def test_a_total_whose_opening_and_movements_are_not_its_closing_is_named_by_its_words(read):
    text = "Balansrapport 2026-12-31\nKonto;Namn;Ing balans;Period;Utg balans\n"
    text += "1510;Kund;1,00;2,00;3,00\n1930;Bank;1,00;2,00;3,00\n;Summa tillgångar;2,00;4,00;7,00\n"

    (named,) = [r for r in read(text).remarks if r.code == "roll_forward_differs"]

    assert named.values["line"] == "Summa tillgångar"


def test_an_account_whose_opening_and_movements_are_not_its_closing_is_named(read):
    text = "Balansrapport 2026-12-31\nKonto;Namn;Ing balans;Period;Utg balans\n"
    text += "1510;Kund;1,00;2,00;3,00\n1930;Bank;1,00;2,00;4,00\n"

    (named,) = [r for r in read(text).remarks if r.code == "roll_forward_differs"]

    assert (4, "1930", Decimal("1.00")) == (
        named.place.row, named.values["line"], named.values["difference"],
    )  # fmt: skip


def test_a_computed_result_below_a_trial_balance_is_counted_with_no_account(read, codes):
    text = "Saldobalans 2026-12-31\nKonto;Benämning;Saldo\n1930;Bank;4,00\n3001;Fsg;-5,00\n"
    file = read(text + "5010;Hyra;1,00\n;Totalt;0,00\n;Beräknat resultat;-4,00\n")

    assert [False, False, False, True, True] == [line.is_total for line in file.statements[0].lines]
    assert "total_differs" not in codes(file.remarks)
    assert "trial_balance_not_zero" not in codes(file.remarks)


def test_a_trial_balance_that_shows_no_credit_asks_for_its_signs(read, codes):
    text = "Saldoluettelo 31.12.2026\nTili;Nimi;Saldo\n1910;Pankki;9,00\n2001;Pääoma;9,00\n"

    assert ["sign"] == codes(read(text).questions)
    assert "trial_balance_not_zero" in codes(read(text).remarks)


def test_a_letter_behind_a_balance_says_its_side(read, codes):
    text = "Saldoluettelo 31.12.2026\nTili;Nimi;Saldo;D/K\n1910;Pankki;90,00;D\n"
    text += "2001;Pääoma;60,00;K\n3000;Myynti;30,00;K\nYhteensä;;0,00;\n"

    file = read(text)
    (statement,) = file.statements

    assert list(map(Decimal, ("90", "-60", "-30", "0"))) == ledger(statement)
    assert Decimal(60) == statement.lines[1].amount.statement
    assert {"debit": "+", "credit": "+"} == statement.sign
    assert [] == codes(file.questions)
    assert "trial_balance_not_zero" not in codes(file.remarks)


def test_thousands_or_decimals_that_nothing_tells_apart_are_asked_about(read, codes):
    text = "Tase 31.12.2026\nRivi;Saldo\nKoneet;1.234\nPankki;2.000\nYhteensä;3.234\n"

    assert ["decimal_sign"] == codes(read(text).questions)
    assert Decimal(3234) == read(text).statements[0].lines[-1].amount.ledger
    answered = read(text, Answers(decimal_sign="."))
    assert () == answered.questions
    assert Decimal("3.23") == answered.statements[0].lines[-1].amount.ledger


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("n/a", "amount_unreadable"),
        ("1 23,00", "amount_unreadable"),
        ("9" * 17, "amount_too_large"),
    ],
)
def test_amounts_that_cannot_be_read_are_refused_with_their_cell(read, cell, code):
    with pytest.raises(StatementRefused, match="B3") as refused:
        read(f"Tuloslaskelma;2026\nLiikevaihto;1,00\nKulut;{cell}\nTulos;1,00\n")

    assert code == refused.value.code


def test_what_names_no_statement_is_refused_and_read_when_a_person_names_it(read):
    text = "Lista;31.12.2026\nAutot;5,00\nTalot;6,00\nYhteensä;11,00\n"

    with pytest.raises(StatementRefused) as refused:
        read(text)
    assert "no_statement" == refused.value.code
    assert Kind.BALANCE_SHEET is read(text, Answers(kind=Kind.BALANCE_SHEET)).statements[0].kind


def test_as_many_lines_as_the_limit_are_read_and_one_more_is_refused(read):
    def text(count):
        return "Tase;31.12.2026\n" + "".join(f"Erä {row};{row},01\n" for row in range(count))

    assert MAX_LINES == len(read(text(MAX_LINES)).statements[0].lines)
    with pytest.raises(StatementRefused) as refused:
        read(text(MAX_LINES + 1))
    assert "too_many_lines" == refused.value.code
