"""How whoever called this program calls it, so that a command it advises can be typed as it is."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Final

from flows.cli import switches
from flows.cli.commands import COMMANDS, GROUPS

PROGRAM: Final = "tasma"


def own_command() -> str:
    """Return the program as it was typed: ``tasma``, ``.venv/bin/tasma``.

    A name that the shell looked up arrives as the path where it was found. A process that was
    started otherwise, such as by ``python -m``, is called by the program's name.
    """
    typed = sys.argv[0]
    if Path(typed).name != PROGRAM or typed == shutil.which(PROGRAM):
        return PROGRAM
    return shlex.quote(typed)


def as_called(text: str) -> str:
    """Write each command of ours that a text advises as it has to be typed here."""
    return advised().sub(lambda found: f"{own_command()}{found[1] or switches.kept()}", text)


@cache
def advised() -> re.Pattern[str]:
    """Return what finds the program's name, and ``--demo``, before one of its commands."""
    names = [path[0] for path in (*COMMANDS, *GROUPS)]
    commands = "|".join(["--debug", *dict.fromkeys(names)])
    return re.compile(rf"(?<![\w./-]){PROGRAM}( --demo)?(?= (?:{commands})(?!\w))")
