"""`tasma statements read`: what a customer's statement is understood to say, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from blocks.workbooks.limits import DEFAULT_LIMITS
from blocks.workbooks.reader import read_workbook
from flows.cli.app import AsJson, command
from flows.cli.files import there
from flows.cli.output import say, show_json, show_table
from flows.cli.statement_options import (
    AmountsOption,
    ColumnOption,
    DateOption,
    DecimalSign,
    KindOption,
    StartOption,
    StatementPath,
    answers_of,
)
from flows.cli.statement_rows import as_dict, rows_of
from ledger.statement import sentences
from ledger.statement.grid import Book
from ledger.statement.reader import read_book
from ledger.statement.sentences import time
from ledger.statement.values import Question, Remark, Statement, StatementFile


@command(
    "statements",
    "read",
    examples=(
        "tasma statements read tase-2026.xlsx --dry-run",
        "tasma statements read saldot.csv --dry-run --date 2026-12-31 --json",
        "tasma statements read tulos.csv --dry-run --amounts month",
    ),
)
def read(
    file: StatementPath,
    *,
    dry_run: Annotated[  # noqa: ARG001 - a reader never writes; the option says so
        bool, typer.Option("--dry-run", help="Say that nothing is to be written; nothing ever is.")
    ] = False,
    kind: KindOption = None,
    date: DateOption = "",
    start: StartOption = "",
    amounts: AmountsOption = None,
    decimal_sign: DecimalSign = None,
    column: ColumnOption = "",
    as_json: AsJson = False,
) -> None:
    """Read a statement and show what is understood beside the file's own rows.

    Options answer what the file leaves open; it says what was asked, and what it was read with.
    """
    answers = answers_of(kind, date, start, amounts, decimal_sign, column=column)
    book = _opened(file)
    _show(read_book(book, answers), book, as_json=as_json)


def _opened(path: Path) -> Book:
    with there(path).open("rb") as stream:
        # One byte more than the limit is enough to see that it is passed.
        return read_workbook(stream.read(DEFAULT_LIMITS.file_bytes + 1))


def _show(file: StatementFile, book: Book, *, as_json: bool) -> None:
    if as_json:
        show_json(as_dict(file))
        return
    for statement in file.statements:
        sheet = next(sheet for sheet in book.sheets if sheet.name == statement.sheet)
        named = " ".join(filter(None, (statement.sheet, statement.company)))
        title = f"{statement.kind.replace('_', ' ')}, {time(statement.period)}"
        headings = ("row", "in the file", "read as", "account", "amount", "in the books")
        show_table(headings, rows_of(statement, sheet), title=f"{title} ({named})", spare=headings)
        _show_columns(statement)
    _show_notes("Asked", file.questions)
    _show_notes("Noticed", file.remarks)


def _show_columns(statement: Statement) -> None:
    signs = ", ".join(f"{side} {sign}" for side, sign in statement.sign.items())
    say(f"Signs as printed: {signs}. Unit: {statement.unit:,} {statement.currency or ''}".rstrip())
    headings = ("column", "heading", "holds", "of", "used", "hidden")
    rows = [
        (c.letters, c.header, c.role.value, time(c.period), c.use, c.is_hidden)
        for c in statement.columns
    ]
    show_table(headings, rows, spare=("hidden",))
    say("")


def _show_notes(title: str, notes: tuple[Question, ...] | tuple[Remark, ...]) -> None:
    rows = [(sentences.where(note.place), note.code, sentences.say(note)) for note in notes]
    if rows:
        show_table(("where", "code", "what"), rows, title=title)
