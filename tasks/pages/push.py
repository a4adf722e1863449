"""The page of a push: what was sent, held and rejected, why, and what a person does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from blocks.hub.outbox import Queued
from ledger.push.items import Phase
from tasks.pages.markdown import and_more, document, escaped, filled, table
from tasks.push_words import remedy, why

ROWS_SHOWN: Final = 100

Line = Callable[[Queued], tuple[str, ...]]


def push_page(
    title: str,
    ends: Mapping[str, int],
    documents: Sequence[Queued],
    *,
    problem: str = "",
    behind: Sequence[tuple[Queued, str]],
) -> str:
    """Lay out how a run left the documents that it touched, and all that wait for a person.

    `behind`: documents that wait for others, and for which, in words.
    """
    acting = [one for one in documents if one.item.phase in {Phase.HELD, Phase.REJECTED}]
    done = [one for one in documents if one.item.phase is Phase.DONE]
    return document(
        f"# {escaped(title)}",
        escaped(problem),
        escaped(in_words(ends, problem=problem)),
        "## Waits for a person" if acting else "",
        _table(("document", "state", "id there", "why", "what to do"), acting, _acting),
        "## Wait for other documents" if behind else "",
        table(("document", "kind", "why"), map(_waiting, behind)) if behind else "",
        "## Done in this run" if done else "",
        _table(("document", "state", "id there"), done, _done),
    )


def in_words(ends: Mapping[str, int], *, problem: str = "") -> str:
    """Count how documents ended, in a sentence; what a ``problem`` left may well have been due."""
    counted = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in ends.items())
    nothing = "Nothing was sent." if problem else "Nothing was due."
    return f"{counted}." if counted else nothing


def _table(heads: Sequence[str], rows: Sequence[Queued], line: Line) -> str:
    if not rows:
        return ""
    shown = filled(heads, map(line, rows[:ROWS_SHOWN]))
    return document(shown, and_more(min(len(rows), ROWS_SHOWN), len(rows), "document"))


def _acting(one: Queued) -> tuple[str, ...]:
    return (*_done(one), why(one), remedy(one))


def _done(one: Queued) -> tuple[str, ...]:
    return (one.source_id, one.item.state, one.item.target_id)


def _waiting(behind: tuple[Queued, str]) -> tuple[str, ...]:
    one, why_ = behind
    return (one.source_id, one.kind.replace("_", " "), why_)
