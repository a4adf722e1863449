"""From the query of a control to its result: what is beyond tolerance, and how much is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, cast

from duckdb import DuckDBPyConnection

from blocks.controls.control import Control
from ledger.controls import (
    LINE,
    MAX_BREAKS_KEPT,
    Answer,
    Break,
    BreakKind,
    ControlResult,
    set_fingerprint,
)

ROW: Final = "^row ([0-9]{1,9})"
"""How a break of a statement names its row."""

LAST: Final = 2_000_000_000


def find_breaks(
    ask: Callable[..., DuckDBPyConnection],
    control: Control,
    breaks: str,
    *,
    max_breaks: int = MAX_BREAKS_KEPT,
) -> ControlResult:
    """List what a control's query finds; of more than `max_breaks`, the oldest are kept.

    Args:
        ask: Executes a query for a control, whose name and parameters it is given by keyword.
        control: Whose breaks they are.
        breaks: A query in the one shape of all controls (decision 0007).
        max_breaks: How many are kept.
    """
    asked = {"control": control.name, "tolerance": control.tolerance}
    rows = ask(_beyond_tolerance(breaks), **asked).fetchmany(max_breaks + 1)
    if len(rows) > max_breaks:
        return _cut(control, ask(_oldest(breaks, max_breaks), **asked).fetchall())
    if not rows:
        return ControlResult(control.name, control.severity, Answer.PASSED)
    return broken(control, [_break(row) for row in rows])


def broken(control: Control, breaks: Sequence[Break]) -> ControlResult:
    """Return the result of a control with all its breaks."""
    return ControlResult(
        control.name,
        control.severity,
        Answer.BROKEN,
        breaks=tuple(sorted(breaks, key=_age)),
        break_count=len(breaks),
        set_fingerprint=set_fingerprint(found.fingerprint for found in breaks),
    )


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
    """  # noqa: S608 - the text is that of a control


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
        order by period = '', period, account_number, voucher_key,
            try_cast(regexp_extract(detail, '{ROW}', 1) as integer) nulls last, kind, detail
        limit {count}
    """  # noqa: S608 - the text is that of a control


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


def _age(found: Break) -> tuple[bool, str, str, str, int, str, str]:
    # The order of `_oldest`: what has no month comes last, and what is of no row of a statement.
    row = re.match(ROW, found.detail)
    place = (found.account_number, found.voucher_key, int(row[1]) if row else LAST)
    return (found.period == "", found.period, *place, found.kind, found.detail)


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
