"""The rows of a customer's statements beside the books, agreeing ones too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from duckdb import DuckDBPyConnection

from blocks.controls.context import UnitContext
from blocks.controls.evidence import make_evidence
from blocks.settings import SQL
from blocks.staging import StagedUnit
from blocks.warehouse import Warehouse
from blocks.warehouse.records import LoadRecord
from ledger.account_class import AccountClasses
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
    with warehouse.workbench(staged) as connection:
        return _compared(connection, staged, context, staged.facts.account_classes)


def compare_record(
    record: LoadRecord, *, context: UnitContext, warehouse: Warehouse
) -> list[ComparedLine]:
    """Hold them against what is published of the year; else as `compare_staged`."""
    with warehouse.published_unit(record) as connection:
        return _compared(connection, record, context, {})


def _compared(
    connection: DuckDBPyConnection,
    unit: StagedUnit | LoadRecord,
    context: UnitContext,
    classes: AccountClasses,
) -> list[ComparedLine]:
    evidence = make_evidence(connection, unit, context=context, classes=classes)
    found = evidence.ask(QUERY.read_text(encoding="utf-8"), control="customer_comparison")
    return [_line(row) for row in found.fetchall()]


def _line(row: Sequence[Any]) -> ComparedLine:
    kind, number, label, account, expected, actual, detail, accounts = row
    booked = tuple((item["account_number"], item["amount"]) for item in accounts)
    return ComparedLine(
        StatementKind(kind), number, label, account, expected, actual, detail, booked
    )
