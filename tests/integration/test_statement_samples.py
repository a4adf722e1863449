"""Statement files as programs and people export them, each read as its list says.

The files are not part of the project: ``STATEMENT_SAMPLES`` names the folder that holds them with
``EXPECTED.json``.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.workbooks.reader import read_workbook
from ledger.statement.answers import Answers
from ledger.statement.grid import letters
from ledger.statement.reader import read_book
from ledger.statement.refusals import StatementRefused
from ledger.statement.table import to_arrow

SAMPLES = os.environ.get("STATEMENT_SAMPLES", "")
pytestmark = pytest.mark.skipif(
    not SAMPLES, reason="STATEMENT_SAMPLES does not name a folder of statement files"
)

EXPECTED = json.loads(Path(SAMPLES, "EXPECTED.json").read_text("utf-8"))["files"] if SAMPLES else {}
READ = [name for name, file in EXPECTED.items() if "refused" not in file]
REFUSED = {
    "a10_tase_kaavat.xlsx": ("formula_without_value", "Tase!B8, B12, B15"),
    "a11_saldopohja.xlsx": ("template_not_filled", "rows 5 and 6"),
    "a12_tuloslaskelma_ei_riveja.csv": ("no_rows", "What was loaded before stays"),
}
ANSWERS = {"composed_trial_balance_fi.csv": Answers(date=dt.date(2026, 12, 31))}
"""What a person says where the file does not."""

ASKED = {
    "a06_tuloslaskelma_maaliskuu_2026.csv": {"movement_or_cumulative"},
    "a07_tase_2026-10_te.xlsx": {"unit_precision"},
    "a09_saldoluettelo_2026-03-31.xlsx": {"padded_accounts"},
    "composed_trial_balance_fi.csv": {"statement_date"},
}
SAID = {
    "a01_tuloslaskelma_1-3_2026.xlsx": {
        ("hidden_column", "I"), ("column_not_of_the_books", "G"), ("column_not_of_the_books", "H"),
        ("column_not_of_the_books", "I"), ("comparison_column", "F"),
        ("months_and_cumulative", "E"),
    },
    "a02_tilinpaatos_2026.xlsx": {
        ("hidden_sheet_not_used", "Tuloslaskelma (vanha)"), ("sheet_not_used", "Kansi"),
        ("hidden_rows_are_parts", "18"), ("hidden_rows_not_used", "9"),
    },
    "a03_resultatrapport_2025-03.xlsx": {("hidden_column", "E"), ("months_and_cumulative", "D")},
    "a04_koetase_2026.csv": {("title_rows", "")},
    "a05_balansrapport_2025-06-30.txt": {
        ("roll_forward_differs", "E17"), ("total_differs", "E20"),
    },
    "a06_tuloslaskelma_maaliskuu_2026.csv": {("no_line_of_zero", "")},
    "a07_tase_2026-10_te.xlsx": {
        ("unit", "Taul1"), ("total_rounded", "B21"), ("total_rounded", "C21"),
        ("time_as_number", "3"),
    },
    "a08_tuloslaskelma_ja_tase_2026.csv": {
        ("sides_differ", "B"), ("statements_share_a_sheet", ""),
    },
    "a09_saldoluettelo_2026-03-31.xlsx": {
        ("account_cells_mixed", "Saldoluettelo"), ("amount_cells_mixed", "Saldoluettelo"),
    },
}  # fmt: skip
FINDINGS = {"total_differs", "roll_forward_differs", "sides_differ", "trial_balance_not_zero"}
"""Remarks that say that the figures contradict each other: none may be said without need."""


def read(name, answers=None):
    content = Path(SAMPLES, name).read_bytes()
    return read_book(read_workbook(content), answers or ANSWERS.get(name, Answers()))


@pytest.fixture(scope="module")
def files():
    return {name: read(name) for name in READ}


def time_of(period):
    if period is None:
        return None
    if period.start is None:
        return period.end.isoformat()
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}


def of(amount):
    return amount.statement, amount.ledger


def place_of(remark):
    column = letters(remark.place.column)
    if remark.place.row:
        return f"{column}{remark.place.row}"
    return column or remark.place.sheet


@pytest.mark.parametrize("name", READ)
def test_every_statement_of_a_file_is_known_with_its_time_sign_and_unit(name, files):
    found = [
        {
            "kind": s.kind.value, "sheet": s.sheet, "time": time_of(s.period), "unit": s.unit,
            "header_rows": list(s.header_rows), "sign": dict(s.sign), "language": s.language,
            "label_column": letters(s.label_column), "company": s.company,
            "account_column": letters(s.account_column or 0) or None,
            "amount_column": ",".join(column.letters for column in s.used),
        }
        for s in files[name].statements
    ]  # fmt: skip

    file = EXPECTED[name]
    assert [
        {
            "kind": s["kind"], "sheet": s.get("sheet", ""), "time": s.get("period", s.get("date")),
            "unit": file["unit"], "header_rows": s["header_rows"], "sign": s["sign"],
            "language": file["language"], "label_column": s["label_column"],
            "company": file["company"], "account_column": s.get("account_column"),
            "amount_column": s["amount_column"],
        }
        for s in file["statements"]
    ] == found  # fmt: skip
    assert {file["currency"], None} >= {s.currency for s in files[name].statements}


@pytest.mark.parametrize("name", READ)
def test_every_column_has_its_role_and_time(name, files):
    for statement, expected in zip(
        files[name].statements, EXPECTED[name]["statements"], strict=True
    ):
        for column, wanted in zip(statement.columns, expected["columns"], strict=True):
            assert wanted["column"] == column.letters
            assert (wanted["role"], wanted["use"]) == (column.role.value, column.use)
            assert wanted.get("hidden", False) == column.is_hidden
            if column.role.is_of_books:
                assert wanted.get("period", wanted.get("date")) == time_of(column.period)
            if "(" not in wanted["header"]:
                assert wanted["header"] == column.header


@pytest.mark.parametrize("name", READ)
def test_every_row_has_its_label_account_and_amounts(name, files):
    for statement, expected in zip(
        files[name].statements, EXPECTED[name]["statements"], strict=True
    ):
        assert expected["row_count"] == len(statement.lines)
        for line, row in zip(statement.lines, expected["rows"], strict=True):
            also = {letters(column): of(amount) for column, amount in line.also.items()}

            assert (row["row"], row["label"]) == (line.row, line.label)
            assert row.get("label_in_file", row["label"]) == line.label_in_file
            assert row["account"] == line.account
            assert row.get("ledger_account", row["account"]) == line.ledger_account
            assert (Decimal(row["statement"]), Decimal(row["ledger"])) == of(line.amount)
            assert (row["is_total"], row.get("hidden", False)) == (line.is_total, line.is_hidden)
            assert also == {
                column: tuple(map(Decimal, pair)) for column, pair in row.get("also", {}).items()
            }


@pytest.mark.parametrize("name", READ)
def test_what_a_person_must_decide_is_asked_and_nothing_else(name):
    asked = {question.code for question in read(name, Answers()).questions}

    assert ASKED.get(name, set()) == asked
    assert bool(asked) == ("ask" in EXPECTED[name])


@pytest.mark.parametrize("name", READ)
def test_what_may_not_pass_in_silence_is_said_and_no_figure_is_doubted_without_need(name, files):
    said = {(remark.code, place_of(remark)) for remark in files[name].remarks}
    wanted = SAID.get(name, set())

    assert set() == wanted - said
    assert {one for one in wanted if one[0] in FINDINGS} == {
        one for one in said if one[0] in FINDINGS
    }


@pytest.mark.parametrize("name", READ)
def test_the_table_holds_every_amount_once(name, files):
    table = to_arrow(files[name].statements)
    lines = [line for statement in files[name].statements for line in statement.lines]

    used = table.filter(table["is_used"])
    assert [line.amount.ledger for line in lines] == used["amount"].to_pylist()
    assert len(lines) + sum(len(line.also) for line in lines) == table.num_rows


@pytest.mark.parametrize("name", REFUSED if SAMPLES else [])
def test_what_cannot_be_taken_is_refused_and_says_why(name):
    code, words = REFUSED[name]

    with pytest.raises(StatementRefused, match=words) as refused:
        read(name)
    assert code == refused.value.code
    assert "refused" in EXPECTED[name]


def test_the_list_names_every_file_of_the_folder():
    files = {path.name for path in Path(SAMPLES).iterdir()}

    assert set(EXPECTED) == files - {"README.md", "EXPECTED.json", "BOOKS.json"}
