"""The command line in this very process, as its tests and those of the server run it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from unittest.mock import patch

from typer import main, testing

from flows.cli.app import app


def invoke(*arguments: str | Path, answer: str | None = None) -> testing.Result:
    """Run one command; `answer` is what the person types."""
    # Typer's runner would make all commands anew, which takes longer than most of them.
    with patch.object(testing, "_get_command", _command):
        return testing.CliRunner().invoke(
            app, [str(argument) for argument in arguments], input=answer
        )


_command = cache(main.get_command)
