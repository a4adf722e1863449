"""Which sign each side of a statement has as printed, and so what its amounts are in the books."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.statement import words
from ledger.statement.values import Kind

LEDGER: Final = {"debit": "+", "credit": "-"}
INCOME_POSITIVE: Final = {"income": "+", "costs": "-"}
BOTH_POSITIVE: Final = {"income": "+", "costs": "+"}
BY_WORD: Final = {"debit": "+", "credit": "+"}
"""Both without a sign: a word behind the balance says which it is."""
SIDES_POSITIVE: Final = {"assets": "+", "equity_and_liabilities": "+"}


@dataclass(frozen=True)
class Printed:
    """A row as printed: its label in small letters, its account, its amount; totals say so."""

    label: str
    account: str | None
    amount: Decimal
    is_total: bool


@dataclass(frozen=True)
class Signs:
    """The signs of a statement; `factors` by row turn a printed amount into debit positive.

    `is_certain`: whether some row shows them.
    """

    printed: Mapping[str, str]
    factors: tuple[int, ...]
    is_certain: bool = True


def find_signs(
    kind: Kind, rows: Sequence[Printed], side_from: int, *, subtracts: bool = False
) -> Signs:
    """Return the signs that the rows show.

    Args:
        kind: Which statement.
        rows: All of its rows, in order.
        side_from: Place of the first row of equity and liabilities, len(rows) when there is none.
        subtracts: Whether the totals show that costs without a minus are subtracted.
    """
    if kind is Kind.INCOME_STATEMENT:
        return _of_income(rows, subtracts=subtracts)
    if kind is Kind.BALANCE_SHEET:
        return _of_balance(rows, side_from)
    return Signs(LEDGER, (1,) * len(rows))


def is_income(row: Printed) -> bool:
    """Return whether a row is of income: by its account's class, or by its label."""
    if row.account:
        return row.account.lstrip("0").startswith("3")
    return bool(words.INCOME_LINES.match(row.label))


def is_cost(row: Printed) -> bool:
    """Return whether a row is of costs: by its account's class, or by its label."""
    if row.account:
        return row.account.lstrip("0")[:1] in tuple("4567")
    return bool(words.COST_LINES.match(row.label)) and not words.INCOME_LINES.match(row.label)


def is_subtracted(row: Printed) -> bool:
    """Return whether a row is subtracted where costs are printed without a minus."""
    if row.account:
        return not is_income(row) and not words.INCOME_LINES.match(row.label)
    label = words.TOTALS.sub("", row.label).strip()
    if words.INCOME_LINES.match(label) or words.RESULTS.match(label):
        return False
    return bool(words.COST_LINES.match(label)) or not words.ADDED_LINES.search(label)


def _of_income(rows: Sequence[Printed], *, subtracts: bool) -> Signs:
    income = _sum(rows, is_income)
    costs = _sum(rows, is_cost)
    is_certain = bool(income or costs)
    if income < 0 or (not income and costs > 0):
        return Signs(LEDGER, (1,) * len(rows), is_certain)
    if subtracts or (income > 0 and costs > 0):
        factors = tuple(1 if is_subtracted(row) else -1 for row in rows)
        return Signs(BOTH_POSITIVE, factors, is_certain)
    return Signs(INCOME_POSITIVE, (-1,) * len(rows), is_certain)


def _of_balance(rows: Sequence[Printed], side_from: int) -> Signs:
    accounts = [row.account for row in rows if row.account]
    side = [row.amount for row in rows[side_from:] if not row.is_total]
    credit = sum(side, Decimal(0))
    if credit < 0:
        return Signs(LEDGER, (1,) * len(rows))
    assets = sum((row.amount for row in rows[:side_from] if not row.is_total), Decimal(0))
    factors = (1,) * side_from + (-1,) * (len(rows) - side_from)
    is_certain = bool(credit) or (not side and bool(assets) and not accounts)
    return Signs(SIDES_POSITIVE, factors, is_certain)


def _sum(rows: Sequence[Printed], is_wanted: Callable[[Printed], bool]) -> Decimal:
    wanted = [row.amount for row in rows if is_wanted(row) and not row.is_total]
    wanted = wanted or [row.amount for row in rows if is_wanted(row)]
    return sum(wanted, Decimal(0))
