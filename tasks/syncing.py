"""What a person asks for by pressing Hämta data or Synka, as runs of the pull.

Documents always come. The ledger comes by its source: without a word of the person what a file
brought stays (R-SEN-30 to R-SEN-34).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from blocks.hub import Hub
from blocks.systems.registry import systems_with
from tasks.ledger_sources import YearSource, year_sources
from tasks.pages.documents import lacks_right

Choice = Literal["fetch", "overwrite", "keep", "leave"]
"""Of a year's ledger: fetch it (nothing of an uploaded file is there), overwrite what a file
brought, keep that, or leave the ledger out."""

LONG_AGO: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
LATEST: Final = 2
"""How many years "the two latest" are (R-SEN-27)."""


@dataclass(frozen=True)
class Asked:
    """A year that is to be fetched. `usual`: what happens unless the person says otherwise."""

    source: YearSource

    @property
    def usual(self) -> Choice:
        """The choice that overwrites nothing."""
        return "keep" if self.source.asks else "fetch"

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What the person may choose; one alone is no question (R-SEN-33)."""
        if self.source.asks:
            return "keep", "overwrite"
        return ("fetch",) if self.source.owner else ("fetch", "leave")


def latest_years(hub: Hub, tenant: str) -> list[Asked]:
    """Return the two latest years that exist here, latest first (R-SEN-27)."""
    wanted = [item.year for item in hub.years.latest(tenant, count=LATEST)]
    known = {item.year: item for item in year_sources(hub, tenant)}
    return [Asked(known[year]) for year in wanted]


def one_year(hub: Hub, tenant: str, key: str) -> Asked | None:
    """Return a year in use by its key; None when there is none."""
    found = (item for item in year_sources(hub, tenant) if item.year.key == key and item.defined)
    return next(map(Asked, found), None)


def documents_coming(hub: Hub, tenant: str) -> Literal["always", "no_right", ""]:
    """Return whether documents come with the ledger, as far as the latest fetch tells.

    Nothing where no system that has documents is connected.
    """
    if not any(hub.connections.find(tenant, name) for name in systems_with("documents")):
        return ""
    found = hub.documents.of_tenant(tenant).values()
    latest = max(found, key=lambda item: item.updated_at or LONG_AGO, default=None)
    return "no_right" if latest and lacks_right(latest.reason) else "always"


def pulls(years: Sequence[Asked], chosen: Mapping[str, Choice]) -> list[dict[str, Any]]:
    """Return the parameters of the runs that fetch the years, one for each way of doing it.

    Args:
        years: Which.
        chosen: The choice of each year, by its key; one that is left out, or that is not among its
            choices, is its usual.
    """
    by_way: dict[tuple[str, str], list[str]] = {}
    for item in years:
        key = item.source.year.key
        choice = chosen.get(key, item.usual)
        way = choice if choice in item.choices else item.usual
        ledger = "leave" if way == "leave" else "fetch"
        uploaded = "overwrite" if way == "overwrite" else "keep"
        by_way.setdefault((ledger, uploaded), []).append(key)
    return [
        {"years": keys, "ledger": ledger, "uploaded": uploaded}
        for (ledger, uploaded), keys in by_way.items()
    ]
