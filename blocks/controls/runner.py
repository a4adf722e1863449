"""Running the controls: every SQL file on one connection, each answering for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.controls.breaks import find_breaks
from blocks.controls.catalogue import controls_for
from blocks.controls.context import UnitContext
from blocks.controls.control import Control, OwnControl
from blocks.controls.evidence import ControlFailed, Evidence, make_evidence, sql_text
from blocks.controls.own_run import run_own
from blocks.staging import StagedUnit
from blocks.steps import reached
from blocks.warehouse import Warehouse
from blocks.warehouse.records import LoadRecord
from ledger.account_class import AccountClasses
from ledger.controls import MAX_BREAKS_KEPT, Answer, ControlResult

STATEMENTS_PER_CONTROL: Final = 2
"""The first gives one row: ``not_applicable`` (why the control does not apply; NULL: it does) and,
where that is quickly known, ``passes`` (true: there is no break). The second lists the breaks. The
first ends its line with a semicolon, and no other line does."""

ANSWER: Final = "select '' as control, ''::varchar as not_applicable, true as passes where false"
"""The shape of an answer."""


@dataclass(frozen=True)
class FirstAnswer:
    """What a control's first statement says."""

    reason: str | None
    passes: bool


def reconcile(
    staged: StagedUnit,
    *,
    controls: Sequence[Control],
    context: UnitContext,
    warehouse: Warehouse,
) -> list[ControlResult]:
    """Judge a staged unit by controls (`controls_for`); reads only.

    Returns:
        One result per control, in their order, the operator's own behind ours.

    Raises:
        ControlFailed: A control could not be computed.
    """
    reached("reconcile.started")
    own = [item for item in controls if isinstance(item, OwnControl)]
    ours = [item for item in controls if not isinstance(item, OwnControl)]
    with warehouse.workbench(staged) as connection:
        results = run_controls(connection, staged, controls=ours, context=context)
    results += run_own(staged, own, warehouse=warehouse)
    reached("reconcile.done")
    return results


def ask_published(
    record: LoadRecord,
    control: str,
    *,
    context: UnitContext,
    classes: AccountClasses,
    warehouse: Warehouse,
) -> ControlResult:
    """Ask one control about what is published of a year; reads only.

    It has to be one that reads canonical tables alone: diagnostics and evidence are not published.
    `classes`: what the tenant's source says by the numbers of accounts.
    """
    chosen = controls_for(record.source, record.source_kind, context=context)
    with warehouse.published_unit(record) as connection:
        evidence = make_evidence(connection, record, context=context, classes=classes)
        (asked,) = (item for item in chosen if item.name == control)
        return judge(evidence, asked, ask_first(evidence, [asked])[control])


def run_controls(
    connection: DuckDBPyConnection,
    staged: StagedUnit,
    *,
    controls: Sequence[Control],
    context: UnitContext,
) -> list[ControlResult]:
    """Run controls on a connection that has ``staged``, ``published`` and ``unit.facts``."""
    classes = staged.facts.account_classes
    evidence = make_evidence(connection, staged, context=context, classes=classes)
    answers = ask_first(evidence, controls)
    return [judge(evidence, control, answers[control.name]) for control in controls]


def ask_first(evidence: Evidence, controls: Sequence[Control]) -> dict[str, FirstAnswer]:
    """Ask controls, in one query, whether they apply and whether there is anything to list."""
    asked = [
        f"select '{control.name}' as control, answer.* from ({_statements(control)[0]}\n) as answer"  # noqa: S608 - the text is our own SQL file
        for control in controls
    ]
    names = controls[0].name if len(controls) == 1 else "all"
    try:
        rows = evidence.ask(" union all by name ".join([ANSWER, *asked]), control=names).fetchall()
    except ControlFailed:
        if len(controls) == 1:
            raise
        # One by one, so that the error names the control that is at fault.
        return {item.name: ask_first(evidence, [item])[item.name] for item in controls}
    return {name: FirstAnswer(reason, passes is True) for name, reason, passes, *_ in rows}


def judge(
    evidence: Evidence,
    control: Control,
    answer: FirstAnswer,
    *,
    max_breaks: int = MAX_BREAKS_KEPT,
) -> ControlResult:
    """Turn a control's answer into its result, with its breaks if it may have any."""
    name, severity = control.name, control.severity
    if answer.reason is not None:
        return ControlResult(name, severity, Answer.NOT_APPLICABLE, reason=answer.reason)
    if answer.passes:
        return ControlResult(name, severity, Answer.PASSED)
    return list_breaks(evidence, control, max_breaks=max_breaks)


def list_breaks(
    evidence: Evidence, control: Control, *, max_breaks: int = MAX_BREAKS_KEPT
) -> ControlResult:
    """Run a control's second statement; of more than `max_breaks`, the oldest are kept."""
    return find_breaks(evidence.ask, control, _statements(control)[1], max_breaks=max_breaks)


def _statements(control: Control) -> list[str]:
    statements = sql_text(control.path).split(";\n")
    if len(statements) != STATEMENTS_PER_CONTROL:
        problem = f"{len(statements)} statements instead of {STATEMENTS_PER_CONTROL}"
        raise ControlFailed(control=control.name, problem=problem)
    return statements
