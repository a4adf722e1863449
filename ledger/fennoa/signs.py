"""Which side of an account a single balance is on: Fennoa's documentation does not say.

Rows prove it: each has a balance before and after it, beside debit and credit. What no row proves
is decided by the sum of all opening balances, which is zero under the right reading alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger.fennoa.answers import amounts, movements
from ledger.money import MONEY, ZERO

CREDIT_SIDE: Final = ("2", "3")
"""First digits of liabilities, equity and income in the Finnish charts."""

Reading = Callable[[str], int]
"""Returns 1 for an account whose balance is debit positive, -1 for one that is credit positive."""

READINGS: Final[dict[str, Reading]] = {
    "natural": lambda account: -1 if account.startswith(CREDIT_SIDE) else 1,
    "debit": lambda _account: 1,
    "credit": lambda _account: -1,
}


class UnknownSide(Exception):
    """No reading fits, or nothing tells which."""


def find_reading(rows: pa.Table, opening: Mapping[str, Decimal]) -> str:
    """Return the name of the reading that rows and opening balances allow.

    Args:
        rows: `answers.ROWS`; rows without a balance before and after prove nothing.
        opening: Opening balances as they came, by account.

    Raises:
        UnknownSide: None fits, or nothing tells which one does.
    """
    proven = proven_sides(rows)
    fitting = [
        name
        for name, side in READINGS.items()
        if all(side(account) == sign for account, sign in proven.items())
    ]
    balanced = [name for name in fitting if signed_sum(opening, name) == ZERO]
    if not fitting or not (balanced or proven):
        raise UnknownSide
    return (balanced or fitting)[0]


def proven_sides(rows: pa.Table) -> dict[str, int]:
    """Return the side of each account of which all rows say the same.

    The two balances are those around each row, or, for programs that read the page otherwise,
    those around all rows of the account.
    """
    known = pa.table(
        {
            "account": rows["account"],
            "change": pc.subtract(amounts(rows["closing"]), amounts(rows["opening"])).cast(MONEY),
            "moved": movements(rows),
        }
    ).filter(pc.and_(pc.is_valid(rows["closing"]), pc.is_valid(rows["opening"])))
    summed = known.group_by("account").aggregate([("moved", "sum")])
    each = known.filter(pc.not_equal(known["moved"], pa.scalar(ZERO, MONEY)))
    whole = known.join(summed, "account").filter(
        pc.not_equal(pc.field("moved_sum"), pa.scalar(ZERO, MONEY))
    )
    by_row = _agreed(each["account"], each["change"], each["moved"])
    return {**_agreed(whole["account"], whole["change"], whole["moved_sum"]), **by_row}


def _agreed(
    account: pa.ChunkedArray, change: pa.ChunkedArray, moved: pa.ChunkedArray
) -> dict[str, int]:
    """Return 1 where all changes equal what moved, -1 where all are its opposite, by account."""
    counted = pa.table(
        {
            "account": account,
            "debit": pc.fill_null(pc.equal(change, moved.cast(MONEY)), False),
            "credit": pc.fill_null(pc.equal(change, pc.negate(moved).cast(MONEY)), False),
        }
    )
    grouped = counted.group_by("account").aggregate([("debit", "all"), ("credit", "all")])
    found = grouped.filter(pc.or_(grouped["debit_all"], grouped["credit_all"])).to_pylist()
    return {row["account"]: 1 if row["debit_all"] else -1 for row in found}


def signed_sum(opening: Mapping[str, Decimal], reading: str) -> Decimal:
    """Return the sum of the opening balances under a reading, debit positive."""
    side = READINGS[reading]
    return sum((side(account) * amount for account, amount in opening.items()), ZERO)
