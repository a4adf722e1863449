"""What is printed for people and for scripts."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from decimal import Decimal

import pytest

from flows.cli import output, own_command
from tests.terminal import terminal


@dataclass(frozen=True)
class Row:
    amount: Decimal
    day: dt.date


@pytest.mark.requirement("R-X-6b")
def test_amounts_are_strings_in_json_so_that_no_reader_makes_floats_of_them(capsys):
    output.show_json([Row(Decimal("0.10"), dt.date(2024, 5, 31))])

    assert json.loads(capsys.readouterr().out) == [{"amount": "0.10", "day": "2024-05-31"}]


def test_float_is_refused_rather_than_printed():
    with pytest.raises(TypeError, match="float"):
        output.plain({"amount": 0.1})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("-1234.5"), "-1,234.50"),
        (1234567, "1,234,567"),
        (None, ""),
        (dt.timedelta(seconds=59), "now"),
        (dt.timedelta(minutes=59), "59 min"),
        (dt.timedelta(hours=26), "1 d"),
        (dt.datetime(2024, 5, 31, 23, 0, tzinfo=dt.UTC), "2024-05-31 23:00"),
    ],
    ids=str,
)
def test_values_are_written_for_people(value, expected):
    assert expected == output.cell(value)


def test_row_of_a_table_is_one_line_however_long(capsys):
    output.show_table(("what", "amount"), [("x" * 300, Decimal("1.00"))])

    heading, row = capsys.readouterr().out.splitlines()

    assert heading.split() == ["what", "amount"]
    assert row.split() == ["x" * 300, "1.00"]


def test_command_in_an_advice_stays_whole_on_a_terminal_and_the_advice_is_said_once():
    way = "tasma route set TENANT ecom vouchers payment_account=1910 --who NAME"
    advice = f"Set it: `{way}`; then have it tried again."
    heads = ("at", "code", "text", "what to do")
    rows = [("now", "no_account", "An account is missing " * 3, advice)] * 2
    own_command.remember({})  # what another test called stands for TENANT otherwise

    with terminal(80) as shown:
        output.show_with_advice(heads, rows, by="code")

    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.getvalue()).splitlines()
    assert 1 == sum(f"`{way}`" in line for line in lines)
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("no_account: Set it:") for line in lines)


def test_brackets_of_the_data_are_data(capsys):
    output.say("[red]#VER[/red]")
    output.show_table(("text",), [("[bold]A[/bold]",)])

    printed = capsys.readouterr().out
    assert "[red]#VER[/red]" in printed
    assert "[bold]A[/bold]" in printed


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"{'word ' * 20}end", [f"{'word ' * 15}word", "word word word word end"]),
        (
            f"{'word ' * 12}`tasma statements read FILE` shows it",
            [f"{'word ' * 11}word", "`tasma statements read FILE` shows it"],
        ),
        (f"Next: {'word ' * 20}end", [f"Next: {'word ' * 20}end"]),
        (f"ssh-rsa {'A' * 90}", [f"ssh-rsa {'A' * 90}"]),
    ],
    ids=["sentence", "command in it", "step to take", "key"],
)
def test_sentence_ends_its_lines_between_words_and_what_is_copied_stays_whole(text, lines):
    with terminal(80) as shown:
        output.say(text)

    assert lines == shown.getvalue().splitlines()


def test_sentence_in_a_file_is_one_line(capsys):
    output.say("word " * 40)

    assert 1 == len(capsys.readouterr().out.splitlines())


def test_what_a_step_is_for_goes_below_where_a_narrow_terminal_has_no_room_for_both():
    step = "      tasma --demo tenant status   (every company: its light, why, and what comes next)"

    assert step == output.folded(step, 120)
    assert (
        "      tasma --demo tenant status\n"
        "        (every company: its light, why, and what comes next)"
    ) == output.folded(step, 60)


def test_step_that_is_only_a_command_is_never_broken():
    step = "Next: tasma push resolve acme webshop/1001 --to fennoa --id 4711"

    assert step == output.folded(step, 40)


def test_what_has_to_be_done_first_stands_above_a_command_that_has_no_room_beside_it():
    step = "Next: correct it at the source, then .venv/bin/tasma ledger pull acme --year 2025"

    assert step == output.folded(step, 120)
    assert (
        "Next: correct it at the source, then\n        .venv/bin/tasma ledger pull acme --year 2025"
    ) == output.folded(step, 60)


def test_figure_is_not_parted_from_its_unit():
    assert "All is as it must be\n(282 s)." == output.folded("All is as it must be (282 s).", 26)
