"""The rows of a customer's statements beside the books, agreeing ones too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from blocks.controls.catalogue import controls_for
from blocks.controls.context import UnitContext
from blocks.controls.evidence import Evidence, make_evidence
from blocks.controls.runner import ask_first, judge
from blocks.settings import SQL
from blocks.staging import StagedUnit
from blocks.warehouse import Warehouse
from blocks.warehouse.records import LoadRecord
from ledger.controls import ControlResult
from ledger.onboarding import StatementKind
from ledger.statement.compared import ComparedLine

QUERY: Final = SQL / "report" / "customer_comparison.sql"


def compare_staged(
    staged: StagedUnit, *, context: UnitContext, warehouse: Warehouse
) -> list[ComparedLine]:
    """Hold the customer's statements against a staged unit, row by row; reads only.

    Raises:
        ControlFailed: The comparison could not be computed.
    """
    classes = staged.facts.account_classes
    with warehouse.workbench(staged) as connection:
        return _lines(make_evidence(connection, staged, context=context, classes=classes))


def compare_record(
    record: LoadRecord, *, context: UnitContext, warehouse: Warehouse
) -> tuple[list[ControlResult], list[ComparedLine]]:
    """Hold them against what is published of the year: what the controls find, and every row.

    Raises:
        ControlFailed: As `compare_staged`.
    """
    wanted = {f"customer_{kind}" for kind in context.statements}
    known = controls_for(record.source, record.source_kind, context=context)
    asked = [control for control in known if control.name in wanted]
    with warehouse.published_unit(record) as connection:
        evidence = make_evidence(connection, record, context=context, classes={})
        answers = ask_first(evidence, asked) if asked else {}
        results = [judge(evidence, control, answers[control.name]) for control in asked]
        return results, _lines(evidence)


def _lines(evidence: Evidence) -> list[ComparedLine]:
    found = evidence.ask(QUERY.read_text(encoding="utf-8"), control="customer_comparison")
    return [_line(row) for row in found.fetchall()]


def _line(row: Sequence[Any]) -> ComparedLine:
    kind, number, label, account, expected, actual, detail, accounts = row
    booked = tuple((item["account_number"], item["amount"]) for item in accounts)
    return ComparedLine(
        StatementKind(kind), number, label, account, expected, actual, detail, booked
    )
