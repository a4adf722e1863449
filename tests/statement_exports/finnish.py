"""Exports as Finnish programs print them: Procountor, Netvisor, Fennoa, Heeros, Lemonsoft."""

from __future__ import annotations

import csv

from tests.statement_exports.books import Span, books
from tests.statement_exports.columns import (
    BS,
    END,
    END25,
    IS,
    Q25,
    QEND,
    TB,
    YEAR,
    YEAR25,
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
from tests.statement_exports.printing import PLAIN, Form, export

FI = books("fi")
TRIAL = {"account_head": "Tili", "label_head": "Nimi"}
ROLLING = Span((2025, 4), (2026, 3))


def exports():
    """Yield each name and file."""
    yield from _procountor()
    yield from _netvisor()
    yield from _fennoa()
    yield from _heeros()
    yield from _lemonsoft()
    yield from _plans()
    yield from _trial_balances()


def of_months(*names):
    """Return a column for each month since January, and their sum."""
    heads = [month(Span((2026, n), (2026, n)), name) for n, name in enumerate(names, 1)]
    return [*heads, cumulative(Q, "Yhteensä")]


def _procountor():
    yield "procountor_months", export(
        IS, FI, of_months("01/2026", "02/2026", "03/2026"), Form("xlsx", indent="  "),
        titles=["Esimerkki Oy", "Tuloslaskelma", "01.01.2026 - 31.03.2026", ""], accounts=True,
    )  # fmt: skip
    yield "procountor_months_joined", export(
        IS, FI, of_months("1/2026", "2/2026", "3/2026"),
        Form(account_form="joined", indent="  ", number=PLAIN),
        titles=["Tuloslaskelma - Esimerkki Oy", "1.1.2026 - 31.3.2026"], accounts=True,
    )  # fmt: skip
    heads = [
        used(END, "31.12.2026"), before(END25, "31.12.2025"), change(END25, END, "Muutos"),
        percent("Muutos %"),
    ]  # fmt: skip
    yield "procountor_balance_change", export(
        BS, FI, heads, Form("xlsx", indent="   "),
        titles=["Esimerkki Oy", "Tase 31.12.2026", ""], accounts=True,
    )  # fmt: skip


def _netvisor():
    yield "netvisor_names_of_months", export(
        IS, FI, of_months("tammikuu", "helmikuu", "maaliskuu"), Form(encoding="cp1252"),
        titles=[
            ["Esimerkki Oy", "0000000-0"], "Tuloslaskelma 1.1.2026 - 31.3.2026",
            "Tulostettu 14.4.2026 klo 9:12",
        ],
        above=False,
    )  # fmt: skip
    heads = [
        used(Q, "Kuluva kausi"), before(Q25, "Edellinen kausi"),
        change(Q25, Q, "Muutos", kind=IS), percent("Muutos-%"),
    ]  # fmt: skip
    yield "netvisor_current_and_before", export(
        IS, FI, heads, Form(encoding="cp1252", account_head="Tilinumero", label_head="Tili"),
        titles=["Esimerkki Oy", "Tuloslaskelma", "Kausi: 1.1.2026-31.3.2026"],
        accounts=True, above=False,
    )  # fmt: skip
    yield "netvisor_balance", export(
        BS, FI, [used(QEND, "31.03.2026"), before(END25, "31.12.2025")],
        Form("xlsx", label_head="Tase", account_form="joined"),
        titles=["Esimerkki Oy (0000000-0)", "Tase", "Tulostettu: 2.5.2026"], accounts=True,
    )  # fmt: skip


def _fennoa():
    heads = [
        opening(END, "Alkusaldo"), turnover(YEAR, 1, "Debet"), turnover(YEAR, -1, "Kredit"),
        used(END, "Loppusaldo"),
    ]  # fmt: skip
    form = Form(
        account_head="Tilinumero", label_head="Tilin nimi", delimiter=",", newline="\n",
        quoting=csv.QUOTE_ALL, encoding="utf-8",
    )  # fmt: skip
    yield (
        "fennoa_trial_balance",
        export(
            TB, FI, heads, form, titles=["Esimerkki Oy", "Saldoluettelo", "1.1.2026 - 31.12.2026"]
        ),
    )
    heads = [
        used(Q, "1.1.2026\u201331.3.2026"), before(Q25, "1.1.2025\u201331.3.2025"),
        change(Q25, Q, "Ero", kind=IS), percent("Ero %"),
    ]  # fmt: skip
    yield (
        "fennoa_income",
        export(IS, FI, heads, Form("xlsx"), titles=["Esimerkki Oy", "Tuloslaskelma"]),
    )


def _heeros():
    heads = [
        month(M, "Kausi", "3/2026"), cumulative(Q, "Kum.", "1-3/2026"), budget("Bud.", "1-3/2026"),
        part(7, "Ero"), before(Q25, "Ed.v. kum.", "1-3/2025"),
    ]  # fmt: skip
    form = Form("xlsx", label_head="Tuloslaskelma")
    yield "heeros_month_cumulative_budget", export(IS, FI, heads, form, titles=["Esimerkki Oy"])
    heads = [
        month(M, "Kausi"), cumulative(Q, "Kumulatiivinen"), budget("Budjetti"),
        before(Q25, "Ed. vuosi"),
    ]  # fmt: skip
    titles = ["Esimerkki Oy", "Tuloslaskelma 3/2026", "Tilikausi 1.1.2026 - 31.12.2026"]
    yield "heeros_times_in_titles", export(IS, FI, heads, titles=titles)


def _lemonsoft():
    heads = [
        used(YEAR, "Toteuma"), budget("Budjetti"), percent("Tot.-%"), before(YEAR25, "Ed. vuosi"),
    ]  # fmt: skip
    titles = ["ESIMERKKI OY", "TULOSLASKELMA 01.01.2026-31.12.2026", "Sivu 1/2"]
    yield "lemonsoft_xls", export(IS, FI, heads, Form("xls"), titles=titles)
    heads = [budget("Budjetti 2026"), used(YEAR, "Toteuma 2026"), part(9, "Poikkeama")]
    titles = ["Esimerkki Oy", "Tuloslaskelma 2026"]
    yield "lemonsoft_budget_first", export(IS, FI, heads, Form("ods"), titles=titles)


def _plans():
    titles = ["Esimerkki ry", "Tuloslaskelma"]
    heads = [before(Span((2024, 1), (2024, 12)), "2024"), used(YEAR25, "2025"), budget("TA 2026")]
    yield "plan_of_a_later_year", export(IS, FI, heads, Form("xlsx"), titles=titles)
    forecast = budget("Enn. 2026", role="forecast")
    heads = [used(YEAR25, "Tot. 2025"), budget("Bud 2026"), forecast]
    yield "short_words_of_plans", export(IS, FI, heads, Form("xlsx"), titles=titles)
    heads = [
        part(10_000, "Indeksi", role="unknown"), used(Q, "1-3/2026"), before(Q25, "1-3/2025"),
    ]  # fmt: skip
    yield "index_first", export(IS, FI, heads, Form("xlsx"), titles=titles)
    titles = ["Esimerkki Oy", "Tuloslaskelma 1.1.2026 - 31.3.2026"]
    rolling = before(ROLLING, "Rullaava 12 kk", role="unknown")
    heads = [used(Q, "1-3/2026"), rolling]
    yield "rolling_year_last", export(IS, FI, heads, Form("xlsx"), titles=titles)
    heads = [rolling, used(Q, "Tilikausi")]
    yield "rolling_year_first", export(IS, FI, heads, Form("xlsx"), titles=titles)


def _trial_balances():
    titles = ["Esimerkki Oy", "Koetase 1.1.2026 - 31.12.2026"]
    merged = [
        *sides(END, ("Alkusaldo", "Debet"), (None, "Kredit"), is_opening=True),
        turnover(YEAR, 1, "Tapahtumat", "Debet"), turnover(YEAR, -1, None, "Kredit"),
        *sides(END, ("Loppusaldo", "Debet"), (None, "Kredit")),
    ]  # fmt: skip
    yield "three_pairs_under_heads", export(TB, FI, merged, Form("xlsx", **TRIAL), titles=titles)
    plain = [
        *sides(END, ("Alkusaldo debet",), ("Alkusaldo kredit",), is_opening=True),
        turnover(YEAR, 1, "Debet"), turnover(YEAR, -1, "Kredit"),
        *sides(END, ("Loppusaldo debet",), ("Loppusaldo kredit",)),
    ]  # fmt: skip
    yield "three_pairs_in_one_row", export(TB, FI, plain, Form(**TRIAL), titles=titles)
    for name, start, end in (
        ("short", "Alku", "Loppu"), ("words", "Tilikauden alussa", "Kauden lopussa"),
        ("balance_sheets", "Avaava tase", "Saldo yhteensä"),
    ):  # fmt: skip
        heads = [
            opening(END, start), turnover(YEAR, 1, "Debet"), turnover(YEAR, -1, "Kredit"),
            used(END, end),
        ]  # fmt: skip
        yield f"start_and_end_{name}", export(TB, FI, heads, Form(**TRIAL), titles=titles)
    heads = sides(END, ("Debet",), ("Kredit",))
    titles = ["Esimerkki Oy", "Koetase 31.12.2026"]
    yield "balances_by_side", export(TB, FI, heads, Form(**TRIAL), titles=titles)
    heads = [
        before(END25, "31.12.2025"), used(END, "31.12.2026"), change(END25, END, "Muutos", kind=TB)
    ]  # fmt: skip
    titles = ["Esimerkki Oy", "Tilien saldot"]
    yield "balances_of_two_years", export(TB, FI, heads, Form("xlsx", **TRIAL), titles=titles)
