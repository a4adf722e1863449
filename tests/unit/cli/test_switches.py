"""Switches of the whole program: wherever they stand, and what each does to what is printed."""

from __future__ import annotations

import csv
import io
import sys
from decimal import Decimal

import pytest

from blocks import home
from blocks.settings import settings
from flows.cli import output, switches
from flows.cli.own_command import as_called


@pytest.fixture
def typed(monkeypatch):
    """Let a line have been typed: ``typed("tenant", "list", "--csv")``."""
    return lambda *words: monkeypatch.setattr(sys, "argv", ["tasma", *words])


def test_switches_go_to_the_front_from_wherever_they_stand_and_nothing_behind_two_dashes():
    line = ["tenant", "--csv", "list", "--home", "/a b", "--quiet", "-x", "--", "--demo"]

    assert switches.in_front(line) == [
        *("--csv", "--home", "/a b", "--quiet"),
        *("tenant", "list", "-x", "--", "--demo"),
    ]


@pytest.mark.parametrize("words", [("--home", "/a b"), ("--home=/a b",)])
def test_a_home_that_was_named_is_named_in_what_is_advised(typed, words):
    typed("tenant", *words, "list")

    assert as_called("tasma tenant status") == "tasma --home '/a b' tenant status"


@pytest.mark.parametrize("at_the_end", [True, False])
def test_named_home_is_worked_on_whatever_the_environment_says(tasma, tmp_path, at_the_end):
    where, what = ("--home", tmp_path / "other"), ("tenant", "add", "acme", "--name", "Acme AB")

    done = tasma(*what, *where) if at_the_end else tasma(*where, *what)

    assert done.exit_code == 0, done.output
    assert (tmp_path / "other" / "hub" / "hub.sqlite").exists()


def test_quiet_advises_nothing(typed, capsys):
    output.next_steps("tasma up")
    typed("--quiet")
    output.next_steps("tasma down")

    assert capsys.readouterr().out == "Next: tasma up\n"


def test_csv_has_amounts_as_they_are_and_no_formula_and_sentences_stand_elsewhere(typed, capsys):
    typed("--csv")
    output.say("Some sentence.")
    output.show_table(("name", "amount"), [("=1+1", Decimal("-1234.50")), ("a, b", None)])

    shown = capsys.readouterr()
    rows = list(csv.reader(io.StringIO(shown.out)))
    assert rows == [["name", "amount"], ["'=1+1", "-1234.50"], ["a, b", ""]]
    assert shown.err == "Some sentence.\n"


def test_command_in_csv_is_of_the_books_that_were_named(typed, capsys):
    typed("--csv", "--demo")
    output.show_table(("tenant", "next"), [("acme", "tasma ledger breaks acme 2024")])

    assert "acme,tasma --demo ledger breaks acme 2024" in capsys.readouterr().out


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Give the two places where a home may be, both empty, with no home named."""
    for name in ("TASMA_HOME", "TASMA_HUB_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setattr(home, "IN_CHECKOUT", tmp_path / "checkout")
    return tmp_path / "checkout", tmp_path / "share" / "tasma"


def test_home_of_a_new_machine_is_where_the_system_has_data(places):
    _, outside = places

    assert settings().home == outside


def test_home_in_the_checkout_is_used(places):
    inside, _ = places
    (inside / "hub").mkdir(parents=True)

    assert settings().home == inside


def test_two_homes_are_refused_until_one_is_named(tasma, places, monkeypatch):
    inside, outside = places
    for place in places:
        (place / "hub").mkdir(parents=True)

    refused = tasma("tenant", "list")
    monkeypatch.setenv("TASMA_HOME", str(outside))

    assert (refused.exit_code, str(inside) in refused.output) == (1, True)
    assert "tasma --home FOLDER" in refused.output
    assert settings().home == outside
