"""Running the controls: every SQL file on one connection, each answering for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

from duckdb import DuckDBPyConnection

from blocks.controls.catalogue import Control, controls_for
from blocks.controls.context import UnitContext
from blocks.controls.evidence import ControlFailed, Evidence, make_evidence, sql_text
from blocks.staging import StagedUnit
from blocks.steps import reached
from blocks.warehouse import Warehouse
from blocks.warehouse.records import LoadRecord
from ledger.account_class import AccountClasses
from ledger.controls import (
    LINE,
    MAX_BREAKS_KEPT,
    Answer,
    Break,
    BreakKind,
    ControlResult,
    set_fingerprint,
)

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
        One result per control, in their order.

    Raises:
        ControlFailed: A control could not be computed.
    """
    reached("reconcile.started")
    with warehouse.workbench(staged) as connection:
        results = run_controls(connection, staged, controls=controls, context=context)
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
    name, severity = control.name, control.severity
    _, breaks = _statements(control)
    found = evidence.ask(_beyond_tolerance(breaks), control=name, tolerance=control.tolerance)
    rows = found.fetchmany(max_breaks + 1)
    if len(rows) > max_breaks:
        oldest = evidence.ask(
            _oldest(breaks, max_breaks), control=name, tolerance=control.tolerance
        )
        return _cut(control, oldest.fetchall())
    return _whole(control, rows) if rows else ControlResult(name, severity, Answer.PASSED)


def _statements(control: Control) -> list[str]:
    statements = sql_text(control.path).split(";\n")
    if len(statements) != STATEMENTS_PER_CONTROL:
        problem = f"{len(statements)} statements instead of {STATEMENTS_PER_CONTROL}"
        raise ControlFailed(control=control.name, problem=problem)
    return statements


def _beyond_tolerance(breaks: str) -> str:
    # Whatever control names a voucher, its line in the source is named too (R-SEN-15).
    return f"""
        select
            control, kind, account_number, period, found.voucher_key,
            expected::decimal(38, 2) as expected,
            actual::decimal(38, 2) as actual,
            difference::decimal(38, 2) as difference,
            detail || case
                when source_line is null or contains(detail, '(lines ') then ''
                else ' (line ' || source_line || ')'
            end as detail
        from ({breaks}) as found
        left join (select voucher_key, source_line from staged.voucher) as voucher
            on found.voucher_key = voucher.voucher_key
        where difference is null or abs(difference) > $tolerance
    """  # noqa: S608 - the text is our own SQL file


def _oldest(breaks: str, count: int) -> str:
    # Counts all breaks and sums all their fingerprints (ledger.controls.set_fingerprint), without
    # bringing them here.
    return f"""
        with judged as ({_beyond_tolerance(breaks)})
        select
            control, kind, account_number, period, voucher_key,
            expected, actual, difference, detail,
            sum(('0x' || substr(sha256(concat_ws(
                chr(31), control, kind, account_number, period, voucher_key,
                coalesce(difference::varchar, ''),
                case when account_number = '' and voucher_key = ''
                    then regexp_replace(detail, '{LINE}', '') else '' end
            )), 1, 16))::ubigint) over () as fingerprint_sum,
            count(*) over () as break_count
        from judged
        order by period = '', period, account_number, voucher_key, kind, detail
        limit {count}
    """  # noqa: S608 - the text is our own SQL file


def _whole(control: Control, rows: Sequence[tuple[Any, ...]]) -> ControlResult:
    breaks = sorted((_break(row) for row in rows), key=_age)
    return ControlResult(
        control.name,
        control.severity,
        Answer.BROKEN,
        breaks=tuple(breaks),
        break_count=len(breaks),
        set_fingerprint=set_fingerprint(found.fingerprint for found in breaks),
    )


def _cut(control: Control, rows: Sequence[tuple[Any, ...]]) -> ControlResult:
    *_, fingerprint_sum, break_count = rows[0]
    return ControlResult(
        control.name,
        control.severity,
        Answer.BROKEN,
        breaks=tuple(_break(row) for row in rows),
        break_count=break_count,
        set_fingerprint=f"{break_count}-{int(fingerprint_sum):x}",
    )


def _age(found: Break) -> tuple[bool, str, str, str, str, str]:
    # The order of `_oldest`: what has no month comes last.
    place = (found.account_number, found.voucher_key, found.kind, found.detail)
    return (found.period == "", found.period, *place)


def _break(row: tuple[Any, ...]) -> Break:
    control, kind, account_number, period, voucher_key, *amounts, detail = row[:9]
    expected, actual, difference = cast("list[Decimal | None]", amounts)
    return Break(
        control=control,
        kind=BreakKind(kind),
        account_number=account_number,
        period=period,
        voucher_key=voucher_key,
        expected=expected,
        actual=actual,
        difference=difference,
        detail=detail,
    )
