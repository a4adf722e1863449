"""What is advised can be typed as it is: by the name that the program was called with."""

from __future__ import annotations

import logging
import sys

import pytest

from blocks.http import CallFailed
from flows.cli.failure import explain
from flows.cli.lazy import LazyGroup
from flows.cli.logged import logged_once
from flows.cli.output import next_steps, remark, show_table
from flows.cli.own_command import as_called, remember
from tasks.log import warn


@pytest.fixture
def called(monkeypatch):
    """Call the program as: ``called(".venv/bin/tasma", "--demo", ...)``."""
    return lambda *arguments: monkeypatch.setattr(sys, "argv", [*arguments])


@pytest.mark.parametrize(
    ("typed", "advised"),
    [
        (".venv/bin/tasma", ".venv/bin/tasma"),
        ("/opt/a b/tasma", "'/opt/a b/tasma'"),
        ("tasma", "tasma"),
        ("/usr/lib/python3/pytest/__main__.py", "tasma"),
    ],
)
def test_command_is_advised_as_the_program_was_called(called, capsys, typed, advised):
    called(typed, "tenant", "list")

    next_steps("tasma tenant status acme", "or: tasma ledger reject acme 2024")
    remark("Start it: `tasma up`.")

    shown = capsys.readouterr()
    assert shown.out == (
        f"Next: {advised} tenant status acme\n      or: {advised} ledger reject acme 2024\n"
    )
    assert shown.err == f"Start it: `{advised} up`.\n"


def test_name_that_the_shell_looked_up_stays_a_name(called, tmp_path, monkeypatch):
    program = tmp_path / "tasma"
    program.touch(mode=0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    called(str(program))

    assert as_called("tasma up") == "tasma up"


def test_demo_is_kept_and_said_once(called):
    called(".venv/bin/tasma", "--demo", "tenant", "status")

    assert as_called("tasma ledger breaks acme") == ".venv/bin/tasma --demo ledger breaks acme"
    assert as_called("tasma --demo up") == ".venv/bin/tasma --demo up"


def test_tenant_and_system_of_the_command_stand_where_a_text_could_not_know_them(called):
    called("tasma", "--demo", "push", "status", "acme", "--to", "fennoa")
    remember({"tenant": "acme", "to": "fennoa", "as_json": False})

    assert as_called("see `tasma push status TENANT --to SYSTEM` of TENANTS") == (
        "see `tasma --demo push status acme --to fennoa` of TENANTS"
    )
    remember({"tenant": ""})
    assert as_called("tasma ledger breaks TENANT") == "tasma --demo ledger breaks TENANT"


def test_each_command_begins_with_what_it_was_told_itself(tasma, called):
    """The advice of one command is never about the tenant of the one before."""
    called("tasma")
    remember({"tenant": "before"})

    tasma("tenant", "list")

    assert as_called("tasma ledger breaks TENANT") == "tasma ledger breaks TENANT"


def test_a_system_that_ended_with_the_demo_is_said_to_have(called, capsys):
    problem = CallFailed("GET 127.0.0.1:9/company got no whole answer (ConnectError).", code="lost")

    called("tasma", "--demo", "ecom", "run", "acme")
    explain(problem)
    of_demo = capsys.readouterr().err
    called("tasma", "ecom", "run", "acme")
    explain(problem)

    assert "ended with it" in of_demo
    assert "ended with it" not in capsys.readouterr().err


def test_command_in_a_table_is_advised_as_the_program_was_called(called, capsys):
    called(".venv/bin/tasma", "--demo")

    show_table(("what to do",), [("give tasma up",)])

    assert "give .venv/bin/tasma --demo up" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text", ["/srv/tasma import", "x-tasma up", "the tasma of Acme", "tasma upwards", "tasma-up"]
)
def test_what_is_no_command_stays_as_it_is(called, text):
    called(".venv/bin/tasma")

    assert as_called(text) == text


@pytest.mark.parametrize("name", LazyGroup().commands)
def test_every_command_is_known(called, name):
    called(".venv/bin/tasma")

    assert as_called(f"Try tasma {name}.") == f"Try .venv/bin/tasma {name}."


def test_what_steps_log_is_said_once_and_as_called(called, caplog):
    called(".venv/bin/tasma", "ledger", "pull", "acme")
    caplog.set_level(logging.WARNING)

    with logged_once():
        for message in ("Retire it: tasma tenant year retire acme 2024", "other") * 2:
            warn(message)
    warn("other")

    assert caplog.messages == [
        "Retire it: .venv/bin/tasma tenant year retire acme 2024",
        "other",
        "other",
    ]


def test_command_for_other_books_keeps_their_home(called):
    called(".venv/bin/tasma", "--demo", "restore", "backup", "--into", "new home")

    for home in ("/srv/new", "'/srv/new home'"):
        assert as_called(f"tasma --home {home} doctor") == f".venv/bin/tasma --home {home} doctor"
