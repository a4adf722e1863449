"""What must be said of a file beside its amounts: what is hidden, left out, mixed or assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ledger.statement import words
from ledger.statement.accounts import account_text
from ledger.statement.cells import is_time_number
from ledger.statement.context import unit_by_format
from ledger.statement.grid import Book, Cell, letters
from ledger.statement.notes import Notes
from ledger.statement.sections import Section, find_sections
from ledger.statement.tables import Table, find_tables
from ledger.statement.values import Kind, Place, Role, Statement

OF_OTHER_SHEETS: Final = frozenset({"hidden_sheet_not_used", "sheet_not_used"})
"""Remarks on sheets from which nothing is taken."""
LEAST_LINES: Final = 5
"""Lines without a zero that say that a program leaves zeros out."""
PADDED_SHARE: Final = 0.5
"""Of the accounts that begin with a zero."""


def of_file(book: Book, tables: Sequence[Table], kept: Sequence[Statement], notes: Notes) -> None:
    """Name the sheets that are not used, and statements that come twice."""
    used = {statement.sheet for statement in kept}
    for sheet in book.sheets:
        if sheet.is_hidden:
            reading = tables[0].reading
            kinds = [s.kind for t in find_tables(sheet, reading) for s in find_sections(t)]
            notes.say("hidden_sheet_not_used", Place(sheet.name), statements=kinds)
        elif sheet.name not in used:
            notes.say("sheet_not_used", Place(sheet.name))
    if book.container.quotes_irregular:
        notes.say("quotes_irregular", Place())
    for kind in Kind:
        alike = [s for s in kept if s.kind is kind]
        if len(alike) > len({s.period for s in alike}):
            sheets = [s.sheet for s in alike]
            notes.ask("several_of_a_kind", Place(), None, kind=kind, sheets=sheets)
    for sheet in book.sheets:
        starts = [(s.kind, s.lines[0].row) for s in kept if s.sheet == sheet.name]
        if len(starts) > 1:
            notes.say("statements_share_a_sheet", Place(sheet.name), first_rows=dict(starts))


def of_statement(statement: Statement, section: Section, notes: Notes) -> None:
    """Name what a reader of a statement must know of its columns, rows and cells."""
    table = section.table
    place = Place(statement.sheet)
    if table.titles and statement.header_rows:
        rows = statement.header_rows[0] - table.titles[0][0]
        notes.say("title_rows", place, rows=rows)
    _columns(statement, notes)
    if table.account_column in table.sheet.hidden_columns:
        notes.say("hidden_accounts", Place(statement.sheet, 0, table.account_column or 0))
    _cells(statement, table, notes)
    if unit_by_format(table) > 1 and words.unit_of(table.heads) > 1:
        notes.say("unit_by_format", place, unit=words.unit_of(table.heads))
    if statement.unit > 1:
        notes.say("unit", place, unit=statement.unit)
        notes.ask("unit_precision", place, None, unit=statement.unit, per_line=statement.unit // 2)
    _zero_lines(statement, notes)
    for line in statement.lines:
        if not line.label and not line.account:
            notes.say("line_without_label", Place(statement.sheet, line.row))


def _columns(statement: Statement, notes: Notes) -> None:
    for column in statement.columns:
        place = Place(statement.sheet, 0, column.column)
        if column.is_hidden:
            notes.say("hidden_column", place, header=column.header, role=column.role)
        if not column.role.is_of_books:
            notes.say("column_not_of_the_books", place, header=column.header, role=column.role)
        if column.role is Role.COMPARISON:
            notes.say("comparison_column", place, header=column.header, period=column.period)
    months = [c.letters for c in statement.columns if c.role is Role.MONTH and not c.use]
    if months and statement.used:
        place = Place(statement.sheet, 0, statement.used[0].column)
        used = [column.letters for column in statement.used]
        notes.say("months_and_cumulative", place, months=months, used=used)


def _cells(statement: Statement, table: Table, notes: Notes) -> None:
    serials = [
        f"{letters(column)}{row}"
        for row in table.header_rows
        for column in table.amount_columns
        if (cell := table.sheet.rows.get(row, {}).get(column))
        and isinstance(cell.value, Decimal)
        and is_time_number(cell)
    ]
    if serials:
        notes.say("time_as_number", Place(statement.sheet, table.header_rows[-1]), cells=serials)
    if table.account_column is not None:
        accounts = [table.sheet.rows[r].get(table.account_column) for r in table.data_rows]
        _mixed("account_cells_mixed", [c for c in accounts if account_text(c)], statement, notes)
        _padded(statement, notes)
        _repeated(statement, notes)
    for column in statement.used:
        cells = [table.sheet.rows[row].get(column.column) for row in table.data_rows]
        _mixed("amount_cells_mixed", cells, statement, notes)


def _mixed(code: str, cells: Sequence[Cell | None], statement: Statement, notes: Notes) -> None:
    """Name the cells of a column that are stored otherwise than most: numbers or texts."""
    numbers = [c.place for c in cells if c and isinstance(c.value, Decimal)]
    texts = [c.place for c in cells if c and isinstance(c.value, str)]
    if numbers and texts:
        few, kind = min((numbers, "numbers"), (texts, "texts"), key=lambda found: len(found[0]))
        notes.say(code, Place(statement.sheet), cells=few, are=kind)


def _padded(statement: Statement, notes: Notes) -> None:
    accounts = [line.account for line in statement.lines if line.account]
    padded = [account for account in accounts if account.startswith("0")]
    if padded and len(padded) >= PADDED_SHARE * len(accounts):
        bare = {line.ledger_account for line in statement.lines if line.account}
        is_safe = not any(account and account.startswith("0") for account in bare)
        place = Place(statement.sheet, 0, statement.account_column or 0)
        notes.ask("padded_accounts", place, "without_zeros" if is_safe else "as_they_stand",
                  count=len(padded), example=padded[0])  # fmt: skip


def _repeated(statement: Statement, notes: Notes) -> None:
    counts = Counter(line.account for line in statement.lines if line.account)
    accounts = sorted(account for account, count in counts.items() if count > 1)
    if accounts:
        notes.say("account_repeated", Place(statement.sheet), accounts=accounts)


def _zero_lines(statement: Statement, notes: Notes) -> None:
    amounts = [line.amount.statement for line in statement.lines if line.amount]
    has_accounts = any(line.account for line in statement.lines)
    if len(amounts) >= LEAST_LINES and all(amounts) and not has_accounts:
        notes.say("no_line_of_zero", Place(statement.sheet))
