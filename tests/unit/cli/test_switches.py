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


def test_home_that_is_set_to_nothing_is_none(places, monkeypatch):
    """As a file of settings has it in which nothing was filled in; not the folder of the call."""
    monkeypatch.setenv("TASMA_HOME", "")

    assert settings().home == places[1]


@pytest.mark.parametrize("home", ["books", "~/books"])
def test_home_that_each_folder_would_have_elsewhere_is_refused(tasma, monkeypatch, home):
    monkeypatch.setenv("TASMA_HOME", home)
    refused = tasma("tenant", "list")

    assert refused.exit_code == 2
    assert f"TASMA_HOME is {home}: expected the whole path" in refused.stderr


def test_home_that_was_named_and_is_new_is_said_to_be(tasma, tmp_path, monkeypatch):
    """It may be mistyped, and books that are not there look like none."""
    elsewhere = tmp_path / "no such"
    monkeypatch.setattr("sys.argv", ["tasma", "--home", str(elsewhere), "tenant", "list"])
    monkeypatch.setenv("TASMA_HOME", str(elsewhere))
    first, second = (tasma("tenant", "list") for _ in range(2))

    assert f"There was no home at {elsewhere} yet" in first.stderr
    assert "no home" not in second.stderr


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TASMA_NIGHT_SHARDS", "many", "is 'many': expected 1 to 64"),
        ("TASMA_NIGHT_SHARDS", "65", "is '65': expected 1 to 64"),
        ("TASMA_SWEEP_EVERY_S", "0", "is '0': expected more than 0, at most 600"),
        ("TASMA_WATCH_AT_START", "perhaps", "is 'perhaps': expected true or false"),
        ("TASMA_CONSENT_LINK_DAYS", "-1", "is '-1': expected more than 0"),
        (
            "TASMA_NIGHT_SHARDS",
            "postgresql://u:hemligt@h/d",
            "has a value that it cannot have: expected 1 to 64",
        ),
        ("TASMA_HOST_NAME", "hemligt" * 10, "has a value that it cannot have: expected 64 char"),
    ],
)
def test_setting_that_cannot_be_is_refused_by_its_variable(
    tasma, monkeypatch, variable, value, said
):
    monkeypatch.setenv(variable, value)
    refused = tasma("tenant", "list")

    assert refused.exit_code == 2
    assert f"{variable} {said}" in " ".join(refused.stderr.split())
    assert "hemligt" not in refused.output


def test_port_that_is_none_is_refused_by_its_variable(tasma, monkeypatch):
    monkeypatch.setenv("TASMA_PORT", "80000")
    refused = tasma("up")

    assert refused.exit_code == 2
    assert "TASMA_PORT is '80000': expected 1 to 65535." in refused.stderr
