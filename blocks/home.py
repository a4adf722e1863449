"""Where a machine's own books lie when nobody says: one place, and never one of two by chance."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ledger.errors import TerminalError

PROJECT: Final = Path(__file__).resolve().parents[1]
"""The checkout; SQL and reference tables are read from its ``data`` folder."""

IN_CHECKOUT: Final = PROJECT / "data"
"""Where earlier releases had the home; one that is there is used."""

MARKS: Final = ("hub", "lake", "warehouse")
"""A folder that holds one of these is a home."""

DEMO: Final = "demo-home"
"""The name of the demo's home, and of no other."""


class TwoHomes(TerminalError):
    """Both places have a home, and to take one would hide the books of the other."""

    sentence = (
        "There are books in {one} and in {other}. Say which are meant: tasma --home FOLDER, or "
        "TASMA_HOME=FOLDER; or move one of them away."
    )


def default_home() -> Path:
    """Return the home in use: in the checkout if there is one, else where the system has data.

    That is ``$XDG_DATA_HOME/tasma``, by default ``~/.local/share/tasma`` (XDG Base Directory
    Specification).

    Raises:
        TwoHomes: There is one in each place.
    """
    outside = _data_folder() / "tasma"
    homes = [folder for folder in (IN_CHECKOUT, outside) if _is_home(folder)]
    if len(homes) > 1:
        raise TwoHomes(one=homes[0], other=homes[1])
    return homes[0] if homes else outside


def is_demo_home(home: Path) -> bool:
    """Return whether a home is the demo's."""
    return home.name == DEMO


def _data_folder() -> Path:
    named = Path(os.environ.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "share"


def _is_home(folder: Path) -> bool:
    return any((folder / mark).exists() for mark in MARKS)
