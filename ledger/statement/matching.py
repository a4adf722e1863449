"""A customer's statement beside the account map: which of our lines or accounts each row is about.

Rows of a statement by accounts are held against accounts. Rows of one by lines are held against the
lines of the tenant's scheme by their names; a row that has none is covered by the nearest total
above it that has one. What is left is a gap that a person fills (`labels`).

Source:
    R-FIN-11, R-FIN-12, R-FIN-15.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.account_map import Line as OurLine
from ledger.onboarding import StatementKind
from ledger.statement.values import Kind, Line, Statement

Labels = Mapping[str, tuple[str, ...]]
"""Our lines by the plain form (`plain`) of a label."""


@dataclass(frozen=True)
class ComparedRow:
    """One row that is compared. `expected`: debit positive, whole currency.

    `lines`: of ours, leaves only; empty for a row of an account, and for one that has no match.
    """

    row: int
    label: str
    account: str
    lines: tuple[str, ...]
    expected: Decimal


@dataclass(frozen=True)
class Figures:
    """One side of a year as the customer has it. `first`: of its movements, None for balances.

    `unit`: 1 or 1000. `is_by_account`: each account of the side is to be found in it.
    """

    kind: StatementKind
    first: dt.date | None
    as_of: dt.date
    unit: int
    is_by_account: bool
    rows: tuple[ComparedRow, ...]


def figures(
    statement: Statement, kind: StatementKind, lines: Sequence[OurLine], labels: Labels
) -> Figures | None:
    """Return what a statement says of one side; None when it says nothing of it, or of no time.

    Args:
        statement: As read. A trial balance speaks of both sides.
        kind: Which side.
        lines: Of the tenant's scheme, both statements.
        labels: What labels mean beyond the names of lines.
    """
    if statement.kind not in {Kind.TRIAL_BALANCE, Kind(kind)} or statement.period is None:
        return None
    is_by_account = any(line.account for line in statement.leaves)
    ours = _Names([line for line in lines if line.statement == kind], labels)
    rows = _by_account(statement, ours) if is_by_account else _by_line(statement, ours)
    is_movement = kind is StatementKind.INCOME_STATEMENT
    return Figures(
        kind=kind,
        first=statement.period.start if is_movement else None,
        as_of=statement.period.end,
        unit=statement.unit,
        is_by_account=is_by_account,
        rows=tuple(rows),
    )


def plain(label: str) -> str:
    """Return the letters of a label alone, in small ones: what two spellings of it share."""
    return re.sub(r"[\W\d_]+", " ", label.casefold()).strip()


class _Names:
    """Our lines, found by label; a sum is known by the leaves that it adds up."""

    def __init__(self, lines: Sequence[OurLine], labels: Labels) -> None:
        self._leaves = {line.line for line in lines if line.accounts}
        self._orders = {line.line: line.order for line in lines if line.accounts}
        self._parts = {line.line: self._parts_of(line) for line in lines}
        self._by_name = {
            plain(name): self._parts[line.line] for line in lines for name in line.names.values()
        }
        known = {line.line for line in lines}
        self._labels = {
            label: tuple(part for name in names for part in self._parts[name])
            for label, names in labels.items()
            if known.issuperset(names)
        }

    def find(self, label: str) -> tuple[str, ...]:
        """Return the leaves that a label is about; nothing when it is not known."""
        name = plain(label)
        return self._labels.get(name) or self._by_name.get(name, ())

    def _parts_of(self, line: OurLine) -> tuple[str, ...]:
        if line.accounts:
            return (line.line,)
        first, last = line.adds
        return tuple(name for name, order in self._orders.items() if first <= order <= last)


def _by_account(statement: Statement, ours: _Names) -> Iterator[ComparedRow]:
    for line in statement.leaves:
        if line.amount is None:
            continue
        account = line.ledger_account or line.account or ""
        # What a program computes of an open year stands in no account.
        lines = () if account else ours.find(line.label)
        yield ComparedRow(line.row, line.label, account, lines, line.amount.ledger)


def _by_line(statement: Statement, ours: _Names) -> Iterator[ComparedRow]:
    by_row = {line.row: line for line in statement.lines}
    above = {part: line.row for line in statement.lines for part in line.parts}
    taken: set[int] = set()
    for line in statement.leaves:
        found = _matched(line, by_row, above, ours)
        if found.row in taken or found.amount is None:
            continue
        taken.add(found.row)
        lines = ours.find(found.label)
        yield ComparedRow(found.row, found.label, "", lines, found.amount.ledger)


def _matched(
    line: Line, by_row: Mapping[int, Line], above: Mapping[int, int], ours: _Names
) -> Line:
    """Return the line, or the nearest total over it that has a name of ours; itself without one."""
    found: Line | None = line
    while found is not None and not ours.find(found.label):
        found = by_row.get(above.get(found.row, 0))
    return found or line
