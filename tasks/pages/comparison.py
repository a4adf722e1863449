"""The page on a year held against the customer's statements: what differs, and every row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.controls import Break, ControlResult
from ledger.statement.compared import ComparedLine
from ledger.text import number_of
from ledger.unit import Unit
from tasks.pages.markdown import amount, and_more, document, table

ROWS_SHOWN: Final = 500
"""Differing rows of one statement on the page; `tasma statements compare --json` has them all."""

HEADS: Final = ("account", "month", "statement", "books", "difference", "where")
AMOUNTS: Final = ("statement", "books", "difference")

ALL_HEADS: Final = ("", "row", "line or account", *AMOUNTS, "accounts")

ACCOUNTS_SHOWN: Final = 8
"""Accounts of one row on the page; the rest is counted."""


def comparison_page(
    unit: Unit, results: Sequence[ControlResult], lines: Sequence[ComparedLine] = ()
) -> str:
    """Lay out what `tasks.customer_statements.compare_published` found (R-FIN-P6).

    Args:
        unit: The year.
        results: Of the two controls.
        lines: Every row beside the books, where they are at hand. Debit is positive on both sides.
    """
    if not results:
        return document(f"# {unit}: the customer's statements", "None of this year has come.")
    parts = [part for result in results for part in (*_statement(result), *_rows(result, lines))]
    return document(f"# {unit}: the customer's statements", *parts)


def comparison_in_words(results: Sequence[ControlResult]) -> str:
    """Say in a sentence which statements the books agree with, and what differs first."""
    if not results:
        return "No statement of this year has come, so there is nothing to compare."
    return "; ".join(_in_words(result) for result in results)


def _in_words(result: ControlResult) -> str:
    title = _title(result)
    if not result.breaks:
        return f"the books agree with the {title}"
    return (
        f"{title}: {number_of(result.break_count, 'row differs', 'rows differ')}, first: "
        f"{result.breaks[0]}"
    )


def _statement(result: ControlResult) -> list[str]:
    title = _title(result).capitalize()
    if not result.breaks:
        return [f"## {title}", "The books agree with every row."]
    if all(item.expected is None and item.actual is None for item in result.breaks):
        return [f"## {title}", "It has not come yet: the customer sends it from the source system."]
    shown = result.breaks[:ROWS_SHOWN]
    rows = table(HEADS, map(_row, shown), right=AMOUNTS)
    return [f"## {title}", rows, and_more(len(shown), result.break_count, "row")]


def _row(item: Break) -> tuple[str, ...]:
    amounts = (amount(item.expected), amount(item.actual), amount(item.difference))
    return (item.account_number, item.period, *amounts, item.detail)


def _rows(result: ControlResult, lines: Sequence[ComparedLine]) -> list[str]:
    """Return every row of one statement; one that differs has the accounts of ours in it."""
    mine = [line for line in lines if line.kind == result.control.removeprefix("customer_")]
    if not mine:
        return []
    shown = mine[:ROWS_SHOWN]
    return [
        f"### All {len(mine):,} rows",
        table(ALL_HEADS, map(_cells, shown), right=("row", *AMOUNTS)),
        and_more(len(shown), len(mine), "row"),
    ]


def _cells(line: ComparedLine) -> tuple[str, ...]:
    named = " ".join(filter(None, (line.account, line.label.replace("_", " "))))
    return (
        "✗" if line.differs else "✓",
        str(line.row) if line.row else "left out",
        named or "accounts without a place",
        amount(line.expected),
        amount(line.actual),
        amount(line.difference) if line.differs else "",
        _accounts(line) if line.differs and not line.account else "",
    )


def _accounts(line: ComparedLine) -> str:
    shown = [f"{number}: {amount(value)}" for number, value in line.accounts[:ACCOUNTS_SHOWN]]
    left = len(line.accounts) - len(shown)
    return "; ".join([*shown, *([f"and {left:,} more"] if left > 0 else [])])


def _title(result: ControlResult) -> str:
    return result.control.removeprefix("customer_").replace("_", " ")
