"""One row of a customer's statement beside the books: what a page shows of the comparison."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ledger.onboarding import StatementKind


@dataclass(frozen=True)
class ComparedLine:
    """A row of theirs, or a line or an account of ours that they leave out (`row` 0).

    Amounts are in the unit's currency, debit positive; `actual` is None where ours has no such
    account or line. `detail`: what differs and perhaps why; empty where the two agree. `accounts`:
    ours in it that have an amount, with it.
    """

    kind: StatementKind
    row: int
    label: str
    account: str
    expected: Decimal
    actual: Decimal | None
    detail: str = ""
    accounts: tuple[tuple[str, Decimal], ...] = ()

    @property
    def difference(self) -> Decimal:
        """Ours less theirs."""
        return (self.actual or Decimal(0)) - self.expected

    @property
    def differs(self) -> bool:
        """Whether it keeps a first transfer from being published."""
        return bool(self.detail)
