"""The page on a year held against the customer's statements: each row that differs, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.controls import Break, ControlResult
from ledger.unit import Unit
from tasks.pages.markdown import amount, and_more, document, table

ROWS_SHOWN: Final = 500
"""Differing rows of one statement on the page; `tasma statements compare --json` has them all."""

HEADS: Final = ("account", "month", "statement", "books", "difference", "where")
AMOUNTS: Final = ("statement", "books", "difference")


def comparison_page(unit: Unit, results: Sequence[ControlResult]) -> str:
    """Lay out what `tasks.customer_statements.compare_published` found (R-FIN-P6)."""
    if not results:
        return document(f"# {unit}: the customer's statements", "None of this year has come.")
    parts = [part for result in results for part in _statement(result)]
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
    return f"{title}: {result.break_count:,} rows differ, first: {result.breaks[0]}"


def _statement(result: ControlResult) -> list[str]:
    title = _title(result).capitalize()
    if not result.breaks:
        return [f"## {title}", "The books agree with every row."]
    shown = result.breaks[:ROWS_SHOWN]
    rows = table(HEADS, map(_row, shown), right=AMOUNTS)
    return [f"## {title}", rows, and_more(len(shown), result.break_count, "rows")]


def _row(item: Break) -> tuple[str, ...]:
    amounts = (amount(item.expected), amount(item.actual), amount(item.difference))
    return (item.account_number, item.period, *amounts, item.detail)


def _title(result: ControlResult) -> str:
    return result.control.removeprefix("customer_").replace("_", " ")
