"""`tasma statements read`: what is understood stands beside the rows of the file."""

from __future__ import annotations

import json

import pytest

from flows.cli.exits import ExitCode
from tests.command_line import invoke

INCOME = """Esimerkki Oy
Tuloslaskelma
Rivi;Maaliskuu 2026;Budjetti
Liikevaihto;100,00;90,00
Henkilöstökulut;-60,00;-50,00
Liikevoitto;41,00;40,00
"""


@pytest.fixture
def write(tmp_path):
    def write_it(text, name="statement.csv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write_it


def read(path, *options):
    return invoke("statements", "read", path, "--dry-run", *options)


def test_rows_of_the_file_stand_beside_what_is_understood(write):
    shown = read(write(INCOME))

    assert ExitCode.DONE == shown.exit_code
    lines = [" ".join(line.split()) for line in shown.output.splitlines()]
    assert "income statement, 2026-01-01 to 2026-03-31 (Esimerkki Oy)" in lines
    assert "5 Henkilöstökulut | -60,00 | -50,00 line -60.00 60.00" in lines
    assert "6 Liikevoitto | 41,00 | 40,00 total of 4-5 41.00 -41.00" in lines
    assert "B Maaliskuu 2026 amount 2026-01-01 to 2026-03-31 yes no" in lines
    assert "Signs as printed: income +, costs -. Unit: 1" in lines


def test_what_is_asked_and_what_is_noticed_is_told_with_its_place(write):
    lines = [" ".join(line.split()) for line in read(write(INCOME)).output.splitlines()]

    assert any(
        line.startswith("B3 movement_or_cumulative The heading names a month") for line in lines
    )
    assert any(line.startswith("column C column_not_of_the_books “Budjetti”") for line in lines)
    assert any(line.startswith("B6 total_differs The total says 41.00") for line in lines)


def test_json_has_all_of_it_with_amounts_as_text(write):
    found = json.loads(read(write(INCOME), "--json").stdout)

    (statement,) = found["statements"]
    assert {"statement": "-60.00", "ledger": "60.00"} == statement["lines"][1]["amount"]
    assert ["B", "C"] == [column["column"] for column in statement["columns"]]
    assert [4, 5] == statement["lines"][2]["parts"]
    assert ["movement_or_cumulative"] == [question["code"] for question in found["questions"]]
    assert all(note["sentence"] for note in found["questions"] + found["remarks"])


@pytest.mark.parametrize(
    ("options", "start", "end"),
    [
        (("--amounts", "month"), "2026-03-01", "2026-03-31"),
        (("--amounts", "cumulative"), "2026-01-01", "2026-03-31"),
        (("--from", "2025-10-01"), "2025-10-01", "2026-03-31"),
        (("--from", "2026-02-01", "--date", "2026-02-28"), "2026-02-01", "2026-02-28"),
    ],
)
def test_options_answer_what_the_file_leaves_open(write, options, start, end):
    found = json.loads(read(write(INCOME), "--json", *options).stdout)

    assert {"start": start, "end": end} == found["statements"][0]["period"]
    assert [] == found["questions"]


def test_a_kind_that_the_file_does_not_name_is_taken_from_the_option(write):
    path = write("Lista;31.12.2026\nAutot;5.123\nTalot;6.000\nYhteensä;11.123\n")

    assert "or say which it is" in read(path, "--json").stderr
    found = json.loads(
        read(path, "--json", "--kind", "balance-sheet", "--decimal-sign", ".").stdout
    )
    assert "balance_sheet" == found["statements"][0]["kind"]
    assert "11.12" == found["statements"][0]["lines"][2]["amount"]["ledger"]


def test_a_file_that_is_refused_says_why_and_what_to_do(write):
    shown = read(write("Tuloslaskelma 2026\nRivi;2026\n"))

    assert ExitCode.FAILED == shown.exit_code
    assert "no row with an amount" in shown.stderr


def test_a_statement_is_read_alike_with_and_without_dry_run(write):
    path = write(INCOME)

    assert read(path).stdout == invoke("statements", "read", path).stdout


@pytest.mark.parametrize("options", [("--date", "31.12.2026"), ("--kind", "ledger")])
def test_options_that_say_nothing_are_refused(write, options):
    assert ExitCode.USAGE == read(write(INCOME), *options).exit_code


def test_a_file_that_is_not_there_is_named(tmp_path):
    shown = read(tmp_path / "none.xlsx")

    assert ExitCode.USAGE == shown.exit_code
    assert "none.xlsx" in shown.output


def test_file_of_vouchers_and_one_without_a_title_are_refused_with_what_to_do(write, tmp_path):
    vouchers = read(write("#FLAGGA 0\n#SIETYP 4\n", "books.csv"))
    untitled = read(write("Lista;31.12.2026\nAutot;5,00\nTalot;6,00\nYhteensä;11,00\n"))
    empty = read(write(""))

    assert [1, 1, 1] == [one.exit_code for one in (vouchers, untitled, empty)]
    assert "`tasma import FILE --tenant TENANT`" in vouchers.stderr
    assert "say which it is: `--kind`" in untitled.stderr
    assert "The file is empty." in empty.stderr
