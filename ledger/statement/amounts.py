"""Amounts and accounts of lines, as printed and as in the books."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ledger.statement.lines import RawLine
from ledger.statement.values import Amount, Column, Role


def amount_of(line: RawLine, used: Sequence[Column], factor: int, unit: int) -> Amount | None:
    """Return the amount of a line; of debit and credit, what they come to."""
    found = [amount_in(line, c, factor, unit) for c in used if c.column in line.amounts]
    if len(used) == 1 or not found:
        return found[0] if found else None
    ledger = sum((amount.ledger for amount in found), Decimal(0))
    return Amount(ledger / unit, ledger)


def amount_in(line: RawLine, column: Column, factor: int, unit: int) -> Amount:
    """Return what a line has in one column; credits are negative in the books."""
    amount = line.amounts[column.column]
    is_credit = column.role is Role.CREDIT
    ledger = -abs(amount) if is_credit else amount * factor
    printed = -amount if column.column in line.credits else amount
    return Amount(printed + 0, round(ledger * unit, 2) + 0)


def unpadded(accounts: Sequence[str | None]) -> list[str | None]:
    """Return accounts without the zeros that some are padded with, when none becomes another."""
    bare = {account: account.lstrip("0") for account in accounts if account}
    is_safe = len(set(bare.values())) == len(bare)
    return [bare[account] if account and is_safe else account for account in accounts]
