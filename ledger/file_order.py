"""When the books in a source are of: the order in which sources of one unit are taken.

A date is text, ISO 8601 without a zone: ``2025-01-31``, or ``2025-01-31T12:00:00`` where the time
is known; local to whoever keeps the books. Empty text: nothing says when.

Source:
    R-FIN-33. The date in the agreed name counts first, then the source's own, then the
    time of the file.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from typing import Final

DATED_NAME: Final = re.compile(
    r"(?<!\d)(20\d\d)(-?)(\d\d)\2(\d\d)"
    r"(?:[T_-](\d\d)[-:.]?(\d\d)(?:[-:.]?(\d\d))?)?(?!\d)",
    re.ASCII,
)
"""A day in a file's name, with the time behind it if there is one."""


def is_older(date: str, other: str) -> bool:
    """Return whether a date lies before another, as far as both of them are known.

    Two of one day, of which one has no time, are of the same age.
    """
    known = min(len(date), len(other))
    return date[:known] < other[:known]


def of_moment(moment: dt.datetime) -> str:
    """Return a date with its time, to the second."""
    return moment.replace(microsecond=0, tzinfo=None).isoformat()


def date_in(file_name: str) -> str:
    """Return the one date that a file's name holds; empty when it holds none or several."""
    found = {_date(match) for match in DATED_NAME.finditer(file_name)} - {""}
    return found.pop() if len(found) == 1 else ""


def _date(match: re.Match[str]) -> str:
    year, _, month, day, *clock = match.groups()
    with suppress(ValueError):
        date = dt.date(int(year), int(month), int(day))
        hour, minute, second = (int(part or 0) for part in clock)
        moment = dt.datetime.combine(date, dt.time(hour, minute, second))
        return of_moment(moment) if clock[0] else date.isoformat()
    return ""
