"""A statement as it was understood: its columns, lines, questions and remarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ledger.statement.grid import Container, letters
from ledger.statement.periods import Period


class Kind(StrEnum):
    """Which statement it is."""

    INCOME_STATEMENT = "income_statement"
    BALANCE_SHEET = "balance_sheet"
    TRIAL_BALANCE = "trial_balance"


class Role(StrEnum):
    """What a column of figures holds."""

    AMOUNT = "amount"
    CUMULATIVE = "cumulative"
    MONTH = "month"
    COMPARISON = "comparison"
    OPENING = "opening"
    MOVEMENT = "movement"
    DEBIT = "debit"
    CREDIT = "credit"
    BUDGET = "budget"
    FORECAST = "forecast"
    DIFFERENCE = "difference"
    PERCENT = "percent"
    QUANTITY = "quantity"
    NOTE = "note"
    UNKNOWN = "unknown"

    @property
    def is_of_books(self) -> bool:
        """Whether amounts of the books stand there, of this time or another."""
        return self in _OF_BOOKS

    @property
    def is_open(self) -> bool:
        """Whether a heading leaves open that the column is the statement's own."""
        return self in (Role.AMOUNT, Role.CUMULATIVE, Role.MONTH, Role.UNKNOWN)


_OF_BOOKS = frozenset(
    {
        Role.AMOUNT,
        Role.CUMULATIVE,
        Role.MONTH,
        Role.COMPARISON,
        Role.OPENING,
        Role.MOVEMENT,
        Role.DEBIT,
        Role.CREDIT,
    }
)


@dataclass(frozen=True)
class Column:
    """A column of figures. `use`: its amounts are those of the statement."""

    column: int
    header: str
    role: Role
    use: bool = False
    period: Period | None = None
    is_hidden: bool = False

    @property
    def letters(self) -> str:
        """Its name: ``B``."""
        return letters(self.column)


@dataclass(frozen=True)
class Amount:
    """An amount as printed (the statement's sign and unit) and as in the books (debit positive)."""

    statement: Decimal
    ledger: Decimal


@dataclass(frozen=True)
class Line:
    """One row with an amount.

    `account` is text as it stands in the file; `ledger_account` the same without the zeros it was
    padded with, when a person says so (`padded_accounts`). `is_total`: it adds up the rows
    `parts`, and is never to be counted with them. `level` counts the totals above it.
    """

    row: int
    label: str
    label_in_file: str
    account: str | None
    amount: Amount | None
    also: Mapping[int, Amount]
    is_total: bool = False
    is_hidden: bool = False
    level: int = 0
    parts: tuple[int, ...] = ()
    ledger_account: str | None = None


@dataclass(frozen=True)
class Place:
    """Where something was found; 0 and an empty sheet stand for the whole."""

    sheet: str = ""
    row: int = 0
    column: int = 0


@dataclass(frozen=True)
class Remark:
    """What must not pass in silence: a stable code with its values."""

    code: str
    place: Place = Place()
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """What a person must decide; `default` is the answer that the statement was read with."""

    code: str
    place: Place = Place()
    values: Mapping[str, object] = field(default_factory=dict)
    default: object = None


@dataclass(frozen=True)
class Statement:
    """One statement, in the order of its rows.

    `period` is the time of its amounts, a moment for balances; None when the file does not say.
    `sign` says which sign each side has as printed. `unit`: 1, 1000 or 1000000.
    """

    kind: Kind
    sheet: str
    columns: tuple[Column, ...]
    header_rows: tuple[int, ...]
    label_column: int
    account_column: int | None
    period: Period | None
    sign: Mapping[str, str]
    unit: int
    currency: str | None
    language: str
    company: str | None
    lines: tuple[Line, ...]

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns that its amounts come from: one, or debit and credit."""
        return tuple(column for column in self.columns if column.use)

    @property
    def leaves(self) -> tuple[Line, ...]:
        """The lines that are no total: added up, they are the statement."""
        return tuple(line for line in self.lines if not line.is_total)


@dataclass(frozen=True)
class StatementFile:
    """All that one file says."""

    container: Container
    statements: tuple[Statement, ...]
    questions: tuple[Question, ...]
    remarks: tuple[Remark, ...]
