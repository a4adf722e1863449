"""The catalogue of controls: what each means, and what a break is worth for each source.

`data/reference/control_texts.csv` has a row, and `data/sql/reconcile` a SQL file, for each control.
`data/reference/controls.csv` gives its severity and tolerance by source and kind: the row of both
counts before that of the source (kind ``*``), and that before the default (``*``, ``*``). A kind of
source that no row names is not judged but refused.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from blocks.controls.context import UnitContext
from blocks.controls.control import Control
from blocks.settings import REFERENCE, SQL
from blocks.staging import UnitFacts
from ledger.controls import Severity
from ledger.errors import TerminalError

CATALOGUE: Final = REFERENCE / "controls.csv"
TEXTS: Final = REFERENCE / "control_texts.csv"
EVIDENCE: Final = SQL / "evidence"

ANY: Final = "*"
"""Every source, or every kind of one."""

STRICTNESS: Final = (Severity.INFORMS, Severity.WARNS, Severity.BLOCKS)


class UnknownSource(TerminalError):
    """The catalogue does not say what a control is worth for this kind of source."""

    sentence = (
        "No severities are defined for source {source}, kind {source_kind!r}: controls.csv has no "
        "row of it. Add those in which it differs from the default before loading from this source."
    )


def controls_for(source: str, source_kind: str, *, context: UnitContext) -> list[Control]:
    """Return every control, in the catalogue's order, as this source and this tenant have it.

    The operator's own (`UnitContext.own`) come behind ours.

    Raises:
        UnknownSource: The catalogue has no row of this kind of source.
    """
    if source_kind not in kinds_of(source):
        raise UnknownSource(source=source, source_kind=source_kind)
    worth = _worth()
    places = ((source, source_kind), (source, ANY), (ANY, ANY))
    ours = [
        _control(text, next(filter(None, map(worth[text["control"]].get, places))), context)
        for text in _read(TEXTS)
    ]
    return [*ours, *context.own]


def advice_of(control: str) -> str:
    """Return what to do about a break of a control; empty for an operator's own."""
    return _advice().get(control, "")


@cache
def _advice() -> dict[str, str]:
    return {row["control"]: row["what_to_do"] for row in _read(TEXTS)}


def kinds_of(source: str) -> list[str]:
    """Return the kinds of a source that are judged, in the order in which they are named."""
    rows = (row for row in _read(CATALOGUE) if row["source"] == source)
    return list(dict.fromkeys(row["kind"] for row in rows if row["kind"] != ANY))


def catalogue_version(
    facts: UnitFacts, *, controls: Sequence[Control], context: UnitContext
) -> str:
    """Return a hash over what a unit is judged by: controls, and what the tenant is known by.

    It changes with the text, severity or tolerance of any control, with the tenant's organisation
    number, currency and account map, with its defined years as far as they touch the unit's, and
    with the program of the source, to which an acceptance may be bound. `controls`: those of the
    unit (`controls_for`).
    """
    judged_by = hashlib.sha256()
    for control in controls:
        judged_by.update(f"{control.name} {control.severity} {control.tolerance}\0".encode())
        judged_by.update(control.judged_by)
    for path in sorted(EVIDENCE.glob("*.sql")):
        judged_by.update(f"{path.name}\0".encode() + path.read_bytes())
    touching = [year.key for year in context.defined_years if year.overlaps(facts.fiscal_year)]
    known = (context.organisation_number, context.currency, facts.program_name, *sorted(touching))
    judged_by.update("\0".join(known).encode())
    for place in context.account_map.all_places() if context.account_map else ():
        judged_by.update(f"\0{place.accounts} {place.line} {place.valid_from}".encode())
    for kind, figures in context.statements.items():
        judged_by.update(f"\0{kind} {figures}".encode())
    return judged_by.hexdigest()


def _read(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _worth() -> dict[str, dict[tuple[str, str], dict[str, str]]]:
    """Return the rows of each control by source and kind."""
    found: dict[str, dict[tuple[str, str], dict[str, str]]] = {}
    for row in _read(CATALOGUE):
        found.setdefault(row["control"], {})[row["source"], row["kind"]] = row
    return found


def _control(text: dict[str, str], worth: dict[str, str], context: UnitContext) -> Control:
    name, severity, tolerance = text["control"], Severity(worth["severity"]), worth["tolerance"]
    return Control(
        name=name,
        severity=max(severity, context.tightened.get(name, severity), key=STRICTNESS.index),
        tolerance=min(Decimal(tolerance), context.tolerances.get(name, Decimal(tolerance))),
        meaning=text["meaning"],
        what_to_do=text["what_to_do"],
    )
