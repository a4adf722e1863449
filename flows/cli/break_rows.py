"""Breaks as rows: of one control beneath its title, or of all of them in one table for CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from flows.cli.output import remark, show_csv
from ledger.controls import Break, ControlResult

HEADINGS: Final = (
    "account",
    "month",
    "voucher",
    "expected",
    "actual",
    "difference",
    "kind",
    "detail",
)
OF_CONTROL: Final = ("load", "control", "severity", "found")
"""What stands before them where the breaks of several controls are in one table."""

Cells = tuple[object, ...]


def break_row(item: Break) -> Cells:
    """Return a break's cells, in the order of `HEADINGS`."""
    return (
        item.account_number,
        item.period,
        item.voucher_key,
        item.expected,
        item.actual,
        item.difference,
        item.kind.replace("_", " "),
        item.detail,
    )


def show_breaks_csv(
    results: Iterable[tuple[str, ControlResult]], *, everything: bool, limit: int
) -> None:
    """Print one table of what controls found, each with the load it was found in.

    Args:
        results: Ids of loads, and what a control said of each.
        everything: Whether a control without a break has a row too, of its outcome.
        limit: Most breaks of a control; a remark says of which there are more.
    """
    found = list(results)
    show_csv(
        (*OF_CONTROL, *HEADINGS),
        [
            row
            for load_id, one in found
            for row in _rows(load_id, one, everything=everything, limit=limit)
        ],
    )
    for _, one in found:
        if one.break_count > limit:
            remark(
                f"{one.control}: {one.break_count:,} found, {limit:,} shown; --limit shows more."
            )


def _rows(load_id: str, one: ControlResult, *, everything: bool, limit: int) -> Iterator[Cells]:
    head = (load_id, one.control, str(one.severity), one.break_count)
    for item in one.breaks[:limit]:
        yield *head, *break_row(item)
    if everything and not one.break_count:
        outcome = one.outcome.replace("_", " ")
        yield *head, *([None] * (len(HEADINGS) - 2)), outcome, one.reason
