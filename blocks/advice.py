"""Commands that a text advises where no command line was typed: in runs, and on their pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from blocks.home import is_demo_home
from blocks.settings import settings

PROGRAM: Final = "tasma"

_COMMAND: Final = re.compile(rf"(?<![\w./-]){PROGRAM}(?= [a-z])")
"""The program before one of its commands, no switch between them."""


def for_home(text: str, home: Path) -> str:
    """Write each command of ours in a text as it has to be typed to work on the books of a home.

    Those of the demo are reached by ``tasma --demo``; what has a switch already keeps it.
    """
    return _COMMAND.sub(f"{PROGRAM} --demo", text) if is_demo_home(home) else text


def as_here(text: str) -> str:
    """Write the commands that a text advises so that they work on the books in use here."""
    # Most lines of a log advise none, and settings are read anew each time (half a millisecond).
    return for_home(text, settings().home) if _COMMAND.search(text) else text
