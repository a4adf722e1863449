"""Which statement a table is, and where one table holds two without a heading between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ledger.statement import words
from ledger.statement.accounts import BEFORE_NAME, account_text
from ledger.statement.tables import Table
from ledger.statement.values import Kind

LEAST_LINES: Final = 2
"""Lines with the words of a layout that make a table without a title a statement."""


@dataclass(frozen=True)
class Section:
    """A table, or the part of one, that is one statement."""

    table: Table
    kind: Kind


def find_sections(table: Table) -> list[Section]:
    """Return the statements of a table; none when nothing says that it is one."""
    titles = [text for _, text in table.titles]
    labels = [table.header(table.label_column), table.sheet.name, *table.headers]
    named = words.kind_of(labels) or words.kind_of([*titles, *labels])
    if words.kind_of(titles) is Kind.TRIAL_BALANCE:
        named = Kind.TRIAL_BALANCE  # whose columns may be called an opening and a closing balance
    if not named and _has_accounts(table) and len(parts := _split(table)) > 1:
        return parts
    if named is Kind.TRIAL_BALANCE or _has_accounts(table):
        kind = named or _kind_by_accounts(table)
        return [Section(table, kind)] if kind else []
    parts = _split(table)
    if len(parts) > 1:
        return parts
    kind = named or _kind_by_lines(table)
    return [Section(table, kind)] if kind else []


def accounts_of(table: Table) -> list[str | None]:
    """Return the account of each row with a figure, as it stands in the file."""
    return [account_of(table, row) for row in table.data_rows]


def account_of(table: Table, row: int) -> str | None:
    """Return the account of a row; None when it has none."""
    if table.account_column is not None:
        return account_text(table.sheet.rows[row].get(table.account_column))
    if table.splits_accounts and (found := BEFORE_NAME.fullmatch(table.label(row))):
        return found[1]
    return None


def _has_accounts(table: Table) -> bool:
    return table.splits_accounts or table.account_column is not None


def _kind_by_accounts(table: Table) -> Kind | None:
    """Return the kind that the classes of the accounts make: 1 and 2 are of the balance sheet."""
    classes = {account.lstrip("0")[:1] for account in accounts_of(table) if account}
    if not classes:
        return _kind_by_lines(table)
    if classes <= {"1", "2"}:
        return Kind.BALANCE_SHEET
    return Kind.TRIAL_BALANCE if classes & {"1", "2"} else Kind.INCOME_STATEMENT


def _kind_by_lines(table: Table) -> Kind | None:
    labels = _labels(table)
    income = sum(
        bool(words.INCOME_LINES.match(label) or words.COST_LINES.match(label)) for label in labels
    )
    balance = sum(bool(words.BALANCE_LINES.match(label)) for label in labels)
    if max(income, balance) < LEAST_LINES or income == balance:
        return None
    return Kind.INCOME_STATEMENT if income > balance else Kind.BALANCE_SHEET


def _labels(table: Table) -> list[str]:
    rows = sorted((*table.data_rows, *table.headings))
    return [words.bare(table.label(row)) for row in rows]


def _split(table: Table) -> list[Section]:
    """Return the parts of a table that begin with the first line of another layout."""
    cuts: list[tuple[int, Kind]] = []
    for row in sorted((*table.data_rows, *table.headings)):
        kind = _begins(words.bare(table.label(row)))
        if kind and (not cuts or cuts[-1][1] is not kind):
            cuts.append((row, kind))
    if len(cuts) < 2:
        return []
    cuts[0] = (0, cuts[0][1])
    ends = [row for row, _ in cuts[1:]] + [table.data_rows[-1] + 1]
    parts = [
        Section(_cut(table, row, end), kind) for (row, kind), end in zip(cuts, ends, strict=True)
    ]
    return _whole_only(parts)


def _begins(label: str) -> Kind | None:
    return next((kind for kind, start in words.STARTS.items() if start.fullmatch(label)), None)


def _cut(table: Table, start: int, end: int) -> Table:
    return replace(
        table,
        data_rows=tuple(row for row in table.data_rows if start <= row < end),
        headings=tuple(row for row in table.headings if start <= row < end),
    )


def _whole_only(parts: Sequence[Section]) -> list[Section]:
    """Return the parts when each is a statement of its own, else none."""
    is_whole = all(len(part.table.data_rows) > LEAST_LINES for part in parts)
    return list(parts) if is_whole and len({part.kind for part in parts}) == len(parts) else []
