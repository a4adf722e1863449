"""From all cells of a file to its statements, with what a person must know and decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ledger.statement import remarks, words
from ledger.statement.answers import NO_ANSWERS, Answers
from ledger.statement.cells import Reading, shown
from ledger.statement.context import Facts, context_of, facts_of
from ledger.statement.grid import Book, Sheet
from ledger.statement.lines import clean_label
from ledger.statement.notes import Notes
from ledger.statement.numbers import Notation, find_notation
from ledger.statement.refusals import StatementRefused
from ledger.statement.sections import Section, account_of, find_sections
from ledger.statement.shapes import has_figure, is_percent
from ledger.statement.statements import make_statement
from ledger.statement.tables import Table, find_tables
from ledger.statement.values import Place, Statement, StatementFile


def read_book(book: Book, answers: Answers = NO_ANSWERS) -> StatementFile:
    """Return every statement of a file.

    Hidden sheets and columns are never used. Where the file leaves something open, it is read with
    a default, and a `Question` says so, unless ``answers`` settles it.

    Raises:
        StatementRefused: There is no statement, no amount, or one that cannot be read.
    """
    notes = Notes()
    reading = _reading(book, answers, notes)
    visible = [sheet for sheet in book.sheets if not sheet.is_hidden]
    tables = [table for sheet in visible for table in find_tables(sheet, reading)]
    facts = facts_of(visible)
    statements = [made for table in tables for made in _statements(table, facts, answers, notes)]
    kept = _without_covers(statements)
    if not kept:
        _refuse(visible, tables)
    remarks.of_file(book, tables, kept, notes)
    return StatementFile(book.container, tuple(kept), *_of(kept, notes))


def _reading(book: Book, answers: Answers, notes: Notes) -> Reading:
    if answers.decimal_sign:
        return Reading(Notation(answers.decimal_sign))
    texts = (cell.text for sheet in book.sheets if not sheet.is_hidden for cell in sheet.cells())
    notation = find_notation(text for text in texts if words.unit_of([text]) == 1)
    if not notation.is_certain:
        notes.ask("decimal_sign", Place(), notation.decimal_sign)
    return Reading(notation)


def _statements(table: Table, facts: Facts, answers: Answers, notes: Notes) -> Iterator[Statement]:
    table = _without_key_figures(_without_samples(table, notes), notes)
    if not table.data_rows:
        return
    sections = [Section(table, answers.kind)] if answers.kind else find_sections(table)
    if not sections:
        notes.say("table_not_used", Place(table.sheet.name, table.data_rows[0]))
    for section in sections:
        context = context_of(section.table, facts, answers)
        if made := make_statement(section, context, notes):
            remarks.of_statement(made, section, notes)
            yield made


def _without_samples(table: Table, notes: Notes) -> Table:
    """Return a table without the rows that a template came with."""
    samples = [row for row in table.data_rows if words.SAMPLE_ROW.search(table.label(row))]
    if not samples:
        return table
    notes.say("sample_rows_left_out", Place(table.sheet.name, samples[0]), rows=samples)
    rows = tuple(row for row in table.data_rows if row not in samples)
    return replace(table, data_rows=rows)


def _without_key_figures(table: Table, notes: Notes) -> Table:
    """Return a table without the rows of ratios and counts."""
    rows = [row for row in (*table.data_rows, *table.headings) if _is_key_figure(table, row)]
    for row in rows:
        notes.say("row_not_of_the_books", Place(table.sheet.name, row), label=table.label(row))
    return replace(
        table,
        data_rows=tuple(row for row in table.data_rows if row not in rows),
        headings=tuple(row for row in table.headings if row not in rows),
    )


def _is_key_figure(table: Table, row: int) -> bool:
    """Return whether a row is a ratio: its label says so, or each of its figures is a percentage.

    An account is none, whatever its name.
    """
    if account_of(table, row):
        return False
    columns = [column for column in table.amount_columns if not table.is_of_percents(column)]
    cells = [cell for column in columns if (cell := table.sheet.rows[row].get(column))]
    figures = [cell for cell in cells if is_percent(cell) or has_figure(table.reading, cell)]
    is_named = words.KEY_FIGURES.search(clean_label(table.label(row)).casefold()) is not None
    return bool(figures) and (is_named or all(map(is_percent, figures)))


def _without_covers(statements: list[Statement]) -> list[Statement]:
    """Return the statements without tables of key figures, which add nothing up."""
    whole = [s for s in statements if any(line.is_total or line.account for line in s.lines)]
    return whole or statements


def _of(kept: list[Statement], notes: Notes) -> tuple[tuple, tuple]:  # type: ignore[type-arg]
    """Return the questions and remarks of the statements that are kept, and of the whole file."""
    sheets = {"", *(statement.sheet for statement in kept)}
    questions = tuple(q for q in notes.questions if q.place.sheet in sheets)
    file_codes = remarks.OF_OTHER_SHEETS
    kept_remarks = tuple(
        r for r in notes.remarks if r.place.sheet in sheets or r.code in file_codes
    )
    return questions, kept_remarks


def _refuse(visible: list[Sheet], tables: list[Table]) -> None:
    samples = [
        row
        for table in tables
        for row in table.data_rows
        if words.SAMPLE_ROW.search(table.label(row))
    ]
    if samples:
        raise StatementRefused("template_not_filled", rows=" and ".join(map(str, samples)))
    texts = [sheet.name for sheet in visible]
    texts += [shown(cell) for sheet in visible for cell in sheet.cells()]
    has_title = any(
        pattern.search(text.casefold()) for pattern in words.KINDS.values() for text in texts
    )
    raise StatementRefused("no_statement" if tables or not has_title else "no_rows")
