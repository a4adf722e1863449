"""Books of an invented company by month: what every printed figure comes from."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

MONTHS = [(year, month) for year in (2024, 2025, 2026) for month in range(1, 13)]

CHARTS = {
    "fi": {
        "1160": "Koneet ja kalusto", "1500": "Aineet ja tarvikkeet", "1701": "Myyntisaamiset",
        "1763": "Arvonlisäverosaamiset", "1900": "Kassa", "1910": "Pankkitili 1",
        "2001": "Osakepääoma", "2251": "Edellisten tilikausien voitto/tappio",
        "2621": "Lainat rahoituslaitoksilta 1", "2871": "Ostovelat", "2939": "Arvonlisäverovelka",
        "2962": "Lomapalkkamenot", "3000": "Myynti 25,5 %", "3010": "Myynti 13,5 %",
        "3500": "Myynnin alennukset", "3900": "Saadut avustukset", "4000": "Ostot",
        "4010": "Ostot EU", "4400": "Varaston muutos", "4450": "Alihankinta",
        "5010": "Kuukausipalkat", "6130": "TyEL-maksut", "6400": "Tapaturmavakuutus",
        "6870": "Poisto koneista", "7230": "Toimitilavuokrat", "7660": "Ohjelmistot",
        "9140": "Korkotuotot", "9460": "Korkokulut lainoista", "9900": "Tilikauden verot",
    },
    "sv": {
        "1220": "Inventarier", "1460": "Lager av handelsvaror", "1510": "Kundfordringar",
        "1630": "Skattekonto", "1910": "Kassa", "1930": "Företagskonto", "2081": "Aktiekapital",
        "2091": "Balanserad vinst eller förlust", "2350": "Lån från kreditinstitut",
        "2440": "Leverantörsskulder", "2650": "Redovisningskonto för moms",
        "2920": "Upplupna semesterlöner", "3001": "Försäljning inom Sverige, 25 % moms",
        "3305": "Försäljning tjänster utanför Sverige", "3740": "Öres- och kronutjämning",
        "3990": "Övriga ersättningar", "4010": "Inköp material och varor",
        "4531": "Inköp tjänster", "4960": "Förändring av lager", "4600": "Legoarbeten",
        "7010": "Löner", "7410": "Pensionsförsäkringspremier", "7510": "Arbetsgivaravgifter",
        "7832": "Avskrivningar på inventarier", "5010": "Lokalhyra", "6570": "Bankkostnader",
        "8310": "Ränteintäkter från bank", "8410": "Räntekostnader för lån",
        "8910": "Skatt på årets resultat",
    },
}  # fmt: skip
BANK = {"fi": "1910", "sv": "1930"}
RETAINED = {"fi": "2251", "sv": "2091"}


def is_balance(account):
    return account[0] in "12"


@dataclass(frozen=True)
class Span:
    """Movements of whole months, from the first to the last."""

    first: tuple[int, int]
    last: tuple[int, int]


@dataclass(frozen=True)
class Moment:
    """Balances at the end of a month; income accounts since the fiscal year began."""

    month: tuple[int, int]


class Books:
    """Balances and movements by account and month. Debit positive; a month adds up to zero."""

    def __init__(self, chart, seed, year_starts=1):
        """Draw movements; the result of a fiscal year goes to retained earnings on its end."""
        self.chart, self.year_starts = chart, year_starts
        self.names = CHARTS[chart]
        drawn = random.Random(seed)  # noqa: S311 - figures, no keys
        self.moved = {month: self._month(drawn) for month in MONTHS}
        self.opening = {a: Decimal(0) for a in self.names}
        for account in filter(is_balance, self.names):
            sign = 1 if account[0] == "1" else -1
            self.opening[account] = sign * Decimal(drawn.randint(10_001, 99_999_999)).scaleb(-2)
        self.opening[BANK[chart]] -= sum(self.opening.values())

    def _month(self, drawn):
        moved = {}
        for account in self.names:
            sign = -1 if account[0] == "3" or account in ("9140", "8310") else 1
            most = 19_999_999 if sign < 0 else 2_999_999
            moved[account] = sign * Decimal(drawn.randint(1_001, most)).scaleb(-2)
        for account in (RETAINED[self.chart], "2001", "2081"):
            moved[account] = Decimal(0)
        moved[BANK[self.chart]] = Decimal(0)
        moved[BANK[self.chart]] = -sum(moved.values())
        return {account: moved[account] for account in self.names}

    def year_start(self, month):
        """Return the first month of the fiscal year that a month lies in."""
        year = month[0] if month[1] >= self.year_starts else month[0] - 1
        return (year, self.year_starts)

    def amount(self, account, time):
        """Return the movement or the balance of an account."""
        if isinstance(time, Span):
            months = [m for m in MONTHS if time.first <= m <= time.last]
            return sum((self.moved[m][account] for m in months), Decimal(0))
        start = self.year_start(time.month)
        if not is_balance(account):
            return self.amount(account, Span(start, time.month))
        balance = self.opening[account] + self.amount(account, Span(MONTHS[0], time.month))
        if account == RETAINED[self.chart]:
            before = [m for m in MONTHS if m < start]
            balance += sum(
                self.moved[m][a] for m in before for a in self.names if not is_balance(a)
            )
        return balance

    def result(self, time):
        """Return the result of a time, a profit negative as the books have it."""
        accounts = [a for a in self.names if not is_balance(a)]
        return sum((self.amount(a, time) for a in accounts), Decimal(0))


@cache
def books(chart, seed=7, year_starts=1):
    """Return the books of a seed."""
    return Books(chart, seed, year_starts)
