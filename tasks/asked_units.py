"""The units of a backfill: the tenants and fiscal years that a person asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from blocks.hub import Hub
from ledger.asked_years import asked_years
from ledger.errors import TerminalError
from ledger.unit import Unit


class YearsUnfit(TerminalError):
    """What was asked for is no list of fiscal years."""

    sentence = "{reason} Nothing was fetched."


@dataclass(frozen=True)
class AskedUnit:
    """A year of a tenant. `in_span`: it need not be there."""

    unit: Unit
    in_span: bool = False


def asked_units(hub: Hub, tenants: Iterable[str], years: Iterable[str]) -> list[AskedUnit]:
    """Pair tenants with years, oldest first; a broken year is found by the year it ends in.

    Raises:
        YearsUnfit: A span has no year, or there are too many years.
    """
    try:
        asked = asked_years(years)
    except ValueError as problem:
        raise YearsUnfit(reason=str(problem)) from None
    found: dict[Unit, AskedUnit] = {}
    for year in sorted(asked, key=lambda item: item.in_span):
        for tenant in dict.fromkeys(tenants):
            unit = Unit(tenant, hub.years.meant(tenant, year.text))
            found.setdefault(unit, AskedUnit(unit, year.in_span))
    return sorted(found.values(), key=lambda item: item.unit.year)
