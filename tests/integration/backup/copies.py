"""Backing up and restoring a small home, as the command line does it."""

from __future__ import annotations

import json

from flows.cli.exits import ExitCode
from tests.command_line import invoke
from tests.damaged_home import books

FIRST = books((1, "5.00"), (2, "7.00"))
SECOND = books((1, "5.00"), (2, "7.50"), (3, "9.00"))
THIRD = books((1, "5.00"), (2, "7.50"), (3, "9.00"), (4, "11.00"))


def backed_up(place, *options, code=ExitCode.DONE):
    done = invoke("backup", place / "backup", "--json", *options)
    assert code == done.exit_code, done.output
    return json.loads(done.stdout) if done.stdout else {}


def restored(place, *options, code=ExitCode.DONE):
    done = invoke("restore", place / "backup", "--json", *options)
    assert code == done.exit_code, done.output
    return json.loads(done.stdout) if done.stdout else done.stderr
