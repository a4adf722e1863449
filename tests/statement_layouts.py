"""Statements of invented books in the layouts of programs and people: what to write, what to read.

Each layout is drawn; the figures are random cents, so that a total can only be one by adding up.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

TREES = {
    "income_statement": {
        "fi": [
            ("Liikevaihto", ["Myynti kotimaa", "Myynti EU"]),
            ("Materiaalit ja palvelut", ["Ostot tilikauden aikana", "Ulkopuoliset palvelut"]),
            ("Henkilöstökulut", ["Palkat ja palkkiot", "Eläkekulut", "Muut henkilösivukulut"]),
            ("Poistot ja arvonalentumiset", []),
            ("Liiketoiminnan muut kulut", ["Toimitilakulut"]),
            "Liikevoitto (-tappio)",
            ("Rahoituskulut", []),
            "Tilikauden voitto (tappio)",
        ],
        "sv": [
            ("Nettoomsättning", ["Försäljning varor", "Försäljning tjänster"]),
            ("Råvaror och förnödenheter", ["Inköp varor", "Inköp material"]),
            ("Personalkostnader", ["Löner", "Skatter och sociala avgifter"]),
            ("Av- och nedskrivningar", []),
            ("Övriga externa kostnader", ["Kostnader för lokaler"]),
            "Rörelseresultat",
            ("Räntekostnader", []),
            "Årets resultat",
        ],
        "en": [
            ("Revenue", ["Sales of goods", "Sales of services"]),
            ("Cost of sales", ["Cost of goods", "Cost of services"]),
            ("Personnel expenses", ["Cost of wages", "Cost of pensions"]),
            ("Depreciation", []),
            ("Other operating expenses", ["Cost of premises"]),
            "Operating profit",
            ("Interest expenses", []),
            "Net profit",
        ],
    },
    "balance_sheet": {
        "fi": [
            "Vastaavaa",
            ("Pysyvät vastaavat", ["Aineettomat hyödykkeet", "Aineelliset hyödykkeet"]),
            ("Vaihtuvat vastaavat", ["Vaihto-omaisuus", "Saamiset", "Rahat ja pankkisaamiset"]),
            "Vastaavaa yhteensä",
            "Vastattavaa",
            ("Oma pääoma", ["Osakepääoma", "Tilikauden voitto (tappio)"]),
            ("Vieras pääoma", ["Ostovelat", "Siirtovelat"]),
            "Vastattavaa yhteensä",
        ],
        "sv": [
            "Tillgångar",
            ("Anläggningstillgångar", ["Maskiner", "Inventarier"]),
            ("Omsättningstillgångar", ["Varulager", "Kundfordringar", "Kassa och bank"]),
            "Summa tillgångar",
            "Eget kapital och skulder",
            ("Eget kapital", ["Aktiekapital", "Årets resultat"]),
            ("Skulder", ["Leverantörsskulder", "Upplupna kostnader"]),
            "Summa eget kapital och skulder",
        ],
        "en": [
            "Assets",
            ("Fixed assets", ["Machinery", "Equipment"]),
            ("Current assets", ["Inventories", "Receivables", "Cash at bank"]),
            "Total assets",
            "Equity and liabilities",
            ("Equity", ["Share capital", "Profit for the year"]),
            ("Liabilities", ["Trade payables", "Accruals"]),
            "Total equity and liabilities",
        ],
    },
}
NAMES = ("month", "used", "before")
TITLES = {
    ("income_statement", "fi"): "Tuloslaskelma", ("balance_sheet", "fi"): "Tase",
    ("income_statement", "sv"): "Resultatrapport", ("balance_sheet", "sv"): "Balansrapport",
    ("income_statement", "en"): "Income statement", ("balance_sheet", "en"): "Balance sheet",
}  # fmt: skip
HEADS = {
    "income_statement": (
        ("3/2026", "1-3/2026", "1-3/2025"),
        ("maaliskuu 2026", "tammi\u2013maaliskuu 2026", "tammi\u2013maaliskuu 2025"),
        ("2026-03", "2026-01 \u2013 2026-03", "2025-01 \u2013 2025-03"),
        ("1.\u201331.3.2026", "1.1.\u201331.3.2026", "1.1.\u201331.3.2025"),
        ("1-31 mars 2026", "1 jan - 31 mars 2026", "1 jan - 31 mars 2025"),
        ("Mar 2026", "1 January 2026 to 31 March 2026", "1 January 2025 to 31 March 2025"),
        ("03/2026", "Q1 2026", "Q1 2025"),
    ),
    "balance_sheet": (
        ("28.2.2026", "31.3.2026", "31.3.2025"),
        ("2026-02-28", "2026-03-31", "2025-03-31"),
        ("28. helmikuuta 2026", "31. maaliskuuta 2026", "31. maaliskuuta 2025"),
        ("28 februari 2026", "31 mars 2026", "31 mars 2025"),
        ("February 28, 2026", "March 31, 2026", "March 31, 2025"),
        ("28/02/2026", "31/03/2026", "31/03/2025"),
    ),
}
"""Headings of a month or moment before, of the statement's own time, and of a year before."""

OTHERS = {
    "planned": ("Budjetti 1-3/2026", "Bud.", "TA 2027", "Budget 2026", "Prognos 2027"),
    "index": ("Indeksi", "Index", "Rullaava 12 kk", "R12"),
}
"""Headings of columns whose figures are none of the books, at any place among the others."""

NUMBERS = (
    ("", ",", "-{}"), (" ", ",", "-{}"), ("\u00a0", ",", "{}-"), ("\u202f", ",", "\u2212{}"),
    (".", ",", "({})"), (",", ".", "-{}"), ("", ".", "({})"), (" ", ",", "- {} €"),
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """One way to print: `signs` is natural, ledger or positive; `columns` are keys of `heads`."""

    kind: str
    language: str
    is_above: bool
    signs: str
    columns: tuple[str, ...]
    number: tuple[str, str, str]
    titles: int
    indents: bool
    container: str
    heads: dict[str, str]


@dataclass(frozen=True)
class Printed:
    """A row as it is to be read: `figures` by column in the books' sign, None for a heading."""

    label: str
    figures: dict[str, Decimal] | None
    is_total: bool
    depth: int
    side: str


@st.composite
def layouts(draw):
    kind = draw(st.sampled_from(sorted(TREES)))
    signs = (
        ("natural", "ledger", "positive") if kind == "income_statement" else ("natural", "ledger")
    )
    sets = (("used",), ("used", "before"), ("before", "used"), ("month", "used", "before"))
    columns = list(draw(st.sampled_from(sets)))
    heads = dict(zip(NAMES, draw(st.sampled_from(HEADS[kind])), strict=True))
    for name in draw(st.sampled_from(((), ("planned",), ("index",), ("planned", "index")))):
        columns.insert(draw(st.integers(0, len(columns))), name)
        heads[name] = draw(st.sampled_from(OTHERS[name]))
    return Layout(
        kind,
        draw(st.sampled_from(("fi", "sv", "en"))),
        draw(st.booleans()),
        draw(st.sampled_from(signs)),
        tuple(columns),
        draw(st.sampled_from(NUMBERS)),
        draw(st.integers(0, 4)),
        draw(st.booleans()),
        draw(st.sampled_from(("csv", "txt", "xlsx", "xls", "ods"))),
        heads,
    )


@st.composite
def books(draw, layout):
    """Return the rows of a statement: income and the second side credit, all else debit."""
    names = NAMES
    # Of a seed, since figures that shrink towards each other add up by chance.
    seeded = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - figures, no keys
    rows, whole, side = [], [], dict.fromkeys(names, Decimal(0))
    credit = layout.kind == "income_statement"
    for entry in TREES[layout.kind][layout.language]:
        if isinstance(entry, str):
            is_heading = layout.kind == "balance_sheet" and not whole
            kind = "result" if layout.kind == "income_statement" else "income" if credit else "cost"
            figures = None if is_heading else dict(side)
            rows.append(Printed(entry, figures, not is_heading, 0, kind))
            if layout.kind == "balance_sheet" and not is_heading:
                credit, whole, side = True, [], dict.fromkeys(names, Decimal(0))
            continue
        label, parts = entry
        if len(parts) == 1 and not layout.is_above:
            parts = []  # only words could tell such a total from a line
        sign = -1 if credit else 1
        leaves = [
            {name: sign * Decimal(seeded.randint(10_001, 99_999_999)).scaleb(-2) for name in names}
            for _ in parts or [0]
        ]
        total = {name: sum((leaf[name] for leaf in leaves), Decimal(0)) for name in names}
        kind = "income" if credit else "cost"
        pairs = zip(parts, leaves, strict=False)
        lines = [Printed(part, leaf, False, 1, kind) for part, leaf in pairs]
        head = [Printed(label, total, bool(parts), 0, kind)]
        rows += [*head, *lines] if layout.is_above else [*lines, *head]
        whole.append(label)
        side = {name: side[name] + total[name] for name in names}
        if layout.kind == "income_statement":
            credit = False
    return rows


def figure(row, name, layout):
    """Return an amount as the layout prints it."""
    if name in OTHERS:
        return (row.figures["used"] / 900).quantize(Decimal("0.01")) + 100
    amount = row.figures[name]
    if layout.signs == "ledger":
        return amount
    if layout.signs == "positive":
        return amount if row.side == "cost" else -amount
    is_asset = layout.kind == "balance_sheet" and row.side == "cost"
    return amount if is_asset else -amount
