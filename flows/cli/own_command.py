"""How whoever called this program calls it, so that a command it advises can be typed as it is."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from blocks.advice import PROGRAM
from flows.cli import switches
from flows.cli.commands import COMMANDS, GROUPS


def own_command() -> str:
    """Return the program as it was typed: ``tasma``, ``.venv/bin/tasma``.

    A name that the shell looked up arrives as the path where it was found. A process that was
    started otherwise, such as by ``python -m``, is called by the program's name.
    """
    typed = sys.argv[0]
    if Path(typed).name != PROGRAM or typed == shutil.which(PROGRAM):
        return PROGRAM
    return shlex.quote(typed)


_NAMED: Final[dict[str, str]] = {}
"""What the command that runs was given, by the word for it in advice."""

PLACES: Final = {"tenant": "TENANT", "to": "SYSTEM"}
"""Parameters that most commands share, and the word that stands for each where a text that was
written elsewhere cannot know it: ``tasma push status TENANT --to SYSTEM``."""


def remember(values: Mapping[str, object]) -> None:
    """Keep what the command that begins was given: its advice is about the same tenant."""
    _NAMED.clear()
    for name, word in PLACES.items():
        if isinstance(value := values.get(name), str) and value:
            _NAMED[word] = shlex.quote(value)


def as_called(text: str) -> str:
    """Write each command of ours that a text advises as it has to be typed here, and in full."""
    if PROGRAM not in text:
        return text
    called, count = advised().subn(
        lambda found: f"{own_command()}{found[1] or switches.kept()}", text
    )
    return _PLACE.sub(lambda found: _NAMED.get(found[0], found[0]), called) if count else text


_PLACE: Final = re.compile(rf"\b(?:{'|'.join(PLACES.values())})\b")


_SWITCHES: Final = r"( --demo| --home (?:'[^']*'|\S+))"
"""What a sentence may put before a command, to lead to other books than those that are open."""


@cache
def advised() -> re.Pattern[str]:
    """Return what finds the program's name, and ``--demo``, before one of its commands."""
    names = [path[0] for path in (*COMMANDS, *GROUPS)]
    commands = "|".join(["--debug", *dict.fromkeys(names)])
    return re.compile(rf"(?<![\w./-]){PROGRAM}{_SWITCHES}?(?= (?:{commands})(?!\w))")
