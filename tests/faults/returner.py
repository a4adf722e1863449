"""A child process of the fault tests: brings a year back to an earlier load, or dies."""

from __future__ import annotations

import os
from pathlib import Path

from blocks.steps import KILL_AT
from flows.cli.local import roll_back_here
from ledger.unit import Unit
from tasks.rollback import Wanted
from tests.homes import opened


def bring_back(home: Path, unit: Unit, to: int, kill_at: str = "") -> None:
    """Roll back as the command line does; the exit status is 0 only for what is published."""
    os.environ[KILL_AT] = kill_at
    with opened(home) as stores:
        wanted = Wanted(unit, to, "anna", "from a test company")
        found = roll_back_here(stores, wanted, watch=lambda _step: None)
    raise SystemExit(0 if found.outcome in {"published", "unchanged"} else found.message)
