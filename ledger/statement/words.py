"""Words by which headings and lines are known, in Finnish, Swedish and English.

Each table maps what is meant to one pattern over text in small letters; the first that fits counts.
They are the words of the programs' report layouts and of the layouts that the law gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ledger.statement.values import Kind


def one_of(*words: str) -> re.Pattern[str]:
    """Match any of the words; one that ends with ``~`` may go on."""
    bounded = (word[:-1] if word.endswith("~") else rf"{word}(?!\w)" for word in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(bounded)})", re.IGNORECASE)


KINDS: Final[dict[Kind, re.Pattern[str]]] = {
    Kind.TRIAL_BALANCE: one_of(
        "koetase~", "saldoluettelo~", "saldolista~", "saldoraportti", "tilien saldot", "saldot",
        "saldobalans~", "råbalans~", "balanslista", "kontosaldon", "trial balance",
    ),
    Kind.INCOME_STATEMENT: one_of(
        "tuloslaskelma~", "tulosraportti", "tulosseuranta", "resultatrapport~", "resultaträkning~",
        "income statement", "profit and loss", "profit & loss", "p&l", "statement of income",
    ),
    Kind.BALANCE_SHEET: one_of(
        "tase", "taseraportti", "tase-erittely", "taselaskelma", "balansrapport~", "balansräkning~",
        "balance sheet", "statement of financial position",
    ),
}  # fmt: skip

DEBIT_SIGNS: Final = frozenset({"d", "debet", "debit", "dr", "deb", "+"})
CREDIT_SIGNS: Final = frozenset({"k", "kredit", "c", "cr", "credit", "kred", "-"})
"""What may stand behind a balance that is printed without a sign."""

TOTALS: Final = one_of(
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

RESULTS: Final = one_of(
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

ONLY_LINES: Final = one_of(
    "liikevoitto~", "liiketulos", "rörelseresultat~", "resultat efter finansiella~",
    "operating profit~", r"voitto \(tappio\) ennen", "profit before~", "tulos ennen~",
)  # fmt: skip
"""Lines that no chart has as an account: a number before them is only the line's."""

RESULT_IN_BALANCE: Final = one_of(
    "tilikauden voitto~", "tilikauden tulos~", "tilikauden tappio~", "tilikauden voitto/tappio",
    "årets resultat", "periodens resultat", "profit for the~", "net result", "result for the~",
    "edellisten tilikausien~", "balanserad~", "balanserat resultat", "retained earnings",
)  # fmt: skip
"""Lines of a balance sheet that are no total, however well they add up."""

COMPUTED_RESULT: Final = one_of("beräknat resultat", "calculated result", "laskennallinen tulos")

GROUPS: Final = one_of(
    "pysyvät vastaavat", "vaihtuvat vastaavat", "oma pääoma", "vieras pääoma",
    "anläggningstillgångar", "omsättningstillgångar", "eget kapital", "skulder", "fixed assets",
    "non-current assets", "current assets", "equity", "liabilities",
)  # fmt: skip
"""Lines of a balance sheet that name a side's parts: totals even of a single line."""

GROUP_LINES: Final = one_of(
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

SIDE: Final = one_of(
    "vastattavaa", "oma pääoma", "osakepääoma", "eget kapital", "aktiekapital", "equity",
    "share capital", "vieras pääoma", "skulder", "liabilities", "eget kapital och skulder",
)  # fmt: skip
"""Where the second side of a balance sheet begins."""

INCOME_LINES: Final = one_of(
    "liikevaihto~", "myynti(?!kulu|meno)~", "nettoomsättning~", "försäljning(?!skost|somk)~",
    "revenue~", "net sales", "sales", "turnover", "rörelsens intäkter~", "rörelseintäkter",
    "bruttotulos",
    "liiketoiminnan muut tuotot", "övriga rörelseintäkter", "muut tuotot", "tuotot~",
    "rahoitustuotot~", "korkotuotot", "ränteintäkter", "intäkter~", "other operating income",
    "other income", "interest income", "financial income", "income(?! tax)", "finansiella intäkter",
)  # fmt: skip
ADDED_LINES: Final = re.compile(
    r"tuotot|tuottoja|intäkter|(?<!\w)income(?! tax)|revenue|(?<!\w)sales|avustukset|resultat från"
    r"|finansiella poster|rahoituserät|financial items|net financ"
)
"""Lines of income, and of income less costs, wherever the word stands in them."""
COST_LINES: Final = one_of(
    "materiaalit~", "ostot~", "henkilöstökulut~", "palkat~", "poistot~",
    "liiketoiminnan muut kulut",
    "handelsvaror", "råvaror~", "övriga externa~", "personalkostnader", "av- och nedskrivningar",
    "löner~", "inköp~", "cost~", "personnel~", "depreciation~", "expenses", "other operating~",
    "henkilösivukulut~", "eläkekulut~", "ulkopuoliset palvelut", "muut kulut", "vuokrat",
    "tuloverot~", "skatt~", "kulut", "kostnader", "income tax~", "tax~", "rahoituskulut",
    "korkokulut", "räntekostnader", "interest expense~", "total expenses", "total costs",
)  # fmt: skip
BALANCE_LINES: Final = one_of(
    "vastaavaa", "vastattavaa", "pysyvät vastaavat", "vaihtuvat vastaavat", "tillgångar", "assets",
    "equity", "liabilities", "oma pääoma", "vieras pääoma", "eget kapital", "skulder",
    "osakepääoma", "ostovelat", "myyntisaamiset", "rahat ja pankkisaamiset", "kassa och bank",
)  # fmt: skip

PRINTED: Final = one_of(
    "tulostettu~", "tulostus~", "utskri~", "printed", "päivätty", "laadittu", "luotu", "haettu",
    "exported", "created", "luonnos~", "ajettu", "skapad~", "raportin ajopäivä",
)  # fmt: skip
"""Lines above a table whose date is not the statement's."""
FISCAL_YEAR: Final = one_of(
    "tilikausi", "tilikauden", "räkenskapsår~", "fiscal year", "financial year"
)

STARTS: Final = {
    Kind.INCOME_STATEMENT: one_of(
        "tuloslaskelma~", "liikevaihto", "nettoomsättning", "rörelsens intäkter~", "revenue",
        "resultaträkning~", "income statement", "profit and loss", "net sales", "turnover",
    ),
    Kind.BALANCE_SHEET: one_of(
        "vastaavaa", "tase", "tillgångar", "balansräkning~", "balance sheet", "assets", "pysyvät~",
    ),
}  # fmt: skip
"""Lines with which a statement begins that has no heading of its own."""

KEY_FIGURES: Final = re.compile(
    r"(?<![\d\s])\s*%|^%|prosentti|(?<!\d )(?<!\d)(procent|percent)"
    r"|henkilö(stö|stöä|t)? keskimäärin|henkilömäärä|lukumäärä|omavaraisuusaste|soliditet"
    r"|(medel)?antal(et)? (anställda|aktier)|number of (employees|shares|personnel)|(equity|current"
    r"|quick) ratio|per (aktie|share|osake)|osakekohtai"
)
"""Rows of ratios and counts among a statement's amounts; a rate of VAT in a name is none."""

SAMPLE_ROW: Final = re.compile(
    r"mallirivi|esimerkkirivi|exempelrad|example row|sample row", re.IGNORECASE
)

UNITS: Final = {
    1_000_000: re.compile(r"(?<!\w)(m€|meur|milj\.? ?(€|eur|euroa)|mnkr|msek|mkr|millions?)(?!\w)"),
    1_000: re.compile(
        r"(?<!\w)(t€|teur|k€|keur|tkr|kkr|tsek|ksek|1[ .,]?000 ?(€|eur|euroa|kr|sek)|tuhatta euroa"
        r"|(eur|sek|kr) ?1[ .,]?000|tuhansi(a|na) euro(ja|ina)|tusen(tals?)? kr(onor)?"
        r"|tusental|(in )?thousands?)(?!\w)"
        r"|€ ?1[ .,]?000(?![\d.,])|['\u2019]000s?(?!\w)|(?:^|[(,;|])\s*te(?=\s*(?:[),;|]|$))"
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
