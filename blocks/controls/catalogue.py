"""The catalogue of controls: `data/reference/controls.csv`, with a SQL file for each row."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from blocks.controls.context import UnitContext
from blocks.settings import REFERENCE, SQL
from blocks.staging import UnitFacts
from ledger.controls import Severity
from ledger.errors import TerminalError

CATALOGUE: Final = REFERENCE / "controls.csv"
RECONCILE: Final = SQL / "reconcile"
EVIDENCE: Final = SQL / "evidence"

STRICTNESS: Final = (Severity.INFORMS, Severity.WARNS, Severity.BLOCKS)


class UnknownSource(TerminalError):
    """The catalogue does not say what a control is worth for this kind of source."""

    def __init__(self, *, source: str, source_kind: str) -> None:
        """Name the source and the column that is missing."""
        super().__init__(
            f"No severities are defined for source {source}, kind {source_kind}: controls.csv has "
            f"no column {_column(source, source_kind)}. Add it before loading from this source.",
            source=source,
            source_kind=source_kind,
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
        UnknownSource: The catalogue has no column for the source.
    """
    column = _column(source, source_kind)
    rows = _rows()
    if column not in rows[0]:
        raise UnknownSource(source=source, source_kind=source_kind)
    return [_control(row, column, context=context) for row in rows]


def catalogue_version(facts: UnitFacts, *, context: UnitContext) -> str:
    """Return a hash over what a unit is judged by: controls, and what the tenant is known by.

    It changes with the text, severity or tolerance of any control, with the tenant's organisation
    number, currency and account map, with its defined years as far as they touch the unit's, and
    with the program of the source, to which an acceptance may be bound.

    Raises:
        UnknownSource: The catalogue has no column for the source.
    """
    judged_by = hashlib.sha256()
    for control in controls_for(facts.source, facts.source_kind, context=context):
        judged_by.update(f"{control.name} {control.severity} {control.tolerance}\0".encode())
        judged_by.update(control.path.read_bytes())
    for path in sorted(EVIDENCE.glob("*.sql")):
        judged_by.update(f"{path.name}\0".encode() + path.read_bytes())
    touching = [year.key for year in context.defined_years if year.overlaps(facts.fiscal_year)]
    known = (context.organisation_number, context.currency, facts.program_name, *sorted(touching))
    judged_by.update("\0".join(known).encode())
    for place in context.account_places or ():
        judged_by.update(f"\0{place.accounts} {place.line} {place.valid_from}".encode())
    return judged_by.hexdigest()


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
