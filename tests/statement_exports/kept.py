"""Statements as people keep them in spreadsheets: headings, gaps, levels and rounding."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from tests.made_workbooks.sheet import Made
from tests.made_workbooks.xlsx import make_xlsx
from tests.statement_exports.books import Span, books
from tests.statement_exports.columns import (
    BS,
    END,
    END25,
    IS,
    Q25,
    TB,
    YEAR,
    YEAR25,
    M,
    Q,
    before,
    budget,
    cumulative,
    month,
    percent,
    used,
)  # fmt: skip
from tests.statement_exports.finnish import TRIAL
from tests.statement_exports.printing import Export, Form, Head, export, grid, reading, rows_for
from tests.statement_exports.rows import signed

FI, SV, LOSS = books("fi"), books("sv"), books("fi", 11)
TOP, SWEDISH = ["Esimerkki Oy", "Tuloslaskelma"], ["Provbolaget AB", "Resultaträkning"]
MONTHS = [Span((2026, n), (2026, n)) for n in (1, 2, 3)]
QUARTERS = [Span((2026, n), (2026, n + 2)) for n in (1, 4, 7, 10)]
XLSX = Form("xlsx")
ASKS_START = {"asked": {"period_start"}}


def exports():
    """Yield each name and file."""
    yield from _times()
    yield from _words()
    yield from _places()
    yield from _figures()


def income(heads, form=XLSX, books=FI, titles=TOP, **more):
    """Return an income statement."""
    return export(IS, books, heads, form, titles=titles, **more)


def balance(heads, form=XLSX, books=FI, **more):
    """Return a balance sheet."""
    return export(BS, books, heads, form, titles=["Esimerkki Oy", "Tase"], **more)


def _times():
    heads = [month(time, f"Q{n} 2026") for n, time in enumerate(QUARTERS, 1)]
    yield "quarters_and_sum", income([*heads, cumulative(YEAR, "Yhteensä")])
    half = cumulative(Span((2026, 1), (2026, 6)), "1-6/2026")
    heads = [month(QUARTERS[0], "1-3/2026"), month(QUARTERS[1], "4-6/2026"), half]
    yield "quarters_and_half_year", income(heads)
    for day in (1, 28):
        heads = [month(t, dt.date(2026, n, day)) for n, t in enumerate(MONTHS, 1)]
        form = Form("xlsx", made={"formats": {f"{column}3": "mmm\\ yy" for column in "BCD"}})
        yield f"day_{day}_shown_as_months", income([*heads, cumulative(Q, "Yhteensä")], form)
    heads = [before(Span((2025, n), (2025, n)), f"{n}/2025") for n in range(1, 13)]
    heads += [before(YEAR25, "2025 yht.")]
    heads += [month(Span((2026, n), (2026, n)), f"{n}/2026") for n in range(1, 13)]
    yield "months_of_two_years", income([*heads, cumulative(YEAR, "2026 yht.")])
    heads = [
        used(YEAR, "Tilikausi", "1.1.-31.12.2026"),
        before(YEAR25, "Edellinen tilikausi", "1.1.-31.12.2025"),
    ]
    yield "fiscal_years_over_days", income(heads, Form())
    title = ["Esimerkki Oy", "Tase 31.12.2026"]
    yield "no_heads_but_a_title", export(BS, FI, [Head((), END, "amount", True)], titles=title)
    yield "cells_of_days_ods", balance([used(END, dt.date(2026, 12, 31))], Form("ods"))


def _words():
    earlier = before(Span((2024, 1), (2024, 12)), "TP 2024")
    yield "closed_and_planned", income([earlier, used(YEAR25, "TP 2025"), budget("TA 2026")])
    heads = [before(YEAR25, "Bokslut 2025"), used(YEAR, "Utfall 2026"), budget("Budget 2026")]
    yield "bokslut_and_utfall", income(heads, books=SV, titles=SWEDISH)
    heads = [month(M, "Kuluva kk"), cumulative(Q, "Kuluva vuosi"), before(Q25, "Edellinen vuosi")]
    title = ["Esimerkki Oy", "Tuloslaskelma maaliskuu 2026"]
    yield "this_month_and_this_year", income(heads, titles=title, **ASKS_START)
    heads = [
        month(M, "Denna period"), cumulative(Q, "Året hittills"), before(Q25, "Föregående år")
    ]  # fmt: skip
    title = ["Provbolaget AB", "Resultatrapport mars 2026"]
    yield "period_and_year_so_far", income(heads, books=SV, titles=title, **ASKS_START)
    heads = [month(M, "Month"), cumulative(Q, "YTD"), before(Q25, "YTD LY")]
    title = ["Example Ltd", "Income statement March 2026"]
    yield "month_and_ytd", income(heads, titles=title, language="en", **ASKS_START)
    title = [*TOP, "Kausi 3/2026", "Tilikausi 1.1.2026-31.12.2026"]
    yield "cumulative_first", income([cumulative(Q, "Kertymä"), month(M, "Kausi")], titles=title)
    heads = [used(END, "Saldo"), before(END25, "Saldo ed. vuosi")]
    title = ["Esimerkki Oy", "Tilien saldot 31.12.2026"]
    yield "balance_and_last_years", export(TB, FI, heads, Form(**TRIAL), titles=title)
    yield (
        "years_with_shares",
        income([before(YEAR25, "2025"), used(YEAR, "2026"), percent("Osuus")]),
    )
    yield "not_audited", income([used(YEAR, "2026 (tilintarkastamaton)"), before(YEAR25, "2025")])
    heads = [used(Q, "Toteutuma 1-3/2026"), budget("Vuosibudjetti 2026")]
    yield "budget_of_the_year", income(heads)
    heads = [used(Q, "Kausi"), before(Q25, "Vertailukausi")]
    title = [*TOP, "Vertailukausi: 1.1.2025 - 31.3.2025", "Kausi: 1.1.2026 - 31.3.2026"]
    yield "compared_time_first", income(heads, titles=title)
    title = ["Esimerkki Oy  Tuloslaskelma 1.1.2026 - 31.3.2026  Tulostettu 14.4.2026"]
    yield "printed_on_the_same_line", income([used(Q, "EUR")], titles=title)
    later = budget("Arvio 2027", role="forecast")
    yield "estimate_of_next_year", income([used(YEAR, "Toteuma 1-12/2026"), later])


def _places():
    quarter = [used(Q, "1-3/2026")]
    two = [used(END, "31.12.2026"), before(END25, "31.12.2025")]
    yield (
        "gaps_between_rows",
        balance(two, Form(), change=lambda lines: [row for line in lines for row in (line, [""])]),
    )
    yield (
        "away_from_the_corner",
        income(
            quarter, change=lambda lines: [[""], [""], *([None, None, *line] for line in lines)]
        ),
    )
    yield "guide_first", _with_guide(quarter)
    heads = [month(t, f"{n}/2026") for n, t in enumerate(MONTHS, 1)]
    form = Form("xlsx", made={"hidden_columns": (2, 3)})
    heads = [*heads, cumulative(Q, "1-3/2026")]
    yield "months_folded_away", income(heads, form, said={"hidden_column"})
    form = Form("xlsx", made={"hidden_columns": (3,)})
    heads = [used(YEAR25, "2025"), before(YEAR, "2026")]
    yield "later_year_hidden", income(heads, form, said={"hidden_column"})
    footer = [[""], ["Tulostettu 14.4.2026 12:33"], ["Sivu 1/1"]]
    yield "footer", income(quarter, Form(), change=lambda lines: [*lines, *footer])
    yield (
        "trailing_delimiters",
        income(quarter, Form(), change=lambda lines: [[*line, "", ""] for line in lines]),
    )
    yield "totals_above_in_balance", balance(two, above=True)
    yield "totals_above_accounts", balance(two, above=True, accounts=True)
    form = Form(signs="ledger")
    heads = [used(Q, "jan-mars 2026")]
    yield "ledger_signs", income(heads, form, SV, SWEDISH, above=False)
    yield "ledger_signs_in_balance", balance([used(END, "31.12.2026")], form, SV)


def _figures():
    until_then = [used(Span((2026, 1), (2026, 2)), "2/2026")]
    yield "loss", income(until_then, Form(), LOSS, asked={"movement_or_cumulative"})
    for name, book in (("fi", FI), ("sv", SV)):
        for kind, time, head in ((IS, YEAR, "1-12/2026"), (BS, END, "31.12.2026")):
            yield f"whole_{name}_{kind}", _whole(book, kind, time, head)
    for container in ("xls", "xlsx"):
        for name, sign in (("commas", ","), ("points", ".")):
            yield f"texts_with_{name}_{container}", income(
                [used(Q, "1-3/2026")], Form(container),
                change=lambda lines, sign=sign: [
                    [_as_text(cell, sign) for cell in line] for line in lines
                ],
            )  # fmt: skip


def _as_text(cell, sign):
    return f"{cell:.2f}".replace(".", sign) if isinstance(cell, Decimal) else cell


def _whole(book, kind, time, head):
    """Return a statement of whole units, each rounded by itself."""

    def rounded(row, own):
        return round(signed(row, row.value(time), "natural", kind))

    title = "Tuloslaskelma" if kind == IS else "Tase"
    heads = [Head((head,), time, "amount", True, rounded)]
    made = export(kind, book, heads, Form("xlsx"), titles=["Esimerkki Oy", title])
    (read,) = made.readings
    rows = [(label, account, round(amount), total) for label, account, amount, total in read.rows]
    return replace(made, readings=(replace(read, rows=rows),))


def _with_guide(heads):
    """Return a workbook whose first sheet says how to read the second."""
    rows = rows_for(IS, FI)
    lines = grid(IS, rows, heads, Form(), TOP)
    cells = [[float(c) if isinstance(c, Decimal) else c for c in line] for line in lines]
    guide = [["Näin luet raporttia"], ["Versio", 3.2], ["Päivitetty", dt.date(2026, 4, 1)]]
    content = make_xlsx(Made("Ohje", guide), Made("Tulos", cells))
    return Export(content, (reading(IS, rows, heads),), said=frozenset({"sheet_not_used"}))
