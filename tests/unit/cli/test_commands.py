"""The table of commands: it has them all, reads as they do, and is listed without them."""

from __future__ import annotations

import json
import pkgutil
import resource
import subprocess
import sys
from importlib import import_module

import pytest

import flows.cli
from flows.cli.commands import COMMANDS, GROUPS
from flows.cli.lazy import LazyGroup, every_command, registered

AS_THEY_RUN = dict(every_command(LazyGroup()))


def first_paragraph(text):
    return " ".join(text.partition("\n\n")[0].split())


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_each_row_of_the_table_says_what_its_command_says_first(path):
    assert first_paragraph(AS_THEY_RUN[path].help) == COMMANDS[path].help


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


START_LIMIT_S = 2.0
"""CPU time. All lists of help take 0.2 s and the listings of the hub 0.6 s on an idle core; with
Prefect both take more."""

RUN = """
import json, sys
from contextlib import suppress
from flows.cli import app
for arguments in {lines!r}:
    with suppress(SystemExit):
        app.app(list(arguments))
print(json.dumps(list(sys.modules)))
"""


def run_afresh(*lines):
    """Run commands in a fresh interpreter, in limited time; it prints last what it imported."""
    before = _cpu_of_children_s()
    shown = subprocess.run(
        [sys.executable, "-c", RUN.format(lines=lines)], capture_output=True, text=True, check=True
    )
    assert _cpu_of_children_s() - before < START_LIMIT_S
    return shown.stdout


def _cpu_of_children_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


HEAVY = {"prefect", "duckdb", "pyarrow", "numpy"}


def test_lists_of_commands_import_none_of_them():
    shown = run_afresh(("--help",), *((*path, "--help") for path in GROUPS), ("ledger", "nothing"))
    modules = set(json.loads(shown.splitlines()[-1]))

    assert shown.count("Usage: ") == 1 + len(GROUPS)
    assert not modules & (HEAVY | {"sqlalchemy", "httpx"})
    assert not modules & {f"flows.cli.{row.module}" for row in COMMANDS.values()}


def test_listings_of_the_hub_import_nothing_heavy(home):
    shown = run_afresh(("tenant", "list"), ("tenant", "status"), ("events",), ("connect", "list"))
    modules = set(json.loads(shown.splitlines()[-1]))

    assert "sqlalchemy" in modules
    assert not modules & HEAVY
