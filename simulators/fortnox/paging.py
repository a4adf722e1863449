"""Lists by the page, as live offsets: a row that comes or goes between two pages shifts the rest.

Source: Fortnox developer page "Parameters": limit 1-500 (100 when not said), page from 1, offset.
That @TotalResources counts too many under a filter was seen in production.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from simulators.fortnox.answers import Answer, Raw, Refusal, json_text
from simulators.fortnox.ask import BAD_REQUEST, Ask

LIMIT: Final = 100
LIMIT_MAX: Final = 500
"""Rows per page."""

PAGING: Final = frozenset({"limit", "page", "offset"})
"""Query parameters that every list knows."""


def listing(ask: Ask, plural: str, rows: Sequence[Raw], *, total: int | None = None) -> Answer:
    """Answer with one page.

    Args:
        ask: Whose limit, page and offset count.
        plural: Name of the array.
        rows: All rows that were asked for.
        total: What @TotalResources says (None: the number of rows).
    """
    limit, page = ask.integer("limit", LIMIT), ask.integer("page", 1)
    if not 1 <= limit <= LIMIT_MAX or page < 1:
        raise Refusal(BAD_REQUEST, 2000588)
    first = ask.integer("offset", (page - 1) * limit)
    total = len(rows) if total is None else total
    meta = {
        "@TotalResources": total,
        "@TotalPages": max(1, -(-total // limit)),
        "@CurrentPage": first // limit + 1,
    }
    begin = f'{{"MetaInformation":{json_text(meta)},' if ask.has_meta else "{"
    page_rows = ",".join(rows[first : first + limit])
    return Answer(200, f'{begin}"{plural}":[{page_rows}]}}'.encode())
