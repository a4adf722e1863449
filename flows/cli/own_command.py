"""How whoever called this program calls it, so that a command it advises can be typed as it is."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

PROGRAM: Final = "tasma"
DEMO: Final = " --demo"

COMMANDS: Final = (
    "accept", "accounts", "connect", "demo", "doctor", "events", "import", "lake", "ledger",
    "publish", "tenant", "up", "--debug",
)  # fmt: skip
"""What may stand behind the program's name where a command is advised."""

ADVISED: Final = re.compile(rf"(?<![\w./-]){PROGRAM}({DEMO})?(?= (?:{'|'.join(COMMANDS)})(?!\w))")


def own_command() -> str:
    """Return the program as it was typed: ``tasma``, ``.venv/bin/tasma``.

    A name that the shell looked up arrives as the path where it was found. A process that was
    started otherwise, such as by ``python -m``, is called by the program's name.
    """
    typed = sys.argv[0]
    if Path(typed).name != PROGRAM or typed == shutil.which(PROGRAM):
        return PROGRAM
    return shlex.quote(typed)


def is_demo_wanted() -> bool:
    """Return whether this command was to work on the demo's home, as the next ones then are."""
    return DEMO.strip() in sys.argv[1:]


def as_called(text: str) -> str:
    """Write each command of ours that a text advises as it has to be typed here."""
    demo = DEMO if is_demo_wanted() else ""
    return ADVISED.sub(lambda found: f"{own_command()}{found[1] or demo}", text)
