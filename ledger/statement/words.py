"""Words by which headings and lines are known, in Finnish, Swedish and English.

Each table maps what is meant to one pattern over text in small letters; the first that fits counts.
They are the words of the programs' report layouts and of the layouts that the law gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ledger.statement.values import Kind, Role


def _one(*words: str) -> re.Pattern[str]:
    """Match any of the words; one that ends with ``~`` may go on."""
    bounded = (word[:-1] if word.endswith("~") else rf"{word}(?!\w)" for word in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(bounded)})", re.IGNORECASE)


KINDS: Final[dict[Kind, re.Pattern[str]]] = {
    Kind.TRIAL_BALANCE: _one(
        "koetase~", "saldoluettelo~", "saldolista~", "saldoraportti", "tilien saldot", "saldot",
        "saldobalans~", "råbalans~", "balanslista", "kontosaldon", "trial balance",
    ),
    Kind.INCOME_STATEMENT: _one(
        "tuloslaskelma~", "tulosraportti", "tulosseuranta", "resultatrapport~", "resultaträkning~",
        "income statement", "profit and loss", "profit & loss", "p&l", "statement of income",
    ),
    Kind.BALANCE_SHEET: _one(
        "tase", "taseraportti", "tase-erittely", "taselaskelma", "balansrapport~", "balansräkning~",
        "balance sheet", "statement of financial position",
    ),
}  # fmt: skip

ROLES: Final[dict[Role, re.Pattern[str]]] = {
    Role.PERCENT: re.compile(r"%|prosent|procent|percent|(?<!\w)(osuus|andel|share)(?!\w)"),
    Role.DIFFERENCE: _one(
        "ero", "erotus", "poikkeama~", "avvikelse~", "avv", "differens", "diff", "variance",
        "difference",
    ),
    Role.BUDGET: _one("budjet~", "budget~", "tavoite~", "talousarvio~"),
    Role.FORECAST: _one("ennust~", "prognos~", "forecast~", "estimate~", "arvio"),
    Role.NOTE: _one("liite~", "liitetieto~", "not", "note", "notes", "viite", "huom~"),
    Role.QUANTITY: _one("määrä", "kpl", "antal", "quantity", "tunnit", "timmar", "hours"),
    Role.COMPARISON: _one(
        "edellinen~", "edellisen~", "ed", "edv", "vertailu~", "föregående~", "fg", "föreg",
        "jämförelse~", "fjol~", "previous", "prior", "last year", "comparative", "ed vuosi",
    ),
    Role.OPENING: _one(
        "alkusaldo~", "avaava~", "avaus~", "alkutase", "ing", "ingående~", "ib", "opening~",
    ),
    Role.DEBIT: _one("debet", "debit", "deb", "per kirjaukset"),
    Role.CREDIT: _one("kredit", "kreditt", "credit", "kred"),
    Role.CUMULATIVE: _one(
        "kumul~", "kertymä~", "tilikauden alusta", "ackumul~", "ack", "ytd", "year to date",
        "cumulative", "yhteensä", "summa", "total", "alusta",
    ),
    Role.AMOUNT: _one(
        "loppusaldo~", "saldo~", "utg", "utgående~", "ub", "closing~", "balance", "toteuma",
        "toteutunut", "utfall", "actual", "summa", "tilikausi",
    ),
    Role.MONTH: _one("kuukausi", "kuluva kuukausi", "månad~", "perioden", "month"),
    Role.MOVEMENT: _one("muutos", "tapahtumat", "period", "förändring", "movement", "change"),
}  # fmt: skip

SUM_HEADER: Final = _one("yhteensä", "summa", "total")
"""Headings of a sum: of months where there are some beside it, else of nothing but accounts."""

DEBIT_SIGNS: Final = frozenset({"d", "debet", "debit", "dr", "deb", "+"})
CREDIT_SIGNS: Final = frozenset({"k", "kredit", "c", "cr", "credit", "kred", "-"})
"""What may stand behind a balance that is printed without a sign."""

HEADER_LABELS: Final = _one(
    "rivi", "tili", "tilinro", "tilinumero", "konto", "kontonr", "account", "nimi", "benämning",
    "tilin nimi", "selite", "eur", "sek", "euroa", "tilikausi", "vuosi", "kausi", "år", "year",
    "period", "line", "row", "rad", "tuloslaskelma", "tase", "nimike", "text", "description",
)  # fmt: skip
ACCOUNT_HEADERS: Final = _one(
    "tili", "tilinro", "tilinumero", "tili nro", "konto", "kontonr", "kontonummer", "account",
    "account no", "nro", "nr", "no",
)  # fmt: skip

TOTALS: Final = _one(
    "yhteensä",
    "yht",
    "summa",
    "s:a",
    "tot",
    "loppusumma",
    "total",
    "totalt",
    "sum",
    "summat",
    "samtliga",
)
"""A line that says itself that it adds up others."""

RESULTS: Final = _one(
    "liikevoitto~", "liiketulos", "liiketappio", "käyttökate~", "myyntikate~",
    r"voitto \(tappio\)", "voitto/tappio ennen~", "voitto ennen", "tulos ennen",
    "tilikauden voitto~", "tilikauden tulos~", "tilikauden tappio~", "rörelseresultat~",
    "resultat efter", "resultat före", "årets resultat", "periodens resultat",
    "beräknat resultat", "bruttovinst", "bruttoresultat", "operating profit", "operating result",
    "operating income", "profit before", "result before", "net profit", "net income",
    "net result", "gross profit", "ebit", "ebitda", r"profit \(loss\)", "profit for the~",
    "rapportin tulos", "voitto/tappio", "laskennallinen tulos", "calculated result",
)  # fmt: skip
"""Lines of an income statement that add up what stands above them."""

RESULT_IN_BALANCE: Final = _one(
    "tilikauden voitto~", "tilikauden tulos~", "tilikauden tappio~", "tilikauden voitto/tappio",
    "årets resultat", "periodens resultat", "profit for the~", "net result", "result for the~",
    "edellisten tilikausien~", "balanserad~", "balanserat resultat", "retained earnings",
)  # fmt: skip
"""Lines of a balance sheet that are no total, however well they add up."""

COMPUTED_RESULT: Final = _one("beräknat resultat", "calculated result", "laskennallinen tulos")

GROUPS: Final = _one(
    "pysyvät vastaavat", "vaihtuvat vastaavat", "oma pääoma", "vieras pääoma",
    "anläggningstillgångar", "omsättningstillgångar", "eget kapital", "skulder", "fixed assets",
    "non-current assets", "current assets", "equity", "liabilities",
)  # fmt: skip
"""Lines of a balance sheet that name a side's parts: totals even of a single line."""

GROUP_LINES: Final = _one(
    "materiaalit ja palvelut", "henkilöstökulut", "henkilösivukulut", "liiketoiminnan muut~",
    "rahoitustuotot ja~", "poistot ja~", "aineettomat~", "aineelliset~", "lyhytaikai~",
    "pitkäaikai~", "saamiset", "vastaavaa", "vastattavaa", "vaihto-omaisuus", "rahat ja~",
    "personalkostnader", "övriga~", "finansiella~", "kortfristiga~", "långfristiga~",
    "tillgångar", "varulager~", "fordringar", "kassa och bank", "rörelsens~", "personnel~",
    "liikevaihto", "nettoomsättning", "revenue", "net sales", "turnover", "cost of sales",
    "handelsvaror", "råvaror~", "materials~", "other~", "financial~",
    "receivables", "inventories", "assets",
)  # fmt: skip
"""Lines that layouts give parts, so that rounding may keep them from adding up to the last unit."""

SIDE: Final = _one(
    "vastattavaa", "oma pääoma", "osakepääoma", "eget kapital", "aktiekapital", "equity",
    "share capital", "vieras pääoma", "skulder", "liabilities", "eget kapital och skulder",
)  # fmt: skip
"""Where the second side of a balance sheet begins."""

INCOME_LINES: Final = _one(
    "liikevaihto~", "myynti~", "myyntituotot", "nettoomsättning~", "försäljning~", "revenue~",
    "net sales", "sales", "turnover", "rörelsens intäkter~", "rörelseintäkter", "bruttotulos",
    "liiketoiminnan muut tuotot", "övriga rörelseintäkter", "muut tuotot", "tuotot~",
    "rahoitustuotot~", "korkotuotot", "ränteintäkter", "intäkter~", "other operating income",
    "other income", "interest income", "financial income", "income(?! tax)", "finansiella intäkter",
)  # fmt: skip
COST_LINES: Final = _one(
    "materiaalit~", "ostot~", "henkilöstökulut~", "palkat~", "poistot~",
    "liiketoiminnan muut kulut",
    "handelsvaror", "råvaror~", "övriga externa~", "personalkostnader", "av- och nedskrivningar",
    "löner~", "inköp~", "cost~", "personnel~", "depreciation~", "expenses", "other operating~",
    "henkilösivukulut~", "eläkekulut~", "ulkopuoliset palvelut", "muut kulut", "vuokrat",
    "tuloverot~", "skatt~", "kulut", "kostnader", "income tax~", "tax~", "rahoituskulut",
    "korkokulut", "räntekostnader", "interest expense~", "total expenses", "total costs",
)  # fmt: skip
BALANCE_LINES: Final = _one(
    "vastaavaa", "vastattavaa", "pysyvät vastaavat", "vaihtuvat vastaavat", "tillgångar", "assets",
    "equity", "liabilities", "oma pääoma", "vieras pääoma", "eget kapital", "skulder",
    "osakepääoma", "ostovelat", "myyntisaamiset", "rahat ja pankkisaamiset", "kassa och bank",
)  # fmt: skip

PRINTED: Final = _one(
    "tulostettu~", "tulostus~", "utskri~", "printed", "päivätty", "laadittu", "luotu", "haettu",
    "exported", "created", "luonnos~", "ajettu", "skapad~", "raportin ajopäivä",
)  # fmt: skip
"""Lines above a table whose date is not the statement's."""
FISCAL_YEAR: Final = _one(
    "tilikausi", "tilikauden", "räkenskapsår~", "fiscal year", "financial year"
)

STARTS: Final = {
    Kind.INCOME_STATEMENT: _one(
        "tuloslaskelma~", "liikevaihto", "nettoomsättning", "rörelsens intäkter~", "revenue",
        "resultaträkning~", "income statement", "profit and loss", "net sales", "turnover",
    ),
    Kind.BALANCE_SHEET: _one(
        "vastaavaa", "tase", "tillgångar", "balansräkning~", "balance sheet", "assets", "pysyvät~",
    ),
}  # fmt: skip
"""Lines with which a statement begins that has no heading of its own."""

SAMPLE_ROW: Final = re.compile(
    r"mallirivi|esimerkkirivi|exempelrad|example row|sample row", re.IGNORECASE
)

UNITS: Final = {
    1_000_000: re.compile(r"(?<!\w)(m€|meur|milj\.? ?(€|eur|euroa)|mnkr|msek|mkr|millions?)(?!\w)"),
    1_000: re.compile(
        r"(?<!\w)(t€|te|teur|k€|keur|tkr|kkr|tsek|ksek|1 ?000 ?(€|eur|euroa|kr|sek)|tuhatta euroa"
        r"|tuhansi(a|na) euro(ja|ina)|tusen(tals)? kronor|(in )?thousands?)(?!\w)"
    ),
}
CURRENCIES: Final = {
    "EUR": re.compile(r"€|(?<!\w)(t?euro?|euroa|euroina|te|keur)(?!\w)", re.IGNORECASE),
    "SEK": re.compile(r"(?<!\w)(kr\.?|t?sek|tkr|kkr|ksek|kronor)(?!\w)", re.IGNORECASE),
    "NOK": re.compile(r"(?<!\w)nok(?!\w)", re.IGNORECASE),
    "DKK": re.compile(r"(?<!\w)dkk(?!\w)", re.IGNORECASE),
}
LANGUAGES: Final = {
    "fi": re.compile(
        r"(?<!\w)\w*(ä\w*ä|tulos|tase|tili|rivi|vastaava|saldo|ostot|kulut|myynti|velat)"
    ),
    "sv": re.compile(
        r"(?<!\w)\w*(konto|räkning|rapport|skuld|resultat|kostnad|intäkt|benämning|summa)"
    ),
    "en": re.compile(
        r"(?<!\w)\w*(account|income|sheet|balance|equity|revenue|expense|profit|total)"
    ),
}
COMPANY: Final = re.compile(
    r"[^\W\d][^\d:,;|]{0,80}?\s(Oyj?|OYJ?|A[Bb]|Ky|KY|Ay|Tmi|Ltd|AS|ApS|Osk|ry)\b"
)


_SPACED: Final = re.compile(r"(?<!\w)\w(?: \w){3,}(?!\w)")
"""A word in spaced letters: ``v a s t a a v a a``."""
_NUMBERED: Final = re.compile(r"^(?:[ivx]{1,4}|[a-h]|\d{1,2})(?:[.)]\s*|\s+)(?=\w)")


def bare(label: str) -> str:
    """Return a label in small letters, without a number that a layout counts its lines with."""
    plain = " ".join(label.casefold().split())
    return _NUMBERED.sub("", _SPACED.sub(lambda word: word[0].replace(" ", ""), plain))


def kind_of(texts: Iterable[str]) -> Kind | None:
    """Return the statement that titles name; None when they name none or more than one."""
    joined = " | ".join(texts).casefold()
    named = [kind for kind, pattern in KINDS.items() if pattern.search(joined)]
    return named[0] if len(named) == 1 or Kind.TRIAL_BALANCE in named else None


def is_heading_label(label: str) -> bool:
    """Return whether a label is a heading's: a word of headings, a statement's or a company's name.

    It is what tells years in a heading from amounts.
    """
    plain = label.casefold()
    named = any(pattern.search(plain) for pattern in KINDS.values())
    return named or bool(HEADER_LABELS.fullmatch(plain) or COMPANY.fullmatch(label))


def role_of(header: str) -> Role | None:
    """Return what the heading of a column names; None when it names nothing."""
    lowered = header.casefold()
    return next((role for role, pattern in ROLES.items() if pattern.search(lowered)), None)


def unit_of(texts: Iterable[str]) -> int:
    """Return the unit that titles name, 1 when none."""
    joined = " | ".join(texts).casefold()
    return next((unit for unit, pattern in UNITS.items() if pattern.search(joined)), 1)


def currency_of(texts: Iterable[str]) -> str | None:
    """Return the currency that texts name; None when they name none or several."""
    joined = " | ".join(texts)
    named = [code for code, pattern in CURRENCIES.items() if pattern.search(joined)]
    return named[0] if len(named) == 1 else None


def language_of(texts: Iterable[str]) -> str:
    """Return the language that most words are of."""
    joined = " | ".join(texts).casefold()
    counts = {code: len(pattern.findall(joined)) for code, pattern in LANGUAGES.items()}
    return max(counts, key=counts.__getitem__)
