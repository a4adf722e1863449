"""Walking a paged list until a walk is whole: pages are live offsets and shift under a reader.

Source:
    Vendor's page "parameters": limit at most 500, page from 1, MetaInformation with
    @TotalResources and @TotalPages, which not every list has.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from blocks.http import CallFailed, CallRefused, WhoActs
from blocks.systems.fortnox.wire import Row, UnexpectedShape

PAGE_ROWS: Final = 500
"""Rows of a page, the most that Fortnox gives."""

MAX_PAGES: Final = 4_000
"""Pages of one walk: two million rows."""

MAX_WALKS: Final = 3
"""Walks of one list until one of them is whole."""

Params = Mapping[str, str | int]
GetJson = Callable[[str, Params], Awaitable[Row]]
Key = Callable[[Row], Any]


@dataclass
class _Walk:
    """What one walk saw. `totals`: every @TotalResources that a page told."""

    rows: list[Row] = field(default_factory=list)
    totals: set[int] = field(default_factory=set)

    def is_whole(self, key: Key) -> bool:
        keys = {key(row) for row in self.rows}
        return len(keys) == len(self.rows) and self.totals <= {len(self.rows)}


async def walk(get: GetJson, path: str, params: Params, *, name: str, key: Key) -> list[Row]:
    """Return every row of an unfiltered list.

    A walk in which a key comes twice, or whose rows are not as many as every page announced, is
    walked again: something was added or removed meanwhile.

    Args:
        get: Fetches one page.
        path: Of the list.
        params: Of every page; none that filters, since filters make @TotalResources too high.
        name: Of the list in the body.
        key: What tells one row from another.

    Raises:
        CallFailed: No walk was whole.
        CallRefused: The list is longer than `MAX_PAGES`.
        UnexpectedShape: A page holds no such list.
    """
    for _turn in range(MAX_WALKS):
        found = await _walk_once(get, path, params, name=name)
        try:
            if found.is_whole(key):
                return found.rows
        except (KeyError, TypeError):
            raise UnexpectedShape(name, problem="a row lacks its key") from None
    raise CallFailed(
        f"Fortnox's list {path} changed during each of {MAX_WALKS} walks through its pages, so "
        "none of them is known to be whole. Try again when less is being booked.",
        code="pages_kept_shifting",
    )


async def _walk_once(get: GetJson, path: str, params: Params, *, name: str) -> _Walk:
    found = _Walk()
    for page in range(1, MAX_PAGES + 1):
        body = await get(path, {**params, "limit": PAGE_ROWS, "page": page})
        rows = body.get(name)
        if not isinstance(rows, list):
            raise UnexpectedShape(path, problem=f"there is no list {name}")
        found.rows += rows
        if page >= _last_page(body, page=page, rows=len(rows), totals=found.totals):
            return found
    raise CallRefused(
        f"Fortnox's list {path} has more than {MAX_PAGES:,} pages of {PAGE_ROWS} rows, the limit "
        "of this program. Nothing of it was used.",
        code="too_many_pages",
        who_acts=WhoActs.US,
    )


def _last_page(body: Row, *, page: int, rows: int, totals: set[int]) -> int:
    """Say which page is the last; without MetaInformation a page that is not full is."""
    meta = body.get("MetaInformation")
    if not isinstance(meta, dict) or "@TotalPages" not in meta:
        return page if rows < PAGE_ROWS else page + 1
    totals.add(int(meta["@TotalResources"]))
    return int(meta["@TotalPages"])
