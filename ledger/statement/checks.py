"""What a statement's own figures contradict: totals that are off, sides that differ."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ledger.statement import words
from ledger.statement.lines import RawLine
from ledger.statement.notes import Notes
from ledger.statement.rows import Totals
from ledger.statement.values import Column, Place, Role

ZERO: Final = Decimal(0)


def check_totals(
    sheet: str,
    lines: Sequence[RawLine],
    totals: Totals,
    notes: Notes,
    *,
    factors: Sequence[int],
    is_rounded: bool,
) -> None:
    """Name each total that its parts do not add up to, in each column.

    Args:
        sheet: Name of the sheet.
        lines: All lines.
        totals: Which of them add up others.
        notes: Where it is named.
        factors: By line, -1 when it is subtracted where it is a part, else 1.
        is_rounded: Whether figures are rounded, so that a total may be off by that.
    """
    for total, parts in sorted(totals.parts.items()):
        for column, printed in lines[total].amounts.items() if parts else ():
            added = factors[total] * sum(
                (factors[part] * lines[part].amounts.get(column, ZERO) for part in parts), ZERO
            )
            if added != printed:
                code = (
                    "total_rounded" if is_rounded and total not in totals.off else "total_differs"
                )
                notes.say(
                    code,
                    Place(sheet, lines[total].row, column),
                    printed=printed,
                    parts=added,
                    rows=[lines[part].row for part in parts],
                    **_difference(added - printed),
                )


def check_roll_forward(
    sheet: str, lines: Sequence[RawLine], columns: Sequence[Column], notes: Notes
) -> None:
    """Name each account whose opening balance and movements are not its closing balance."""
    roles = {column.role: column.column for column in columns if not column.is_hidden}
    moved = [role for role in (Role.MOVEMENT, Role.DEBIT, Role.CREDIT) if role in roles]
    if not moved or Role.OPENING not in roles or Role.AMOUNT not in roles:
        return
    for line in lines:
        opening = line.amounts.get(roles[Role.OPENING], ZERO)
        movement = sum((_signed(role, line.amounts.get(roles[role], ZERO)) for role in moved), ZERO)
        closing = line.amounts.get(roles[Role.AMOUNT], ZERO)
        if opening + movement != closing:
            place = Place(sheet, line.row, roles[Role.AMOUNT])
            difference = _difference(closing - opening - movement)
            notes.say("roll_forward_differs", place, line=line.account or line.label, **difference)


def check_sides(
    sheet: str,
    sides: tuple[Sequence[RawLine], Sequence[RawLine]],
    columns: Sequence[Column],
    notes: Notes,
) -> None:
    """Name the columns in which assets are not equity and liabilities.

    A computed result printed below them is what they differ by in an open year.

    Args:
        sheet: Name of the sheet.
        sides: The lines of each side that are part of no total.
        columns: Every column of figures.
        notes: Where it is named.
    """
    if not all(sides) or _has_computed_result(sides[1]):
        return
    for column in (c for c in columns if c.role in (Role.AMOUNT, Role.COMPARISON, Role.OPENING)):
        assets, others = (_added(lines, column) for lines in sides)
        if abs(assets) != abs(others):
            notes.say(
                "sides_differ",
                Place(sheet, 0, column.column),
                assets=assets,
                equity_and_liabilities=others,
                difference=abs(assets) - abs(others),
            )


def check_trial_balance(
    sheet: str, leaves: Sequence[RawLine], columns: Sequence[Column], notes: Notes
) -> None:
    """Name a trial balance whose accounts do not add up to zero."""
    used = [column for column in columns if column.use]
    added = sum((_signed(c.role, _added(leaves, c)) for c in used), ZERO)
    if used and added:
        notes.say("trial_balance_not_zero", Place(sheet, 0, used[0].column), sum=added)


def _signed(role: Role, amount: Decimal) -> Decimal:
    return -abs(amount) if role is Role.CREDIT else amount


def _added(lines: Sequence[RawLine], column: Column) -> Decimal:
    return sum((line.amounts.get(column.column, ZERO) for line in lines), ZERO)


def _has_computed_result(lines: Sequence[RawLine]) -> bool:
    return any(words.COMPUTED_RESULT.search(words.bare(line.label)) for line in lines)


def _difference(amount: Decimal) -> dict[str, object]:
    """Say a difference, and whether two digits that changed places would make it."""
    units = amount.scaleb(2)
    return {"difference": amount, "digits_may_be_swapped": bool(amount) and units % 9 == 0}
