"""Ecom's periods and integrations, from the events of a company."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.ecom.events import Event, EventKind, month_of
from ledger.ecom.history import in_sequence


@dataclass(frozen=True)
class Company:
    """What a company's events say.

    `closings`: by month, each change of it: (moment, whether it was closed then). `others`: each
    change of which other bookkeeping integrations are attached. `missing`: sequence number of an
    event that has not come, behind which nothing counts.
    """

    closings: dict[str, list[tuple[dt.datetime, bool]]] = field(default_factory=dict)
    others: tuple[tuple[dt.datetime, tuple[str, ...]], ...] = ()
    missing: int | None = None
    unknown: tuple[str, ...] = ()

    @property
    def attached(self) -> tuple[str, ...]:
        """Return the other integrations that are attached now."""
        return self.others[-1][1] if self.others else ()

    @property
    def had_integration(self) -> bool:
        """Return whether there ever was another integration."""
        return any(names for _, names in self.others)

    def attached_at(self, moment: dt.datetime) -> tuple[str, ...]:
        """Return the other integrations that were attached at a moment."""
        until = [names for changed, names in self.others if changed <= moment]
        return until[-1] if until else ()

    def is_closed(self, day: dt.date, *, at: dt.datetime | None = None) -> bool:
        """Return whether the period of a day is closed, now or at a moment."""
        changes = self.closings.get(month_of(day), [])
        until = [was for moment, was in changes if at is None or moment <= at]
        return bool(until) and until[-1]

    def open_before(self, month: str, *, since: str) -> list[str]:
        """Return the months from `since` up to `month`, that one left out, that are not closed."""
        found, year, number = [], *map(int, since.split("-"))
        while (one := f"{year:04}-{number:02}") < month:
            if not self.is_closed(dt.date(year, number, 1)):
                found.append(one)
            year, number = (year, number + 1) if number < 12 else (year + 1, 1)
        return found


def fold_company(events: Iterable[Event]) -> Company:
    """Return what a company's events say, in whatever order they came."""
    ordered = in_sequence(events)
    closings: dict[str, list[tuple[dt.datetime, bool]]] = {}
    attached: dict[str, None] = {}
    others: list[tuple[dt.datetime, tuple[str, ...]]] = []
    for event in ordered.events:
        if event.period:
            is_closed = event.known is EventKind.PERIOD_CLOSED
            closings.setdefault(event.period, []).append((event.occurred_at, is_closed))
        elif event.known is EventKind.INTEGRATION_ATTACHED:
            attached[event.integration] = None
            others.append((event.occurred_at, tuple(attached)))
        elif event.known is EventKind.INTEGRATION_DETACHED:
            attached.pop(event.integration, None)
            others.append((event.occurred_at, tuple(attached)))
    return Company(closings, tuple(others), ordered.missing, ordered.unknown)
