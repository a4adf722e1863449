"""Exports as Fortnox, Visma and Björn Lundén print them, and reports in English."""

from __future__ import annotations

import datetime as dt

from tests.statement_exports.books import Moment, Span, books
from tests.statement_exports.columns import (
    BS,
    END,
    END25,
    FEBRUARY,
    IS,
    Q25,
    QEND,
    TB,
    YEAR,
    M,
    Q,
    before,
    budget,
    change,
    cumulative,
    month,
    opening,
    part,
    percent,
    sides,
    turnover,
    used,
)  # fmt: skip
from tests.statement_exports.printing import ENGLISH, PLAIN, Form, export

SV, FI, BROKEN = books("sv"), books("fi"), books("sv", 8, 7)
AB, LTD = "Provbolaget AB", "Example Ltd"
FISCAL_YEAR = "Räkenskapsår 2026-01-01 - 2026-12-31"
KONTO = {"account_head": "Konto", "label_head": "Benämning"}


def exports():
    """Yield each name and file."""
    yield from _fortnox()
    yield from _visma()
    yield from _bjorn_lunden()
    yield from _days_in_words()
    yield from _departments()
    yield from _english()


def _fortnox():
    heads = [month(M, "Period"), cumulative(Q, "Ackumulerat"), before(Q25, "Föregående år")]
    period = "Period 2026-03-01 - 2026-03-31"
    yield "fortnox_resultatrapport", export(
        IS, SV, heads, Form(**KONTO, signs="ledger"),
        titles=[AB, "Resultatrapport", FISCAL_YEAR, period, "Utskriven 2026-04-10 12:33"],
        accounts=True, above=False,
    )  # fmt: skip
    yield "fortnox_resultatrapport_of_a_period", export(
        IS, SV, [used(Q, "Period"), before(Q25, "Föreg. år"), part(4, "Diff")],
        Form("xlsx", **KONTO),
        titles=[AB, "Resultatrapport", FISCAL_YEAR, "Period 2026-01-01 - 2026-03-31"],
        accounts=True, above=False,
    )  # fmt: skip
    last = Moment(FEBRUARY)
    heads = [
        before(END25, "Ing balans", role="opening"), before(last, "Ing saldo", role="opening"),
        change(last, QEND, "Period", signs="ledger"), used(QEND, "Utg balans"),
    ]  # fmt: skip
    yield "fortnox_balansrapport", export(
        BS, SV, heads, Form(**KONTO, signs="ledger", encoding="cp1252"),
        titles=[AB, "Balansrapport", FISCAL_YEAR, period], accounts=True,
    )  # fmt: skip


def _visma():
    heads = [
        used(YEAR, "Utfall"), budget("Budget"), part(3, "Avvikelse"), percent("Avvikelse %"),
    ]  # fmt: skip
    titles = [AB, "Resultaträkning", "2026-01-01 - 2026-12-31"]
    yield "visma_utfall", export(IS, SV, heads, Form("xls"), titles=titles)
    heads = [
        opening(END, "Ing. balans"), turnover(YEAR, 1, "Debet"), turnover(YEAR, -1, "Kredit"),
        used(END, "Utg. saldo"),
    ]  # fmt: skip
    titles = [AB, "Saldobalans", "Period: 2026-01-01 -- 2026-12-31"]
    yield "visma_saldobalans", export(TB, SV, heads, Form("xlsx", **KONTO), titles=titles)
    heads = [opening(END, "IB", use=True), *heads[1:3]]
    titles = [AB, "Råbalans", "Period 2026-01-01 - 2026-12-31"]
    yield "opening_and_turnover", export(TB, SV, heads, Form(**KONTO), titles=titles)
    yield "income_by_side", export(
        IS, SV, sides(YEAR, ("Debet",), ("Kredit",)), Form(**KONTO),
        titles=[AB, "Resultatrapport 2026-01-01 - 2026-12-31"], accounts=True, above=False,
    )  # fmt: skip


def _bjorn_lunden():
    titles = [AB, "Resultatrapport"]
    heads = [used(Q, "2601-2603"), before(Q25, "2501-2503")]
    yield "short_codes_of_months", export(IS, SV, heads, titles=titles)
    heads = [
        used(Q, "Jan-mar 2026"), percent("% av oms"), before(Q25, "Jan-mar 2025"),
        percent("% av oms"),
    ]  # fmt: skip
    yield "shares_of_turnover", export(IS, SV, heads, Form("xlsx"), titles=titles)
    heads = [
        month(M, "Perioden", "mars 2026"), cumulative(Q, "Helår", "jan-mars 2026"),
        before(Q25, "Fg år", "jan-mars 2025"),
    ]  # fmt: skip
    form = Form(delimiter="\t", encoding="utf-16")
    yield "period_and_year", export(IS, SV, heads, form, titles=titles)
    december = (2025, 12)
    heads = [
        month(Span(december, december), "Dec"), cumulative(Span((2025, 7), december), "Ack."),
        budget("Budget ack"),
    ]  # fmt: skip
    titles = [AB, "Resultatrapport dec 2025", "Räkenskapsår 2025-07-01--2026-06-30"]
    form = Form("xlsx", signs="positive")
    yield "broken_year", export(IS, BROKEN, heads, form, titles=titles)
    heads = [cumulative(Q, "Innevarande år"), before(Q25, "Föregående år"), part(5, "Förändring")]
    titles = [AB, "Resultatrapport 2026-01-01 - 2026-03-31"]
    yield "this_year_and_last", export(IS, SV, heads, Form("ods"), titles=titles)


def _days_in_words():
    heads = [used(QEND, "31 mars 2026"), before(END25, "31 december 2025")]
    yield "days_in_words", export(BS, SV, heads, Form("xlsx"), titles=[AB, "Balansräkning"])
    titles = [AB, "Resultaträkning 1 januari - 31 mars 2026"]
    yield "range_in_a_title", export(IS, SV, [used(Q, "Belopp")], Form(number=PLAIN), titles=titles)
    titles = [AB, "Balansräkning per den 31 mars 2026"]
    heads = [used(QEND, "Belopp i kr")]
    yield "day_in_a_title", export(BS, SV, heads, Form("xlsx"), titles=titles)
    heads = [used(END, dt.date(2026, 12, 31)), before(END25, dt.date(2025, 12, 31))]
    yield "cells_of_days", export(BS, SV, heads, Form("xls"), titles=[AB, "Balansrapport"])


def _departments():
    titles = [AB, "Resultatrapport jan-mars 2026"]
    heads = [
        part(3, "Stockholm", role="unknown"), part(4, "Göteborg", role="unknown"),
        used(Q, "Totalt"),
    ]  # fmt: skip
    yield "departments_and_sum", export(IS, SV, heads, Form("xlsx"), titles=titles)
    heads = [used(Q, "Stockholm"), before(Q25, "Göteborg")]
    yield "departments_alone", export(IS, SV, heads, Form("xlsx"), titles=titles, asked={"column"})


def _english():
    heads = [used(QEND, "31 March 2026"), before(END25, "31 Dec 2025")]
    titles = [LTD, "Balance Sheet"]
    yield "english_days", export(BS, FI, heads, Form("xlsx"), titles=titles, language="en")
    heads = [used(QEND, "March 31, 2026"), before(END25, "December 31, 2025")]
    form = Form(number=ENGLISH, delimiter=",")
    yield "english_months_first", export(BS, FI, heads, form, titles=titles, language="en")
    heads = [used(Q, "Actual"), before(Q25, "Prior year"), part(6, "Variance")]
    titles = [LTD, "Profit and Loss", "1 January 2026 to 31 March 2026"]
    yield (
        "english_costs_without_minus",
        export(
            IS, FI, heads, Form("xlsx", signs="positive"), titles=titles, language="en", above=False
        ),
    )
    form = Form(
        account_head="Account No", label_head="Account Name", number=ENGLISH, delimiter=",",
        encoding="utf-8",
    )  # fmt: skip
    titles = ["Trial Balance", "As of 31 December 2026"]
    heads = sides(END, ("Debit",), ("Credit",))
    yield "english_trial_balance", export(TB, FI, heads, form, titles=titles)
    heads = [month(M, "Mar 2026"), cumulative(Q, "YTD 2026"), before(Q25, "YTD 2025")]
    titles = [LTD, "Income Statement Jan-Mar 2026"]
    yield (
        "english_year_to_date",
        export(IS, FI, heads, Form("xlsx"), titles=titles, language="en", above=False),
    )
