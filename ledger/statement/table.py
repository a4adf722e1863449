"""Statements as a table: a row for each line and column of the books, to compare in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa

from ledger.money import MONEY
from ledger.statement.values import Amount, Column, Line, Role, Statement

PRINTED: Final = pa.decimal128(24, 8)
"""An amount in the statement's own unit: millions have eight decimals until they are cents."""

STATEMENT_LINE: Final = pa.schema(
    [
        pa.field("statement_kind", pa.string(), nullable=False),
        pa.field("sheet", pa.string(), nullable=False),
        pa.field("source_row", pa.int32(), nullable=False),
        pa.field("source_column", pa.string(), nullable=False),
        pa.field("column_role", pa.string(), nullable=False),
        pa.field("is_used", pa.bool_(), nullable=False),
        pa.field("period_start", pa.date32()),
        pa.field("period_end", pa.date32()),
        pa.field("label", pa.string(), nullable=False),
        pa.field("account_number", pa.string()),
        pa.field("account_without_zeros", pa.string()),
        pa.field("level", pa.int32(), nullable=False),
        pa.field("is_total", pa.bool_(), nullable=False),
        pa.field("is_hidden", pa.bool_(), nullable=False),
        pa.field("printed_amount", PRINTED),
        pa.field("amount", MONEY),
    ]
)
"""`amount`: debit positive, in whole currency; `printed_amount`: sign and unit of the statement.

`source_row` and `source_column` lead back to the cell; of debit and credit together it is the first
of both columns. `is_used` marks the amounts of the statement; to add them up, leave out `is_total`.
"""


def to_arrow(statements: Sequence[Statement]) -> pa.Table:
    """Return the amounts of statements as rows of `STATEMENT_LINE`, in their order."""
    rows = [row for statement in statements for row in _rows(statement)]
    return pa.Table.from_pylist(rows, STATEMENT_LINE)


def _rows(statement: Statement) -> Iterator[dict[str, object]]:
    columns = {column.column: column for column in statement.columns}
    for line in statement.lines:
        if line.amount and statement.used:
            yield _row(statement, line, statement.used[0], line.amount, is_used=True)
        for column, amount in line.also.items():
            yield _row(statement, line, columns[column], amount, is_used=False)


def _row(
    statement: Statement, line: Line, column: Column, amount: Amount, *, is_used: bool
) -> dict[str, object]:
    role = Role.AMOUNT if is_used and len(statement.used) > 1 else column.role
    period = statement.period if is_used else column.period
    return {
        "statement_kind": statement.kind.value,
        "sheet": statement.sheet,
        "source_row": line.row,
        "source_column": column.letters,
        "column_role": role.value,
        "is_used": is_used,
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
        "label": line.label,
        "account_number": line.account,
        "account_without_zeros": line.ledger_account,
        "level": line.level,
        "is_total": line.is_total,
        "is_hidden": line.is_hidden,
        "printed_amount": round(amount.statement, PRINTED.scale),
        "amount": round(amount.ledger, MONEY.scale),
    }
