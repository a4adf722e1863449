"""Tenants to look at: a few odd ones first, then as many plain ones as are asked for."""

from __future__ import annotations

from typing import Any, Final

from simulators.books.company import Company
from simulators.books.faults import Fault
from simulators.books.years import LONG_FIRST_YEAR, broken_years, calendar_years
from simulators.fortnox.tenant import ALL_SCOPES, SimulatedTenant

FIRST_NUMBER: Final = 503_001
"""Database number of the first demo tenant; the others follow."""

VOUCHERS_PER_YEAR: Final = 200

_ODD: Final[tuple[tuple[dict[str, Any], dict[str, Any]], ...]] = (
    ({"years": calendar_years(2021, 2025)}, {}),
    ({"years": broken_years(2022, 2024)}, {"year_ids": (2, 3, 1)}),
    ({"years": calendar_years(2023, 2025)}, {"encoding": "utf-8"}),
    ({"years": LONG_FIRST_YEAR}, {"swedish_amounts": True}),
    ({"years": calendar_years(2024, 2025)}, {"sie_fault": Fault.WRONG_CLOSING_BALANCE}),
)
"""What is odd about the first tenants: their companies, and how Fortnox holds them."""

PLAIN_YEARS: Final = calendar_years(2024, 2025)


def demo_tenants(
    tenants: int = len(_ODD), *, seed: int = 100, consented: tuple[str, ...] | None = ALL_SCOPES
) -> list[SimulatedTenant]:
    """Give tenants whose books follow from the seed.

    The first has five years; the second broken years whose Ids are not in order of time; the third
    SIE files in UTF-8; the fourth a long first year and Swedish amounts; the fifth a wrong closing
    balance in its last year. All others are plain.

    Raises:
        ValueError: Seed and number lie beyond the 10,000 invented organisation numbers.
    """
    return [_tenant(place, seed + place, consented) for place in range(tenants)]


def _tenant(place: int, seed: int, consented: tuple[str, ...] | None) -> SimulatedTenant:
    plain: tuple[dict[str, Any], dict[str, Any]] = ({"years": PLAIN_YEARS}, {})
    books, held = _ODD[place] if place < len(_ODD) else plain
    company = Company(seed, vouchers_per_year=VOUCHERS_PER_YEAR, **books)
    return SimulatedTenant(FIRST_NUMBER + place, company, consented=consented, **held)
