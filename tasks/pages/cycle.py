"""The page of a cycle between two registers: made, linked, skipped and why, failed and remedies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from blocks.hub.outbox import Queued
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from tasks.pages.markdown import and_more, document, escaped, table
from tasks.push_words import remedy, why

ROWS_SHOWN: Final = 100

Row = tuple[str, ...]


def cycle_page(
    title: str,
    counts: Mapping[str, int],
    *,
    unsent: Sequence[Transfer],
    failed: Sequence[Queued],
    seen: Iterable[Row],
    problems: Sequence[str],
) -> str:
    """Lay out how a cycle ended and what stands where after it.

    Args:
        title: Whose, and between which systems.
        counts: What was made, linked, changed and queued, in words.
        unsent: What did not go, and why.
        failed: Documents that the target refused, or that a person has to look at.
        seen: Customers of which something is to be seen: id, and what.
        problems: What could not be done at all.
    """
    waits = [one for one in unsent if one.state is TransferState.WAITS]
    held = [one for one in unsent if one.state is TransferState.REFUSED]
    left = [one for one in unsent if one.state is TransferState.LEFT]
    counted = ", ".join(f"{name}: {count:,}" for name, count in counts.items() if count)
    return document(
        f"# {escaped(title)}",
        escaped(counted or "Nothing was to be done."),
        _part("Failed", ("document", "why", "what to do"), map(_failed, failed)),
        _part("Could not be done", ("what",), [(one,) for one in problems]),
        _part("Held for a person", ("task", "why"), map(_stands, held)),
        _part("Waits for data", ("task", "why"), map(_stands, waits)),
        _part("Skipped", ("task", "why"), map(_stands, left)),
        _part("Customers", ("customer", "to be seen"), seen),
    )


def _part(title: str, heads: Sequence[str], rows: Iterable[Row]) -> str:
    found = list(rows)
    if not found:
        return ""
    shown = table(heads, found[:ROWS_SHOWN])
    return document(f"## {title}", shown, and_more(min(len(found), ROWS_SHOWN), len(found), "row"))


def _failed(one: Queued) -> Row:
    return (one.source_id, why(one) or one.item.state, remedy(one))


def _stands(one: Transfer) -> Row:
    return (one.item, one.detail or one.code)
