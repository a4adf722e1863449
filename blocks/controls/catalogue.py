"""The catalogue of controls: `data/reference/controls.csv`, with a SQL file for each row."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from blocks.controls.context import UnitContext
from blocks.settings import REFERENCE, SQL
from ledger.controls import Severity
from ledger.errors import TerminalError

CATALOGUE: Final = REFERENCE / "controls.csv"
RECONCILE: Final = SQL / "reconcile"

STRICTNESS: Final = (Severity.INFORMS, Severity.WARNS, Severity.BLOCKS)


class UnknownSourceError(TerminalError):
    """The catalogue does not say what a control is worth for this kind of source."""

    def __init__(self, *, source: str, source_kind: str) -> None:
        """Name the source and the column that is missing."""
        super().__init__(
            f"No severities are defined for source {source}, kind {source_kind}: controls.csv has "
            f"no column {_column(source, source_kind)}. Add it before loading from this source."
        )


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


def controls_for(source: str, source_kind: str, *, context: UnitContext) -> list[Control]:
    """Return every control, in the catalogue's order, as this source and this tenant have it.

    Raises:
        UnknownSourceError: The catalogue has no column for the source.
    """
    column = _column(source, source_kind)
    rows = _rows()
    if column not in rows[0]:
        raise UnknownSourceError(source=source, source_kind=source_kind)
    return [_control(row, column, context=context) for row in rows]


def _rows() -> list[dict[str, str]]:
    with CATALOGUE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _column(source: str, source_kind: str) -> str:
    return f"{source}_{source_kind}" if source_kind else source


def _control(row: dict[str, str], column: str, *, context: UnitContext) -> Control:
    name, severity, tolerance = row["control"], Severity(row[column]), Decimal(row["tolerance"])
    return Control(
        name=name,
        severity=max(severity, context.tightened.get(name, severity), key=STRICTNESS.index),
        tolerance=min(tolerance, context.tolerances.get(name, tolerance)),
        meaning=row["meaning"],
        what_to_do=row["what_to_do"],
    )
