"""Statements whose figures, units, days and cells are written as people and programs do."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from decimal import Decimal

from tests.statement_exports.books import Moment, Span, books
from tests.statement_exports.columns import BS, IS, TB
from tests.statement_exports.printing import (
    ENGLISH,
    FINNISH,
    PLAIN,
    Export,
    Form,
    Head,
    export,
    grid,
    reading,
    rows_for,
    stored,
    text_of,
)
from tests.statement_exports.rows import signed

FI, SV = books("fi"), books("sv")
Q, QEND, END = Span((2026, 1), (2026, 3)), Moment((2026, 3)), Moment((2026, 12))
INCOME = [Head(("1.1.-31.3.2026",), Q, "amount", True)]
SALDO = [Head(("Saldo 31.12.2026",), END, "amount", True)]
TOP = ["Esimerkki Oy", "Tuloslaskelma"]
TRIAL = Form(account_head="Tili", label_head="Nimi")
TRIAL_TOP = ["Esimerkki Oy", "Saldoluettelo"]

UNITS = {
    "luvut_tuhansina": "Luvut tuhansina euroina", "eur_1000": "EUR 1,000", "teur": "TEUR",
    "tkr": "Belopp i tkr", "eur_000": "EUR '000", "keur": "(kEUR)", "te": "(TE)",
    "tuhansia": "Tuhansia euroja", "1000_eur": "1000 EUR", "eur_thousand": "EUR thousand",
    "tusental_kronor": "Belopp i tusental kronor",
}  # fmt: skip
RANGES = {
    "dots": "1.2026 - 3.2026", "two_digits": "1.1.-31.3.26", "slash_two_digits": "1-3/26",
    "words": "tammi\u2013maaliskuu 2026", "quarter": "Q1/2026", "blank": "1-3 2026",
    "days_of_words": "1. tammikuuta \u2013 31. maaliskuuta 2026",
    "english": "1 Jan 2026 - 31 Mar 2026", "us_words": "January 1 - March 31, 2026",
    "iso": "2026-01-01 \u2013 2026-03-31", "t_o_m": "2026-01-01 t.o.m. 2026-03-31",
    "clock": "2026-01-01 00:00:00 - 2026-03-31 00:00:00", "slashes": "01/01/2026 - 31/03/2026",
    "to": "1.1.2026 to 31.3.2026", "months_dashed": "2026/01 - 2026/03",
    "year_first": "2026/1-3", "of_three_months": "3 kk 2026", "short_quarter": "Q1/26",
    "alkaen": "1.1.2026 alkaen 31.3.2026 asti",
    "saakka": "1.1.2026 \u2013 31.3.2026 saakka", "three_months": "3 kk 1-3/2026",
    "one_month_of_days": "1 jan - 31 mars 2026",
}  # fmt: skip
DAYS = {
    "partitive": "31. maaliskuuta 2026", "two_digits": "31.3.26", "per": "per 31.03.2026",
    "us": "03/31/2026", "us_words": "March 31, 2026", "english": "31st March 2026",
    "clock": "2026-03-31 00:00:00", "iso_slash": "2026/03/31", "month": "maaliskuu 2026",
    "dotted_month": "3.2026", "middle": "15.3.2026", "middle_in_words": "15 March 2026",
}  # fmt: skip


def exports():
    """Yield each name and file."""
    yield from _units()
    yield from _figures()
    yield from _cells()
    for name, text in RANGES.items():
        head = Head((text,), Q, "amount", True)
        yield f"range_{name}", export(IS, FI, [head], Form("xlsx"), titles=TOP)
    for name, text in DAYS.items():
        end = dt.date(2026, 3, 15 if "middle" in name else 31)
        head = Head((text,), QEND, "amount", True)
        made = export(BS, FI, [head], Form("xlsx"), titles=["Esimerkki Oy", "Tase"])
        yield f"day_{name}", replace(made, readings=(replace(made.readings[0], end=end),))
    for name, coding in (("utf_16_without_mark", "utf-16-be"), ("latin_9", "iso-8859-15")):
        form = Form(encoding=coding)
        yield name, export(IS, FI, INCOME, form, titles=[*TOP, "Luvut euroina"])


def _units():
    for name, words in UNITS.items():
        head = Head(
            ("1.1.-31.3.2026",), Q, "amount", True,
            make=lambda row, _: signed(row, row.value(Q), "natural", IS).scaleb(-3),
        )  # fmt: skip
        made = export(IS, FI, [head], Form("xlsx"), titles=[*TOP, words], asked={"unit_precision"})
        yield f"unit_{name}", replace(made, readings=(replace(made.readings[0], unit=1000),))
    heads, rows = [Head(("31.12.2026",), END, "amount", True)], rows_for(BS, FI)
    lines = grid(BS, rows, heads, Form(), ["Esimerkki Oy", "Tase, t\u20ac"])
    figures = [n for n, line in enumerate(lines, 1) if isinstance(line[-1], Decimal)]
    form = Form("xlsx", made={"formats": {f"B{n}": "#,##0," for n in figures}})
    said = frozenset({"unit_by_format"})
    yield (
        "scaled_by_its_format",
        Export(stored(lines, form), (reading(BS, rows, heads),), said=said),
    )
    name = ["TE-palvelut Oy", "Tuloslaskelma"]
    yield "company_named_like_a_unit", export(IS, FI, INCOME, Form("xlsx"), titles=name)


def _figures():
    swedish = ["Provbolaget AB", "Resultaträkning"]
    yield (
        "eur_at_the_figure",
        export(IS, FI, INCOME, Form(), titles=TOP, change=texts(lambda text: f"{text}EUR")),
    )
    yield (
        "kr_at_the_figure",
        export(IS, SV, INCOME, Form(), titles=swedish, change=texts(lambda text: f"{text}kr")),
    )
    yield (
        "side_at_the_figure",
        export(TB, FI, SALDO, TRIAL, titles=TRIAL_TOP, change=texts(by_side("K", "D"))),
    )
    yield (
        "cr_at_the_figure",
        export(
            TB,
            FI,
            SALDO,
            TRIAL,
            titles=["Trial balance"],
            change=texts(by_side("CR", "DR"), ENGLISH),
        ),
    )
    for name, number in {
        "hair_spaces_and_marks": ("\u200a", ",", "\u200e-{}"),
        "soft_hyphen": (" ", ",", "\u00ad{}"),
        "em_dash": (" ", ",", "\u2014{}"),
        "apostrophes": ("'", ".", "-{}"),
    }.items():
        yield name, export(IS, FI, INCOME, Form(number=number), titles=TOP)


def _cells():
    text = lambda line: [f'="{line[0]}"', *line[1:]] if str(line[0]).isdecimal() else line  # noqa: E731
    yield (
        "accounts_as_formulas",
        export(
            TB,
            FI,
            SALDO,
            TRIAL,
            titles=TRIAL_TOP,
            change=lambda lines: [text(line) for line in lines],
        ),
    )
    bare = replace(TRIAL, quoting=csv.QUOTE_NONE, quotechar="\x01")
    yield (
        "accounts_as_bare_formulas",
        export(
            TB,
            FI,
            SALDO,
            bare,
            titles=TRIAL_TOP,
            change=lambda lines: [text(line) for line in lines],
        ),
    )
    piped = export(IS, FI, INCOME, Form(delimiter="|", number=PLAIN), titles=TOP).content.replace(
        b"|", b","
    )
    yield "comma_in_amounts", Export(piped, refused="comma_in_amounts")
    for name, found in (("formula_as_text", "=B4+B5"), ("error_as_text", "#ARVO!")):
        made = export(
            IS, FI, INCOME, Form(), titles=TOP,
            change=lambda lines, found=found: [*lines[:8], [lines[8][0], found], *lines[9:]],
        )  # fmt: skip
        yield name, Export(made.content, refused="amount_unreadable")


def texts(change, number=FINNISH):
    """Return what writes each figure as a text of its own."""
    return lambda lines: [
        [change(text_of(c, number)) if isinstance(c, Decimal) else c for c in line]
        for line in lines
    ]


def by_side(credit, debit):
    """Return what writes a figure without its sign and with its side."""
    return lambda text: f"{text[1:]} {credit}" if text[0] == "-" else f"{text} {debit}"
