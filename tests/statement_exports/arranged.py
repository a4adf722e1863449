"""Statements on several sheets, pages and levels, and rows among them that are no amounts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.made_workbooks.sheet import Made
from tests.made_workbooks.xlsx import make_xlsx
from tests.statement_exports.books import Moment, Span, books
from tests.statement_exports.columns import BS, IS, TB
from tests.statement_exports.printing import (
    Export,
    Form,
    Head,
    export,
    grid,
    reading,
    rows_for,
    stored,
)
from tests.statement_exports.spelled import INCOME, SALDO, TOP, TRIAL, TRIAL_TOP

FI = books("fi")
YEAR, END = Span((2026, 1), (2026, 12)), Moment((2026, 12))
BALANCE = [Head(("31.12.2026",), END, "amount", True)]
BEFORE = Span((2025, 1), (2025, 12))
TITLES = {IS: "Tuloslaskelma", BS: "Tase"}


def exports():
    """Yield each name and file."""
    yield from _sheets()
    yield from _rows()
    yield "hidden_accounts", export(
        TB, FI, SALDO, replace(TRIAL, container="xlsx", made={"hidden_columns": (1,)}),
        titles=TRIAL_TOP, said={"hidden_accounts"},
    )  # fmt: skip
    yield "both_in_one_table_with_accounts", both(accounts=True)
    yield "both_in_one_table", both(accounts=False)
    yield "pages", export(
        IS, FI, INCOME, Form(), titles=TOP, accounts=True, above=False,
        change=lambda lines: [
            *lines[:15], ["Esimerkki Oy", "", "Sivu 2"], ["Tuloslaskelma"], lines[2], *lines[15:]
        ],
    )  # fmt: skip
    yield "notes_column", export(
        IS, FI,
        [Head(("Liite",), make=lambda row, _: "2" if row.is_total else None, role="note"), *INCOME],
        Form(), titles=TOP,
    )  # fmt: skip
    yield "currency_under_the_heads", export(
        IS, FI,
        [Head(("2026", "EUR"), YEAR, "amount", True), Head(("2025", "EUR"), BEFORE, "comparison")],
        Form("xlsx"), titles=TOP,
    )  # fmt: skip
    yield "sep_line_and_pipe", export(IS, FI, INCOME, Form(delimiter="|"), titles=["sep=|", *TOP])
    yield (
        "levels_in_columns",
        export(IS, FI, INCOME, Form(), titles=TOP, accounts=True, change=stepped),
    )
    for name, heading in (("numbers_of_lines", "Rivi"), ("numbers_without_a_heading", None)):
        yield name, export(IS, FI, INCOME, Form("xlsx"), titles=TOP, change=numbered(heading))


def numbered(heading):
    """Return what puts the numbers of a layout's lines before its labels."""
    return lambda lines: [
        line if len(line) == 1 else [n * 10 if line[0] else heading, *line]
        for n, line in enumerate(lines, 11)
    ]


def _sheets():
    months = [Head((f"{m}/2026",), Span((2026, m), (2026, m)), "amount", True) for m in (1, 2)]
    made = sheets(("Tammi", IS, months[:1]), ("Helmi", IS, months[1:]))
    first, second = made.readings
    until_then = replace(second, start=first.start)  # as long as nobody has decided
    asked = frozenset({"movement_or_cumulative"})
    yield "months_on_sheets", replace(made, readings=(first, until_then), asked=asked)
    year = [Head(("1-12/2026",), YEAR, "amount", True)]
    yield "both_on_sheets", sheets(("Tulos", IS, year), ("Tase", BS, BALANCE))
    several = frozenset({"several_of_a_kind"})
    copies = sheets(("Tuloslaskelma", IS, INCOME), ("Tuloslaskelma (2)", IS, INCOME))
    yield "copy_of_a_sheet", replace(copies, asked=several)
    rows = rows_for(BS, FI)
    cut = next(n for n, row in enumerate(rows) if row.label == "Vastattavaa")
    halves = sheets(
        ("Vastaavaa", BS, BALANCE, rows[:cut]), ("Vastattavaa", BS, BALANCE, rows[cut:])
    )
    yield "sides_on_sheets", replace(halves, asked=several)


def _rows():
    result, end = "Liikevoitto (-tappio)", "Tilikauden voitto (tappio)"
    yield "ratio_as_a_figure", with_row("Liikevoitto-%", Decimal("12.30"), result)
    yield "ratio_as_text", with_row("Liikevoitto-%", "12,3 %", result)
    yield "ratio_by_its_format", with_row("Kannattavuus", 0.123, result, shape="0.0 %")
    yield "persons", with_row("Henkilöstö keskimäärin", Decimal(12), end)
    yield "check_of_zero", with_row("Tarkistus", Decimal("0.00"), end, is_line=True)
    yield "em_dash_for_zero", with_row("Valmistus omaan käyttöön", "\u2014", result, is_line=True)


def sheets(*parts):
    """Return a workbook with a statement on each sheet: its name, kind, columns, perhaps rows."""
    made, readings = [], []
    for name, kind, heads, *own in parts:
        rows = own[0] if own else rows_for(kind, FI)
        lines = grid(kind, rows, heads, Form(), ["Esimerkki Oy", TITLES[kind]])
        cells = [[float(c) if isinstance(c, Decimal) else c for c in line] for line in lines]
        made.append(Made(name, cells))
        readings.append(reading(kind, rows, heads))
    return Export(make_xlsx(*made), tuple(readings))


def both(*, accounts):
    """Return both statements in one table, under one heading."""
    year = [Head(("31.12.2026",), YEAR, "amount", True)]
    income, balance = (rows_for(kind, FI, accounts=accounts) for kind in (IS, BS))
    form = Form(account_form="joined")
    titles = ["Esimerkki Oy", "Tuloslaskelma ja tase 1.1.2026 - 31.12.2026"]
    lines = [*grid(IS, income, year, form, titles), [""], *grid(BS, balance, BALANCE, form)[1:]]
    readings = reading(IS, income, year), reading(BS, balance, BALANCE)
    return Export(stored(lines, form), readings)


def with_row(label, cell, after, *, shape="", is_line=False):
    """Return an income statement with one more row, which is no amount unless it is a line."""
    rows = rows_for(IS, FI)
    lines = grid(IS, rows, INCOME, Form(), TOP)
    at = next(n for n, line in enumerate(lines) if line[0] == after) + 1
    lines.insert(at, [label, cell])
    form = Form("xlsx", made={"formats": {f"B{at + 1}": shape}}) if shape else Form()
    read = reading(IS, rows, INCOME)
    if is_line:
        place = next(n for n, row in enumerate(read.rows) if row[0] == after) + 1
        read.rows.insert(place, (label, None, Decimal(0), False))
    said = frozenset() if is_line else frozenset({"row_not_of_the_books"})
    return Export(stored(lines, form), (read,), said=said)


def stepped(lines):
    """Put each level into a column of its own, accounts into the first."""
    out = []
    for line in lines:
        if len(line) == 1:
            out.append(line)
        elif line[0]:
            out.append(["", "", line[0], *line[1:]])
        else:
            out.append(["", line[1], "", "", *line[2:]])
    return out
