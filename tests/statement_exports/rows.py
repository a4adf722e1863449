"""The rows of statements: what each is called, what it adds up, and how deep it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

INCOME = {
    "fi": [
        ("Liikevaihto", "30 35"),
        ("Liiketoiminnan muut tuotot", "39"),
        ("Materiaalit ja palvelut", [
            ("Ostot tilikauden aikana", "40"), ("Varastojen muutos", "440"),
            ("Ulkopuoliset palvelut", "445"),
        ]),
        ("Henkilöstökulut", [
            ("Palkat ja palkkiot", "50"), ("Eläkekulut", "61"), ("Muut henkilösivukulut", "64"),
        ]),
        ("Poistot ja arvonalentumiset", "68"),
        ("Liiketoiminnan muut kulut", "7"),
        "Liikevoitto (-tappio)",
        ("Rahoitustuotot ja -kulut", [
            ("Muut korko- ja rahoitustuotot", "91"), ("Korkokulut ja muut rahoituskulut", "94"),
        ]),
        "Voitto (tappio) ennen tilinpäätössiirtoja ja veroja",
        ("Tuloverot", "99"),
        "Tilikauden voitto (tappio)",
    ],
    "sv": [
        ("Nettoomsättning", "30 33 37"),
        ("Övriga rörelseintäkter", "39"),
        ("Råvaror och förnödenheter", "40 45 46 49"),
        ("Övriga externa kostnader", "50 65"),
        ("Personalkostnader", "70 74 75"),
        ("Av- och nedskrivningar", "78"),
        "Rörelseresultat",
        ("Resultat från finansiella poster", [
            ("Ränteintäkter", "83"), ("Räntekostnader", "84"),
        ]),
        "Resultat efter finansiella poster",
        ("Skatt på årets resultat", "89"),
        "Årets resultat",
    ],
}  # fmt: skip
BALANCE = {
    "fi": [
        ("Vastaavaa", [
            ("Pysyvät vastaavat", [("Aineelliset hyödykkeet", "11")]),
            ("Vaihtuvat vastaavat", [
                ("Vaihto-omaisuus", "15"),
                ("Lyhytaikaiset saamiset", [("Myyntisaamiset", "170"), ("Muut saamiset", "176")]),
                ("Rahat ja pankkisaamiset", "19"),
            ]),
        ]),
        ("Vastattavaa", [
            ("Oma pääoma", [
                ("Osakepääoma", "200"), ("Edellisten tilikausien voitto (tappio)", "225"),
                ("Tilikauden voitto (tappio)", "="),
            ]),
            ("Vieras pääoma", [
                ("Pitkäaikainen vieras pääoma", [("Lainat rahoituslaitoksilta", "262")]),
                ("Lyhytaikainen vieras pääoma", [
                    ("Ostovelat", "287"), ("Muut velat", "293"), ("Siirtovelat", "296"),
                ]),
            ]),
        ]),
    ],
    "sv": [
        ("Tillgångar", [
            ("Anläggningstillgångar", [("Inventarier, verktyg och installationer", "12")]),
            ("Omsättningstillgångar", [
                ("Varulager m.m.", "14"), ("Kortfristiga fordringar", "15 16"),
                ("Kassa och bank", "19"),
            ]),
        ]),
        ("Eget kapital och skulder", [
            ("Eget kapital", [
                ("Aktiekapital", "2081"), ("Balanserat resultat", "2091"),
                ("Årets resultat", "="),
            ]),
            ("Långfristiga skulder", [("Skulder till kreditinstitut", "23")]),
            ("Kortfristiga skulder", [
                ("Leverantörsskulder", "24"), ("Övriga skulder", "26"),
                ("Upplupna kostnader och förutbetalda intäkter", "29"),
            ]),
        ]),
    ],
}  # fmt: skip
ENGLISH = {
    "Liikevaihto": "Revenue", "Liiketoiminnan muut tuotot": "Other operating income",
    "Materiaalit ja palvelut": "Materials and services",
    "Ostot tilikauden aikana": "Purchases during the financial year",
    "Varastojen muutos": "Change in inventories", "Ulkopuoliset palvelut": "External services",
    "Henkilöstökulut": "Personnel expenses", "Palkat ja palkkiot": "Wages and salaries",
    "Eläkekulut": "Pension expenses", "Muut henkilösivukulut": "Other social security expenses",
    "Poistot ja arvonalentumiset": "Depreciation and amortisation",
    "Liiketoiminnan muut kulut": "Other operating expenses",
    "Liikevoitto (-tappio)": "Operating profit (loss)",
    "Rahoitustuotot ja -kulut": "Financial income and expenses",
    "Muut korko- ja rahoitustuotot": "Other interest and financial income",
    "Korkokulut ja muut rahoituskulut": "Interest and other financial expenses",
    "Voitto (tappio) ennen tilinpäätössiirtoja ja veroja":
        "Profit (loss) before appropriations and taxes",
    "Tuloverot": "Income taxes",
    "Tilikauden voitto (tappio)": "Profit (loss) for the financial year",
    "Vastaavaa": "Assets", "Pysyvät vastaavat": "Non-current assets",
    "Aineelliset hyödykkeet": "Tangible assets", "Vaihtuvat vastaavat": "Current assets",
    "Vaihto-omaisuus": "Inventories", "Lyhytaikaiset saamiset": "Short-term receivables",
    "Myyntisaamiset": "Trade receivables", "Muut saamiset": "Other receivables",
    "Rahat ja pankkisaamiset": "Cash in hand and at banks",
    "Vastattavaa": "Equity and liabilities", "Oma pääoma": "Equity",
    "Osakepääoma": "Share capital",
    "Edellisten tilikausien voitto (tappio)": "Retained earnings", "Vieras pääoma": "Liabilities",
    "Pitkäaikainen vieras pääoma": "Non-current liabilities",
    "Lainat rahoituslaitoksilta": "Loans from financial institutions",
    "Lyhytaikainen vieras pääoma": "Current liabilities", "Ostovelat": "Trade payables",
    "Muut velat": "Other payables", "Siirtovelat": "Accruals and deferred income",
}  # fmt: skip
TOTAL_OF = {"fi": "{} yhteensä", "sv": "Summa {}", "en": "Total {}"}


@dataclass(frozen=True)
class Row:
    """A row as printed: `value(time)` in the books' sign, None for a heading without figures."""

    label: str
    value: Callable | None
    is_total: bool = False
    depth: int = 0
    account: str | None = None
    side: str = "debit"
    """debit, credit (natural sign is the other) or result."""


def income_rows(books, language="", *, above=True, accounts=False):
    """Return an income statement by lines, its accounts under them if asked."""
    language = language or books.chart
    rows, so_far = [], []
    for entry in INCOME[books.chart]:
        if isinstance(entry, str):
            rows.append(
                Row(_word(entry, language), _sum(books, tuple(so_far)), True, 0, None, "result")
            )
            continue
        so_far += _accounts(books, entry[1])
        rows += _node(books, entry, language, 0, above=above, accounts=accounts)
    return rows


def balance_rows(books, language="", *, above=False, accounts=False):
    """Return a balance sheet: headings of the two sides, and their sums below all."""
    language = language or books.chart
    rows = []
    for label, parts in BALANCE[books.chart]:
        side = "debit" if not rows else "credit"
        rows.append(Row(_word(label, language), None))
        for node in parts:
            rows += _node(books, node, language, 1, above=above, accounts=accounts, side=side)
        total = TOTAL_OF[language].format(_word(label, language))
        rows.append(Row(total, _sum(books, tuple(_accounts(books, parts))), True, 0, None, side))
    return rows


def trial_rows(books, accounts=None):
    """Return a row for each account."""
    named = accounts or books.names
    return [Row(books.names[a], _sum(books, (a,)), False, 0, a) for a in sorted(named)]


def _word(label, language):
    return ENGLISH.get(label, label) if language == "en" else label


def _accounts(books, entry):
    if isinstance(entry, list):
        return [account for _, part in entry for account in _accounts(books, part)]
    if entry == "=":
        return ["="]
    return sorted(a for a in books.names if any(a.startswith(p) for p in entry.split()))


def _sum(books, accounts):
    def value(time):
        return sum(
            (books.result(time) if a == "=" else books.amount(a, time) for a in accounts),
            Decimal(0),
        )

    return value


def _node(books, entry, language, depth, *, above, accounts, side=None):
    label, parts = entry
    label = _word(label, language)
    held = _accounts(books, parts)
    value = _sum(books, tuple(held))
    own = side or _side(held)
    inner = []
    if isinstance(parts, list):
        for part in parts:
            inner += _node(
                books, part, language, depth + 1, above=above, accounts=accounts, side=side
            )
    elif accounts and held != ["="]:
        inner = [
            Row(books.names[a], _sum(books, (a,)), False, depth + 1, a, side or _side([a]))
            for a in held
        ]
    if not inner:
        return [Row(label, value, False, depth, None, own)]
    if above:
        return [Row(label, value, True, depth, None, own), *inner]
    total = TOTAL_OF[language].format(label)
    return [Row(label, None, False, depth), *inner, Row(total, value, True, depth, None, own)]


def _side(accounts):
    """Return the side of accounts of the income statement; of both it is a result."""
    sides = {"credit" if a[0] == "3" or a[:2] in ("91", "83") else "debit" for a in accounts}
    return sides.pop() if len(sides) == 1 else "result"


def signed(row, amount, signs, kind):
    """Return an amount as a statement of some signs prints it: natural, ledger or positive."""
    if signs == "ledger" or kind == "trial_balance":
        return amount
    if kind == "balance_sheet":
        return amount if row.side == "debit" else -amount
    if signs == "positive" and row.side == "debit":
        return amount
    return -amount
