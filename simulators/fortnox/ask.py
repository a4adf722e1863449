"""What a resource is asked, with its query read as Fortnox reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from simulators.books.years import Year
from simulators.fortnox.answers import Answer, Refusal
from simulators.fortnox.edition import SWEDEN, Edition, VoucherKey
from simulators.fortnox.tenant import Tenant

BAD_REQUEST: Final = 400
NOT_FOUND: Final = 404
STAMPS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


@dataclass(frozen=True)
class Ask:
    """One request for a resource. `now` in UTC; `oddities`: faults that change what is said."""

    tenant: Tenant
    edition: Edition
    query: Mapping[str, str]
    path: Mapping[str, str]
    accept: str
    now: dt.datetime
    is_administrator: bool = True
    has_meta: bool = True
    oddities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        """The day in Sweden."""
        return self.now.astimezone(SWEDEN).date()

    def meets(self, fault: str) -> bool:
        """Return whether this request meets a fault that changes what is said."""
        return fault in self.oddities

    @property
    def hidden(self) -> VoucherKey | None:
        """The voucher that this answer must leave out, if any."""
        if not self.meets("hide_voucher"):
            return None
        series, number = self.oddities["hide_voucher"]["voucher"] or ("B", 1)
        return str(series), int(number)

    def integer(self, name: str, default: int) -> int:
        """Read a whole number from the query."""
        text = self.query.get(name, str(default))
        if not text.isdecimal():
            raise Refusal(BAD_REQUEST, 2000108)
        return int(text)

    def date(self, name: str) -> dt.date | None:
        """Read a date from the query, if it is there."""
        stamp = self.stamp(name)
        return stamp.date() if stamp else None

    def stamp(self, name: str) -> dt.datetime | None:
        """Read a moment in Swedish time from the query, if it is there."""
        text = self.query.get(name)
        return _stamp(text) if text is not None else None

    def place(self, *names: str) -> int:
        """Give the year that is asked for by Id (under one of some names) or date.

        When nothing is said Fortnox takes the current year.
        """
        named = next((name for name in (*names, "financialyear") if name in self.query), None)
        if named:
            return self.place_of(self.integer(named, 0))
        date = self.date("financialyeardate")
        return self.edition.current(self.today) if date is None else self._place_at(date)

    def place_of(self, year_id: int) -> int:
        """Give the place of the year with an Id; a calendar year is none."""
        if year_id not in self.edition.ids:
            raise Refusal(BAD_REQUEST, 2000729)
        return self.edition.ids.index(year_id)

    def _place_at(self, date: dt.date) -> int:
        places = [p for p, year in enumerate(self.edition.company.years) if holds(year, date)]
        if not places:
            raise Refusal(BAD_REQUEST, 2000729)
        return places[0]

    def url(self, path: str) -> str:
        """Give the link that lists print."""
        return f"{self.edition.base}/3/{path}"


def holds(year: Year, date: dt.date) -> bool:
    """Return whether a date lies in a year."""
    return year.start_date <= date <= year.end_date


def _stamp(text: str) -> dt.datetime:
    for form in STAMPS:
        try:
            return dt.datetime.strptime(text, form)  # noqa: DTZ007  Swedish time without a zone
        except ValueError:
            continue
    raise Refusal(BAD_REQUEST, 2000588)


Handler = Callable[[Ask], Answer]
