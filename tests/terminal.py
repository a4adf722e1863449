"""A command as on a terminal, without one."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager, suppress

import pytest

from flows.cli.app import app


class Terminal(io.StringIO):
    """Standard output or error on which a person looks."""

    def isatty(self):
        return True


@contextmanager
def terminal(columns=80):
    """Have standard output and error be a terminal; yield what is printed there."""
    shown = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        patch.setenv("TERM", "xterm-256color")
        patch.setattr(sys, "stdout", shown)
        patch.setattr(sys, "stderr", shown)
        yield shown


def on_terminal(*arguments, columns=80):
    """Run a command of `tasma`; return all that it printed."""
    with terminal(columns) as shown, suppress(SystemExit):
        app(list(arguments))
    return shown.getvalue()
