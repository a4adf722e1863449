"""Which fiscal years a pull fetches: those that exist here, found in the source by their dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from blocks.hub import DefinedYear, UnitStatus
from blocks.systems.ports import SourceYear
from blocks.systems.registry import Books
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.readers import FORMATS
from tasks.ledger_sources import owner_of
from tasks.steps import step
from tasks.stores import Stores

Which = Literal["open years", "two latest years"]
"""What is fetched when no year is named: every year that is open here, or the two that end last."""

CLOSED_YEAR_INTERVAL: Final = dt.timedelta(days=7)
"""A closed year is looked at again in the night after this age of its last good load."""


class NoYears(TerminalError):
    """A tenant has no fiscal years, so nothing says what to fetch."""

    def __init__(self, tenant: str, *, source_years: Sequence[SourceYear]) -> None:
        known = ", ".join(str(item.year) for item in source_years) or "none"
        super().__init__(
            f"{tenant} has no fiscal year here, and none was named. The source has: {known}. "
            f"Define those to fetch, such as `tasma tenant year add {tenant} 2025`; or name them "
            "and say that they are to be defined (--define).",
            tenant=tenant,
            known=known,
        )


@dataclass(frozen=True)
class WantedYear:
    """A year to fetch. `source`: the same dates in the source; None when it has no such year."""

    year: FiscalYear
    source: SourceYear | None


@step("source years", about="tenant")
async def source_years(tenant: str, books: Books) -> list[SourceYear]:  # noqa: ARG001 - the step is named after it
    """List the fiscal years of the tenant's company: the first that is asked in every pull.

    Raises:
        TransientError: No answer that could be used; asked again a few times before that.
        TerminalError: Somebody has to act; the message says who.
    """
    return [*await books.ledger.fiscal_years()]


def wanted_years(
    stores: Stores,
    tenant: str,
    source_years: Sequence[SourceYear],
    *,
    named: Sequence[str] = (),
    which: Which = "open years",
    is_night: bool = False,
) -> list[WantedYear]:
    """Choose the years to fetch, in order of date.

    Args:
        stores: Whose hub says which years exist here.
        tenant: Whose books.
        source_years: What the source has.
        named: Exactly these, such as ``2024`` or ``2024-07-01_2025-06-30`` (R-FIN-4, R-SEN-28).
        which: When none is named (R-SEN-27: the two latest years *that exist here*).
        is_night: Whether closed years that were not looked at for a week are to be fetched too.

    Raises:
        NoYears: None is named and none exists here.

    Source:
        R-SEN-13: years match by both their dates, never by the source's own id.
    """
    if named:
        years = [FiscalYear.parse(text) for text in named]
    else:
        years = _existing(stores, tenant, which, is_night=is_night)
        if not years and not stores.hub.years.active(tenant):
            raise NoYears(tenant, source_years=source_years)
    by_dates = {item.year: item for item in source_years}
    return [WantedYear(year, by_dates.get(year)) for year in sorted(set(years))]


def undefined_years(
    stores: Stores, tenant: str, source_years: Sequence[SourceYear]
) -> list[FiscalYear]:
    """Return the source's years behind all that exist here, which somebody has to define."""
    active = [item.year for item in stores.hub.years.active(tenant)]
    last = max((year.end_date for year in active), default=dt.date.max)
    return sorted(item.year for item in source_years if item.year.start_date > last)


def compare_years(
    stores: Stores, tenant: str, system: str, source_years: Sequence[SourceYear]
) -> str:
    """Say which years here are gone or have other dates there, and let the connection say so.

    Returns:
        The difference in words, with what to do; empty when there is none.

    Source:
        R-SEN-13: years match by both their dates; a person retires one whose dates changed.
    """
    today = stores.hub.tenants.get(tenant).day_of(stores.hub.database.now())
    found = [
        _difference(item, _source_of(stores, tenant, item.year), system, source_years)
        for item in stores.hub.years.active(tenant)
        if item.start_date <= today
    ]
    difference = " ".join(filter(None, found))
    stores.hub.connections.compared_years(tenant, system, difference=difference)
    return difference


def _difference(defined: DefinedYear, source: str, system: str, there: Sequence[SourceYear]) -> str:
    tenant, year = defined.tenant, defined.year
    if any(item.year == year for item in there):
        return ""
    if others := overlapping(year, there):
        listed = ", ".join(map(str, others))
        return (
            f"The fiscal year {year} has other dates in the source: {listed}. If those are right: "
            f"`tasma tenant year retire {tenant} {year}`, then `tasma tenant year add {tenant} "
            f"{others[0]}`."
        )
    # A year that was only ever uploaded, or closed before the source was used, need not be there.
    if source not in {"", system} or (not source and _is_closed(defined)):
        return ""
    return (
        f"The source has no fiscal year {year}{' any more' if source else ''}. Make it there, or "
        f"retire it here: `tasma tenant year retire {tenant} {year}`."
    )


def _source_of(stores: Stores, tenant: str, year: FiscalYear) -> str:
    """Return whose the ledger of a year is: the file's that was uploaded, else the owner's."""
    unit = stores.hub.units.find(tenant, year)
    uploaded = unit.ledger_source if unit and unit.ledger_source in FORMATS else ""
    return uploaded or owner_of(stores.hub, tenant, year)


def overlapping(year: FiscalYear, there: Sequence[SourceYear]) -> list[FiscalYear]:
    """Return the source's years that share a day with a year and are not it."""
    return [item.year for item in there if item.year.overlaps(year) and item.year != year]


def _existing(stores: Stores, tenant: str, which: Which, *, is_night: bool) -> list[FiscalYear]:
    if which == "two latest years":
        return [item.year for item in stores.hub.years.latest(tenant)]
    now = stores.hub.database.now()
    today = stores.hub.tenants.get(tenant).day_of(now)
    units = {unit.year: unit for unit in stores.hub.units.of_tenant(tenant)}
    return [
        item.year
        for item in stores.hub.years.active(tenant)
        if item.start_date <= today
        and (not _is_closed(item) or (is_night and _rested(units.get(item.year), now)))
    ]


def _is_closed(year: DefinedYear) -> bool:
    return year.locked_until is not None and year.locked_until >= year.end_date


def _rested(unit: UnitStatus | None, now: dt.datetime) -> bool:
    last = unit.last_published_at if unit else None
    return last is None or now - last >= CLOSED_YEAR_INTERVAL
