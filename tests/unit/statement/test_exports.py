"""Statements as programs and people export them are read as the books behind them have them."""

from __future__ import annotations

import pytest

from blocks.workbooks.reader import read_workbook
from ledger.statement.answers import Answers
from ledger.statement.reader import read_book
from ledger.statement.refusals import StatementRefused
from tests.statement_exports import arranged, finnish, kept, spelled, swedish

EXPORTS = {
    name: made
    for folder in (finnish, swedish, spelled, arranged, kept)
    for name, made in folder.exports()
}
READ = [name for name, made in EXPORTS.items() if not made.refused]
FINDINGS = {"total_differs", "roll_forward_differs", "sides_differ", "trial_balance_not_zero"}
"""Remarks that say that figures contradict each other: in none of these files do they."""


@pytest.mark.parametrize("name", READ)
def test_an_export_is_read_as_the_books_have_it(name):
    made = EXPORTS[name]

    file = read_book(read_workbook(made.content))

    assert [
        (r.kind, r.start, r.end, r.unit, list(r.roles), r.rows) for r in made.readings
    ] == [
        (
            s.kind.value, s.period.start, s.period.end, s.unit,
            [column.role.value for column in s.columns],
            [(ln.label, ln.account, ln.amount.ledger, ln.is_total) for ln in s.lines],
        )
        for s in file.statements
    ]  # fmt: skip
    assert made.asked == {question.code for question in file.questions}
    said = {remark.code for remark in file.remarks}
    assert made.said <= said
    assert not said & FINDINGS


@pytest.mark.parametrize("name", [name for name, made in EXPORTS.items() if made.refused])
def test_an_export_that_leaves_two_readings_is_refused(name):
    with pytest.raises(StatementRefused) as refused:
        read_book(read_workbook(EXPORTS[name].content))

    assert EXPORTS[name].refused == refused.value.code


def test_a_column_that_no_word_tells_is_read_once_a_person_says_which(roles):
    book = read_workbook(EXPORTS["departments_alone"].content)

    file = read_book(book, Answers(column="C"))

    (statement,) = file.statements
    assert {"B": "comparison", "C": "amount*"} == roles(statement)
    assert not file.questions


def test_a_wrong_letter_of_a_column_is_no_statement():
    book = read_workbook(EXPORTS["departments_alone"].content)

    with pytest.raises(StatementRefused, match="No income statement"):
        read_book(book, Answers(column="Q"))


def test_an_account_is_no_ratio_whatever_its_name():
    text = (
        "Saldobalans;2026-12-31\nKonto;Benämning;Saldo\n1930;Bank;5,00\n7322;Procenttillägg %;-5,00"
    )

    file = read_book(read_workbook(text.encode()))

    (statement,) = file.statements
    assert ["1930", "7322"] == [line.account for line in statement.lines]
