"""A control as it applies to one unit: one of ours, or one of the operator's own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from blocks.settings import SQL
from ledger.controls import Severity

RECONCILE: Final = SQL / "reconcile"


@dataclass(frozen=True)
class Control:
    """One control as it applies to one unit.

    `tolerance`: largest absolute difference that is not a break; unit's currency. `meaning`: what
    holds when it passes; `what_to_do`: when it does not. Both in a bookkeeper's words.
    """

    name: str
    severity: Severity
    tolerance: Decimal
    meaning: str
    what_to_do: str

    @property
    def path(self) -> Path:
        """The SQL file."""
        return RECONCILE / f"{self.name}.sql"

    @property
    def judged_by(self) -> bytes:
        """What its answer depends on beside the books."""
        return self.path.read_bytes()


@dataclass(frozen=True)
class OwnControl(Control):
    """A control from the operator's folder, as its file was when the folder was read.

    `sql`: its text. `problem`: why it cannot be asked, behind the name of its file; else empty.
    """

    sql: str = ""
    problem: str = ""

    @property
    def path(self) -> Path:
        """The name of its file in the operator's folder."""
        return Path(f"{self.name.removeprefix(OWN)}.sql")

    @property
    def judged_by(self) -> bytes:
        """Its text, or why there is none."""
        return f"{self.sql}\0{self.problem}".encode()


OWN: Final = "own_"
"""What the names of the operator's controls begin with, and none of ours."""
