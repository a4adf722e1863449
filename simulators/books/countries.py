"""What differs by country in invented books: accounts, series, VAT, the result, numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from simulators.books.chart import ACCOUNTS, CHART, at, finnish
from simulators.books.finnish import finnish_series
from simulators.books.names import (
    COMPANIES,
    FINNISH_COMPANIES,
    business_id,
    organisation_number,
)
from simulators.books.templates import SERIES, Series
from simulators.books.years import Year


@dataclass(frozen=True, eq=False)
class Country:
    """One country. Accounts are positions in `chart.ACCOUNTS`.

    `start`: opening balances of a new company in hundredths; `older_results` takes what is left.
    `result` holds the result of the last year, which `result_before` takes over; `result_of_year`
    books it, None where nothing does. `vat_accounts`: what a monthly summary of VAT consists of.
    """

    code: str
    currency: str
    chart_type: str
    first_account: int
    last_account: int
    series: Callable[[Year], tuple[Series, ...]]
    name_of: Callable[[int], str]
    number_of: Callable[[int], str]
    start: Mapping[int, int]
    bank: int
    older_results: int
    result: int
    result_before: int
    result_of_year: int | None
    year_end_series: str
    year_end_label: str
    project_account: int
    corrected_account: int
    vat_accounts: frozenset[int]
    digits_before_hyphen: int


def _named(names: tuple[str, ...]) -> Callable[[int], str]:
    return lambda seed: names[seed % len(names)]


SWEDEN: Final = Country(
    code="SE",
    currency="SEK",
    chart_type="EUBAS97",
    first_account=0,
    last_account=len(CHART) - 1,
    series=lambda _year: SERIES,
    name_of=_named(COMPANIES),
    number_of=organisation_number,
    start={
        at(number): ore
        for number, ore in {
            "1220": 480_000_00,
            "1229": -120_000_00,
            "1510": 215_340_50,
            "1930": 902_118_75,
            "1940": 300_000_00,
            "2081": -50_000_00,
            "2440": -188_210_25,
        }.items()
    },
    bank=at("1930"),
    older_results=at("2091"),
    result=at("2099"),
    result_before=at("2098"),
    result_of_year=at("8999"),
    year_end_series="Y",
    year_end_label="Omföring av resultat",
    project_account=at("1220"),
    corrected_account=at("6991"),
    vat_accounts=frozenset(map(at, ("2611", "2621", "2631", "2641"))),
    digits_before_hyphen=6,
)

FINLAND: Final = Country(
    code="FI",
    currency="EUR",
    chart_type="",
    first_account=len(CHART),
    last_account=len(ACCOUNTS) - 1,
    series=finnish_series,
    name_of=_named(FINNISH_COMPANIES),
    number_of=business_id,
    start={
        finnish(number): cents
        for number, cents in {
            "1161": 84_000_00,
            "1169": -21_000_00,
            "1701": 41_250_75,
            "1910": 96_118_40,
            "2001": -2_500_00,
            "2871": -18_210_25,
        }.items()
    },
    bank=finnish("1910"),
    older_results=finnish("2251"),
    result=finnish("2371"),
    result_before=finnish("2251"),
    result_of_year=None,
    year_end_series="TI",
    year_end_label="Tuloksen siirto",
    project_account=finnish("1161"),
    corrected_account=finnish("8680"),
    vat_accounts=frozenset(map(finnish, ("17631", "29391"))),
    digits_before_hyphen=7,
)
