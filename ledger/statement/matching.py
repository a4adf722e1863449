"""A customer's statement beside the account map: which of our lines or accounts each row is about.

Rows of a statement by accounts are held against accounts. Rows of one by lines are held against the
lines of the tenant's scheme by their names; a row whose label is not known, is another row's as
well, or contradicts the total above it is covered by the nearest total that can be held against
ours. A total that its rows do not add up to is compared too: it stands for what the statement
leaves out, or is wrong. What is left is a gap that a person fills (`labels`).

Source:
    R-FIN-11, R-FIN-12, R-FIN-15.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.account_map import UNBOOKED
from ledger.account_map import Line as OurLine
from ledger.onboarding import StatementKind
from ledger.statement.line_names import Labels, LineNames, Parts, is_range
from ledger.statement.values import Kind, Line, Statement

RESULT_LINES: Final = 2
"""Lines of a year's result, booked and not booked; a total over more is no result."""

MAX_LEVELS: Final = 50
"""Totals above one another that are followed."""


@dataclass(frozen=True)
class ComparedRow:
    """One row that is compared. `expected`: debit positive, whole currency.

    `lines`: of ours, leaves only; `ranges`: of accounts, beside them. Both are empty for a row of
    an account, and for one that has no match.
    """

    row: int
    label: str
    account: str
    lines: tuple[str, ...]
    expected: Decimal
    ranges: tuple[str, ...] = ()
    is_sum: bool = False
    """It is a total among rows of accounts: what the statement leaves out it does not show."""


@dataclass(frozen=True)
class Figures:
    """One side of a year as the customer has it. `first`: of its movements, None for balances.

    `unit`: 1 or 1000. `is_by_account`: each account of the side is to be found in it.
    `has_both_sides`: a trial balance, whose accounts are of this side or of the other.
    """

    kind: StatementKind
    first: dt.date | None
    as_of: dt.date
    unit: int
    is_by_account: bool
    rows: tuple[ComparedRow, ...]
    has_both_sides: bool = False


def figures(
    statement: Statement, kind: StatementKind, lines: Sequence[OurLine], labels: Labels
) -> Figures | None:
    """Return what a statement says of one side; None when it says nothing of it, or of no time.

    Args:
        statement: As read. A trial balance speaks of both sides, by balances.
        kind: Which side.
        lines: Of the tenant's scheme, both statements.
        labels: What labels mean beyond the names of lines.
    """
    if statement.kind not in {Kind.TRIAL_BALANCE, Kind(kind)} or statement.period is None:
        return None
    is_by_account = any(line.account for line in statement.leaves)
    ours = LineNames(kind, lines, labels)
    rows = _by_account(statement, ours) if is_by_account else _ByLine(statement, ours).rows()
    return Figures(
        kind=kind,
        # A trial balance holds balances: its income accounts count from the year's first day.
        first=statement.period.start if statement.kind is Kind.INCOME_STATEMENT else None,
        as_of=statement.period.end,
        unit=statement.unit,
        is_by_account=is_by_account,
        rows=tuple(rows),
        has_both_sides=statement.kind is Kind.TRIAL_BALANCE,
    )


def _by_account(statement: Statement, ours: LineNames) -> Iterator[ComparedRow]:
    """Yield the rows of accounts, and what is computed of them as far as it does not add up.

    A total that its rows come to says nothing more. One whose label is not known cannot be held
    against the books; that it is off is remarked on.
    """
    by_row = {line.row: line for line in statement.lines}
    for line in statement.lines:
        if line.amount is None:
            continue
        account = line.ledger_account or line.account or ""
        lines = () if account else _computed(ours.find(line.label))
        if not line.is_total or (lines and _is_off(line, by_row, statement.unit)):
            amount, is_sum = line.amount.ledger, line.is_total
            yield ComparedRow(line.row, line.label, account, lines, amount, is_sum=is_sum)


def _is_off(line: Line, by_row: Mapping[int, Line], unit: int) -> bool:
    """Return whether a row is a total of other rows than those that are shown.

    In thousands each row and the total are off by up to half of one, which says nothing.
    """
    if not line.is_total or line.amount is None:
        return False
    parts = [by_row[part].amount for part in line.parts]
    added = sum((part.ledger for part in parts if part), Decimal(0))
    rounded = Decimal(unit * (len(parts) + 1)) / 2 if unit > 1 else Decimal(0)
    return abs(line.amount.ledger - added) > rounded


def _computed(parts: Parts) -> tuple[str, ...]:
    """Return what a row without an account is about among rows of accounts.

    What a program computes of an open year stands in no account; what is booked of the result has a
    row of its own.
    """
    named = tuple(part for part in parts.sure if not is_range(part))
    return (UNBOOKED,) if UNBOOKED in named and len(named) <= RESULT_LINES else named


class _ByLine:
    """The rows of one statement by lines, each matched with what it can be held against."""

    def __init__(self, statement: Statement, ours: LineNames) -> None:
        self._ours = ours
        self._statement = statement
        self._by_row = {line.row: line for line in statement.lines}
        self._above = {part: line.row for line in statement.lines for part in line.parts}
        self._totals = {row: self._totals_over(row) for row in self._by_row}
        self._found = self._consistent()
        self._found = {
            row: parts for row, parts in self._found.items() if not self._is_shared(row, parts)
        }

    def rows(self) -> Iterator[ComparedRow]:
        covering = [self._covering(line.row) for line in self._statement.leaves]
        unit = self._statement.unit
        is_off = {row for row in self._found if _is_off(self._by_row[row], self._by_row, unit)}
        chosen = sorted({*covering, *is_off})
        for row in chosen:
            line = self._by_row[row]
            if line.amount is None:
                continue
            parts = self._with_what_is_alone(row, chosen)
            lines = tuple(part for part in parts if not is_range(part))
            ranges = tuple(filter(is_range, parts))
            yield ComparedRow(line.row, line.label, "", lines, line.amount.ledger, ranges)

    def _totals_over(self, row: int) -> tuple[int, ...]:
        """Return the totals over a row, the nearest first."""
        found: list[int] = []
        while (row := self._above.get(row, 0)) and len(found) < MAX_LEVELS:
            found.append(row)
        return tuple(found)

    def _consistent(self) -> dict[int, Parts]:
        """Return what rows are about whose label fits into the totals over them."""
        found: dict[int, Parts] = {}
        for row in sorted(self._by_row, key=lambda row: len(self._totals[row])):
            parts = self._ours.find(self._by_row[row].label)
            homes = self._ours.homes(parts.sure)
            over = (found[total] for total in self._totals[row] if total in found)
            if parts and all(homes <= self._ours.homes(total.all) for total in over):
                found[row] = parts
        return found

    def _is_shared(self, row: int, parts: Parts) -> bool:
        """Return whether another line, or for a total another total, is about the same."""
        return any(
            not set(parts.sure).isdisjoint(other.sure)
            for place, other in self._found.items()
            if place != row
            and self._by_row[place].is_total == self._by_row[row].is_total
            and place not in self._totals[row]
            and row not in self._totals[place]
        )

    def _covering(self, row: int) -> int:
        """Return the row, or the nearest total over it, that can be held against ours."""
        rows = (row, *self._totals[row])
        return next((one for one in rows if one in self._found), row)

    def _with_what_is_alone(self, row: int, chosen: Iterable[int]) -> tuple[str, ...]:
        """Return what a row is about, with what it or a row under it has where no other has it."""
        under = [one for one in self._found if one == row or row in self._totals[one]]
        others = (one for one in chosen if one not in under and one in self._found)
        taken = {part for one in others for part in self._found[one].all}
        alone = [part for one in under for part in self._found[one].if_alone if part not in taken]
        return tuple(dict.fromkeys((*self._found.get(row, Parts()).sure, *alone)))
