"""Account numbers: in a column of their own, or before the name in one cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from ledger.statement import words
from ledger.statement.grid import Cell

LONGEST_NUMBER: Final = 8
NUMBER: Final = re.compile(r"\d{3,8}", re.ASCII)
BEFORE_NAME: Final = re.compile(r"(\d{3,8})[\s:.\u2013-]+(\S.*)", re.ASCII | re.DOTALL)
LEAST_SPLIT_SHARE: Final = 0.5
"""Of the labels that name no total which must begin with an account number."""
LEAST_ALIKE_SHARE: Final = 0.2
"""The same where the numbers are unlike each other and as long."""
LEAST_ALIKE: Final = 3
"""Numbers that must be so; two may be years."""


def account_text(cell: Cell | None) -> str | None:
    """Return the account number that a cell holds, text as it stands; None when it holds none."""
    if cell is None:
        return None
    text = f"{cell.value:f}" if isinstance(cell.value, Decimal) else cell.text
    return text if NUMBER.fullmatch(text) else None


def is_code(cell: Cell) -> bool:
    """Return whether a cell holds an account's number, or the shorter one of a class or group."""
    text = f"{cell.value:f}" if isinstance(cell.value, Decimal) else cell.text
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


def usual_length(accounts: Iterable[str | None]) -> int:
    """Return how many digits most accounts have."""
    counts = Counter(len(account) for account in accounts if account)
    return counts.most_common(1)[0][0] if counts else 0


def split_account(labels: Sequence[str]) -> bool:
    """Return whether labels begin with account numbers."""
    plain = [label for label in labels if not words.TOTALS.search(label.casefold())]
    split = [label for label in plain if BEFORE_NAME.fullmatch(label)]
    numbers = [found[1] for label in split if (found := BEFORE_NAME.fullmatch(label))]
    is_alike = len(set(map(len, numbers))) == 1 and len(set(numbers)) == len(numbers) >= LEAST_ALIKE
    share = LEAST_ALIKE_SHARE if is_alike else LEAST_SPLIT_SHARE
    return len(split) > 1 and len(split) >= share * len(plain)
