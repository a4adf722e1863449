"""A statement printed: its grid of cells, its bytes, and what a reader is to make of it."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from tests.made_workbooks.ods import make_ods
from tests.made_workbooks.sheet import Made
from tests.made_workbooks.xls import make_xls
from tests.made_workbooks.xlsx import make_xlsx
from tests.statement_exports.books import Moment, Span
from tests.statement_exports.rows import balance_rows, income_rows, signed, trial_rows

WORKBOOKS = {"xlsx": make_xlsx, "xls": make_xls, "ods": make_ods}
FINNISH, PLAIN, ENGLISH = (" ", ",", "-{}"), ("", ",", "-{}"), (",", ".", "-{}")


@dataclass(frozen=True)
class Head:
    """A column: the texts over it, what it holds, what it is to be read as.

    `time`: of the books' figures. `make(row, amount of the used column)`: of anything else.
    """

    texts: tuple
    time: Span | Moment | None = None
    role: str = ""
    use: bool = False
    make: Callable | None = None


@dataclass(frozen=True)
class Form:
    """How a program prints: see `grid` and `stored`."""

    container: str = "csv"
    number: tuple[str, str, str] = FINNISH
    delimiter: str = ";"
    encoding: str = "utf-8-sig"
    quoting: int = csv.QUOTE_MINIMAL
    quotechar: str = '"'
    newline: str = "\r\n"
    label_head: str = ""
    account_head: str = ""
    account_form: str = "column"
    """column, joined (with the name), own_line (in the label's column), none."""
    indent: str = ""
    signs: str = "natural"
    sheet: str = "Taul1"
    made: dict = field(default_factory=dict)
    """More of `Made`."""


@dataclass(frozen=True)
class Reading:
    """What one statement is to be read as. `rows`: label, account, amount debit positive, total."""

    kind: str
    start: dt.date | None
    end: dt.date | None
    rows: list
    roles: tuple = ()
    unit: int = 1


@dataclass(frozen=True)
class Export:
    """A file and all that is to be read of it; `asked` and `said` are codes, `refused` is one."""

    content: bytes
    readings: tuple = ()
    asked: frozenset = frozenset()
    said: frozenset = frozenset()
    refused: str = ""


def text_of(amount, number):
    """Write an amount as text."""
    thousands, sign, negative = number
    text = f"{abs(amount):,.2f}".replace(",", "T").replace(".", sign).replace("T", thousands)
    return negative.format(text) if amount < 0 else text


def rows_for(kind, books, **form):
    """Return the rows of a kind of statement."""
    if kind == "trial_balance":
        return trial_rows(books, form.get("only"))
    make = income_rows if kind == "income_statement" else balance_rows
    return make(books, **form)


def grid(kind, rows, heads, form, titles=()):
    """Return the cells of a sheet: titles, the heading's rows, then a line for each row."""
    lines = [list(title) if isinstance(title, (tuple, list)) else [title] for title in titles]
    lines += _heading(heads, form, any(row.account for row in rows))
    lines += [_line(kind, row, heads, form, any(r.account for r in rows)) for row in rows]
    return lines


def _heading(heads, form, has_accounts):
    depth = max((len(head.texts) for head in heads), default=0)
    lines = []
    for level in range(depth):
        is_last = level == depth - 1
        front = [form.label_head if is_last else None]
        if has_accounts and form.account_form == "column":
            front.insert(0, form.account_head if is_last else None)
        texts = [(None,) * (depth - len(head.texts)) + tuple(head.texts) for head in heads]
        lines.append([*front, *(text[level] for text in texts)])
    return lines


def _line(kind, row, heads, form, has_accounts):
    label = form.indent * row.depth + row.label
    front = [label]
    if has_accounts and form.account_form == "column":
        front = [row.account, label]
    elif has_accounts and form.account_form == "joined" and row.account:
        front = [f"{form.indent * row.depth}{row.account} {row.label}"]
    if row.value is None:
        return front
    used = next((head for head in heads if head.use), None)
    base = signed(row, row.value(used.time), form.signs, kind) if used else None
    return [*front, *(_figure(kind, row, head, form, base) for head in heads)]


def _figure(kind, row, head, form, base):
    if head.make:
        return head.make(row, base)
    return signed(row, row.value(head.time), form.signs, kind)


def stored(lines, form):
    """Return the bytes of a file that holds these lines."""
    if form.container in WORKBOOKS:
        cells = [[_number(cell) for cell in line] for line in lines]
        return WORKBOOKS[form.container](Made(form.sheet, cells, **form.made))
    stream = io.StringIO()
    writer = csv.writer(
        stream,
        delimiter=form.delimiter,
        quoting=form.quoting,
        quotechar=form.quotechar,
        lineterminator=form.newline,
    )
    writer.writerows([[_text(cell, form) for cell in line] for line in lines])
    return stream.getvalue().encode(form.encoding)


def _number(cell):
    return float(cell) if isinstance(cell, Decimal) else cell


def _text(cell, form):
    if isinstance(cell, Decimal):
        return text_of(cell, form.number)
    if isinstance(cell, dt.date):
        return f"{cell.day}.{cell.month}.{cell.year}"
    return "" if cell is None else str(cell)


def reading(kind, rows, heads, unit=1):
    """Return what the rows are to be read as, in the column that is used."""
    time = next(head.time for head in heads if head.use)
    start, end = days(time)
    figures = [row for row in rows if row.value is not None]
    return Reading(
        kind, start, end,
        [(row.label, row.account, row.value(time), row.is_total) for row in figures],
        tuple(head.role for head in heads),
        unit,
    )  # fmt: skip


def days(time):
    """Return the first and last day of a time; a moment has no first."""
    last = time.last if isinstance(time, Span) else time.month
    end = dt.date(*last, calendar.monthrange(*last)[1])
    return (dt.date(*time.first, 1) if isinstance(time, Span) else None), end


def export(
    kind, books, heads, form=None, *, titles=(), asked=(), said=(), change=None, **rows_form
):
    """Return a file of one statement.

    Args:
        kind: Of the statement.
        books: What it is printed from.
        heads: Its columns of figures.
        form: How it is printed.
        titles: Texts above it.
        asked: Codes of the questions that the file leaves open.
        said: Codes of the remarks that it needs.
        change: What a hand does to the lines before they are stored.
        rows_form: Of `income_rows` and `balance_rows`.
    """
    form = form or Form()
    rows = rows_for(kind, books, **rows_form)
    lines = grid(kind, rows, heads, form, titles)
    lines = change(lines) if change else lines
    return Export(
        stored(lines, form), (reading(kind, rows, heads),), frozenset(asked), frozenset(said)
    )
