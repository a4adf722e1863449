"""The table of commands: it has them all, reads as they do, and is listed without them."""

from __future__ import annotations

import json
import os
import pkgutil
import resource
import subprocess
import sys
from importlib import import_module
from unittest.mock import patch

import pytest

import flows.cli
from flows.cli.commands import COMMANDS, GROUPS
from flows.cli.exits import ExitCode
from flows.cli.lazy import LazyGroup, every_command, registered
from flows.doors.demo_home import FOLDER
from tests.command_line import invoke

AS_THEY_RUN = dict(every_command(LazyGroup()))


def first_paragraph(text):
    return " ".join(text.partition("\n\n")[0].split())


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_each_row_of_the_table_says_where_its_command_is_and_what_it_says_first(path):
    command, row = AS_THEY_RUN[path], COMMANDS[path]

    assert command.callback.__module__ == f"flows.cli.{row.module}"
    assert first_paragraph(command.help) == row.help


def test_no_command_is_missing_from_the_table():
    for module in pkgutil.iter_modules(flows.cli.__path__, "flows.cli."):
        import_module(module.name)

    assert set(registered()) == set(COMMANDS)


def test_rows_of_a_module_come_in_the_order_of_its_commands():
    for module in {row.module for row in COMMANDS.values()}:
        in_table = [path for path, row in COMMANDS.items() if row.module == module]
        assert [path for path in registered() if path in in_table] == in_table


def test_every_group_has_commands_and_every_command_its_group():
    assert {path[:-1] for path in COMMANDS} | {path[:-1] for path in GROUPS} == {(), *GROUPS}


def test_demo_home_is_chosen_before_a_command_is_imported(monkeypatch, home):
    """Prefect reads the environment when it is imported."""
    seen, load = [], LazyGroup.load

    def noting(group, name):
        seen.append(os.environ["TASMA_HOME"])
        return load(group, name)

    monkeypatch.setattr(LazyGroup, "load", noting)
    with patch.dict(os.environ):
        invoke("--demo", "tenant", "list")

    assert seen == [str(home / FOLDER)] * 2


START_LIMIT_S = 2.0
"""CPU time. All lists of help take 0.2 s and the listings of the hub 0.7 s on an idle core; with
Prefect both take more."""

RUN = """
import json, sys
from flows.cli import app
codes = []
for arguments in {lines!r}:
    try:
        app.app(arguments)
    except SystemExit as end:
        codes.append(end.code)
print(json.dumps([codes, list(sys.modules)]))
"""


def run_afresh(*lines):
    """Run commands in a fresh interpreter in limited time; return exit codes and its modules."""
    before = _cpu_of_children_s()
    code = RUN.format(lines=[line.split() for line in lines])
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert _cpu_of_children_s() - before < START_LIMIT_S
    codes, modules = json.loads(shown.stdout.splitlines()[-1])
    return codes, set(modules)


def _cpu_of_children_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


HEAVY = {"prefect", "duckdb", "pyarrow", "numpy"}


def test_lists_of_commands_import_none_of_them():
    lists = ["--help", *(f"{' '.join(path)} --help" for path in GROUPS)]
    codes, modules = run_afresh(*lists, "ledger nothing")

    assert codes == [ExitCode.DONE] * len(lists) + [ExitCode.USAGE]
    assert not modules & (HEAVY | {"sqlalchemy", "httpx"})
    assert not modules & {f"flows.cli.{row.module}" for row in COMMANDS.values()}


@pytest.mark.parametrize("path", [(), *GROUPS], ids=" ".join)
def test_list_of_commands_has_each_line_whole_within_80_columns(tasma, path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = tasma(*path, "--help").stdout
    words = " ".join(shown.split())
    below = [row.help for at, row in COMMANDS.items() if at[:-1] == path]
    below += [text for at, text in GROUPS.items() if at[:-1] == path]

    assert below
    assert [] == [text for text in below if " ".join(text.split()) not in words]
    assert [] == [line for line in shown.splitlines() if len(line) > 80]


LISTINGS = [
    "tenant list",
    "tenant status",
    "tenant files acme",
    "tenant year list acme",
    "events",
    "connect list",
    "statements list acme",
    "sftp status",
    "ledger acceptances acme",
]


def test_listings_of_the_hub_import_nothing_heavy(acme):
    codes, modules = run_afresh(*LISTINGS)

    assert codes == [ExitCode.DONE] * len(LISTINGS)
    assert not modules & HEAVY
