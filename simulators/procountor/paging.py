"""Lists: filters by date and version, an order, and pages by number or by the last id seen.

Source:
    Procountor API 26.04; dev.procountor.com/api-reference/.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from simulators.procountor.answers import INVALID, Answer, json_answer, refuse
from simulators.procountor.ask import Ask

SIZE: Final = 50
SIZE_MAX: Final = 200
BATCH_MAX: Final = 200

Row = TypeVar("Row")
Order = Callable[[Row], Any]


def page(
    ask: Ask,
    rows: Sequence[Row],
    *,
    shown: Callable[[Row], Any],
    id_of: Callable[[Row], int],
    orders: dict[str, Order[Row]] | None = None,
    has_page: bool = True,
) -> Answer:
    """Answer with a page: newest id first unless asked otherwise, after ``previousId`` if given."""
    size = ask.number("size", SIZE)
    number = ask.number("page", 0) if has_page else 0
    if not 1 <= size <= SIZE_MAX:
        raise refuse(400, INVALID.format("size"), "size")
    kept = _after(ask, _sorted(ask, rows, {"orderById": id_of, **(orders or {})}), id_of)
    taken = kept[number * size : (number + 1) * size]
    meta: dict[str, Any] = {
        "pageNumber": number,
        "pageSize": size,
        "resultCount": len(taken),
    }
    if ask.world.habits.list_has_total:
        meta["totalCount"] = len(rows)
    return json_answer({"results": [shown(row) for row in taken], "meta": meta})


def _sorted(ask: Ask, rows: Sequence[Row], orders: dict[str, Order[Row]]) -> list[Row]:
    chosen = next((name for name in orders if ask.text(name)), "orderById")
    direction = ask.text(chosen) or "DESC"
    if direction not in ("ASC", "DESC"):
        raise refuse(400, INVALID.format(chosen), chosen)
    by_id = orders["orderById"]
    is_down = direction == "DESC"
    if chosen == "orderById":
        return sorted(rows, key=by_id, reverse=is_down)
    return sorted(rows, key=lambda row: (orders[chosen](row), by_id(row)), reverse=is_down)


def _after(ask: Ask, rows: list[Row], id_of: Callable[[Row], int]) -> list[Row]:
    if not ask.text("previousId"):
        return rows
    previous = ask.number("previousId", 0)
    places = [place for place, row in enumerate(rows) if id_of(row) == previous]
    if places:
        return rows[places[0] + 1 :]
    # The row may be gone since: the keys go on where it would stand.
    is_up = (ask.text("orderById") or "DESC") == "ASC"
    return [row for row in rows if (id_of(row) > previous) == is_up]


def within(ask: Ask, name: str, moment: dt.date | dt.datetime) -> bool:
    """Return whether a date or a time lies between ``{name}StartDate`` and ``{name}EndDate``.

    An empty name means ``startDate`` and ``endDate``. A date ends with its day.
    """
    first, last = (f"{name}StartDate", f"{name}EndDate") if name else ("startDate", "endDate")
    return is_between(moment, ask.moment(first), ask.moment(last))


def is_between(
    moment: dt.date | dt.datetime, first: dt.datetime | None, last: dt.datetime | None
) -> bool:
    """Return whether a date or a time lies within limits, which are part of it."""
    at = _at(moment)
    return (first is None or at >= first) and (last is None or at <= last)


def _at(moment: dt.date | dt.datetime) -> dt.datetime:
    if isinstance(moment, dt.datetime):
        return moment
    return dt.datetime.combine(moment, dt.time())


def batch(ask: Ask, ids: str, found: Callable[[int], Any | None]) -> Answer:
    """Answer with one object for one id, and with an array for several.

    Ids that are not there are left out; when none is there it is a 404; more than 200 are a 400.
    """
    asked = [part for part in ids.split(",") if part]
    if len(asked) > BATCH_MAX:
        raise refuse(400, f"Maximum number of ids is {BATCH_MAX}")
    if not all(part.isdecimal() for part in asked):
        raise refuse(400, INVALID.format("id"), "id")
    rows = [row for number in sorted({int(part) for part in asked}) if (row := found(number))]
    if not rows:
        raise refuse(ask.world.habits.missing_rights_status, "Not found")
    return json_answer(rows if len(asked) > 1 else rows[0])
