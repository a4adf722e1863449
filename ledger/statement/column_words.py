"""Words by which the headings of columns are known, in Finnish, Swedish and English."""

from __future__ import annotations

import re
from typing import Final

from ledger.statement import words
from ledger.statement.values import Role
from ledger.statement.words import one_of

ROLES: Final[dict[Role, re.Pattern[str]]] = {
    Role.PERCENT: re.compile(r"%|prosent|procent|percent|(?<!\w)(osuus|andel|share)(?!\w)"),
    Role.DIFFERENCE: one_of(
        "ero", "erot", "erotus", "poikkeama~", "avvikelse~", "avvik", "avv", "differens", "diff",
        "variance", "difference",
    ),
    Role.BUDGET: one_of(
        r"\w*budjet~", r"\w*budget~", "bud", "tavoite~", "talousarvio~", "ta", "plan", "planned",
        "target~",
    ),
    Role.FORECAST: one_of(
        r"\w*ennust~", "enn", r"\w*prognos~", "progn", "forecast~", "fc", "estimate~", "arvio",
    ),
    Role.NOTE: one_of("liite~", "liitetieto~", "not", "note", "notes", "viite", "huom~"),
    Role.QUANTITY: one_of("määrä", "kpl", "antal", "quantity", "tunnit", "timmar", "hours"),
    Role.COMPARISON: one_of(
        "edellinen~", "edellisen~", "edell", "ed", "edv", "viime~", "vertailu~", "föregående~",
        "fg", "föreg", "jämförelse~", "fjol~", "previous", "prior", "last year", "comparative",
        "ed vuosi", "py", "ly",
    ),
    Role.OPENING: one_of(
        "alkusaldo~", "alku", "alussa", "början", "beginning", "avaava~", "avaus~", "alkutase",
        "ing", "ingående~", "ib", "opening~",
    ),
    Role.DEBIT: one_of("debet", "debit", "deb", "per kirjaukset"),
    Role.CREDIT: one_of("kredit", "kreditt", "credit", "kred"),
    Role.CUMULATIVE: one_of(
        "kumul~", "kum", "kertymä~", "kertynyt", "tilikauden alusta", "ackum~", "ack", "ytd",
        "year to date",
        "cumulative", "yhteensä", "yht", "summa", "total", "totalt",
        "sammanlagt", "alusta", "hittills", "kuluva vuosi", "innevarande år", "this year",
    ),
    Role.AMOUNT: one_of(
        "loppusaldo~", "loppu", "lopussa", "slut", "end", "saldo~", "utg", "utgående~", "ub",
        "closing~", "balance", "toteuma",
        "toteutu~", "tot", "utfall", "actual", "summa", "tilikausi",
    ),
    Role.MONTH: one_of(
        "kuukausi", "kuluva kuukausi", "kuluva kk", "kausi", "månad~", "perioden", "denna period",
        "denna månad", "month",
    ),
    Role.MOVEMENT: one_of("muutos", "tapahtumat", "period", "förändring", "movement", "change"),
}  # fmt: skip

FAMILIAR: Final = one_of(
    "kuluva", "kuluvan", "nykyinen", "tämä", "vuosi", "vuonna", "jakso", "raportointikausi",
    "ajalta", "ajalla", "per", "den", "för", "innevarande", "detta", "år", "året", "current",
    "this", "year", "period~", "for", "the", "of", "as", "at", "ended", "ending", "till", "to",
    "kk", "kuukautta", "mån", "månader", "months", "belopp~", "amount~", "arvo", "value",
    "hela", "helår~", "kaudella", "kauden", "tilikaudella", "luonnos", "alustava", "preliminär~",
    "utkast", "draft", "tilintarkast~", "revider~", "oreviderad~", "audited", "unaudited", "fy",
    "cy", "ja", "och", "and", "i", "in", "saakka", "asti", "from", "from och med", "klo",
)  # fmt: skip
"""Words of headings that say nothing of what a column holds."""

SUM_HEADER: Final = one_of("yhteensä", "yht", "summa", "total", "totalt", "sammanlagt")
"""Headings of a sum: of months where there are some beside it, else of nothing but accounts."""

HEADER_LABELS: Final = one_of(
    "rivi", "tili", "tilinro", "tilinumero", "konto", "kontonr", "account", "nimi", "benämning",
    "tilin nimi", "selite", "eur", "sek", "euroa", "tilikausi", "vuosi", "kausi", "år", "year",
    "period", "line", "row", "rad", "tuloslaskelma", "tase", "nimike", "text", "description",
)  # fmt: skip
LINE_HEADERS: Final = one_of(
    "rivi", "rivinro", "rivinumero", "rad", "radnr", "line", "line no", "row"
)
"""Headings of numbers that only count a layout's lines."""
ACCOUNT_HEADERS: Final = one_of(
    "tili", "tilinro", "tilinumero", "tili nro", "konto", "kontonr", "kontonummer", "account",
    "account no", "nro", "nr", "no",
)  # fmt: skip


def is_heading_label(label: str) -> bool:
    """Return whether a label is a heading's: a word of headings, a statement's or a company's name.

    It is what tells years in a heading from amounts.
    """
    plain = label.casefold()
    named = any(pattern.search(plain) for pattern in words.KINDS.values())
    return named or bool(HEADER_LABELS.fullmatch(plain) or words.COMPANY.fullmatch(label))


def role_of(header: str) -> Role | None:
    """Return what the heading of a column names; None when it names nothing."""
    lowered = header.casefold()
    return next((role for role, pattern in ROLES.items() if pattern.search(lowered)), None)


def strange_words(text: str) -> frozenset[str]:
    """Return the words of a heading that no table of words here knows, in small letters.

    Args:
        text: A heading without its times.
    """
    left = words.COMPANY.sub(" ", text).casefold()
    tables = (ROLES, words.KINDS, words.UNITS, words.CURRENCIES)
    known = (pattern for table in tables for pattern in table.values())
    for pattern in (*known, HEADER_LABELS, words.FISCAL_YEAR, FAMILIAR):
        left = re.sub(rf"(?:{pattern.pattern})\w*", " ", left, flags=re.IGNORECASE)
    return frozenset(re.findall(r"[^\W\d_]{2,}|(?<!\w)[^\W\d_]\d+", left))
