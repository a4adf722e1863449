"""Walking a paged list until a walk is whole: pages are live offsets and shift under a reader.

Source:
    Vendor's page "parameters": limit at most 500, page from 1, MetaInformation with
    @TotalResources and @TotalPages, which not every list has.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from blocks.http import CallFailed, CallRefused, WhoActs
from blocks.progress import came
from blocks.systems.fortnox import fields
from blocks.systems.fortnox.fields import Row, UnexpectedField
from blocks.systems.fortnox.wire import checked

PAGE_ROWS: Final = 500
"""Rows of a page, the most that Fortnox gives."""

MAX_PAGES: Final = 4_000
"""Pages of one walk: two million rows."""

MAX_WALKS: Final = 3
"""Walks of one list until one of them is whole."""

Params = Mapping[str, str | int]
GetJson = Callable[[str, Params], Awaitable[Row]]
Key = tuple[str, ...]
"""Names of the fields that tell one row from another."""


@dataclass
class _Walk:
    """What one walk saw. `totals`: every @TotalResources that a page told."""

    rows: list[Row] = field(default_factory=list)
    totals: set[int] = field(default_factory=set)

    def is_whole(self, key: Key) -> bool:
        keys = {tuple(fields.word(row, name) for name in key) for row in self.rows}
        return len(keys) == len(self.rows) and self.totals <= {len(self.rows)}


async def walk(
    get: GetJson, path: str, params: Params, *, name: str, key: Key, what: str
) -> list[Row]:
    """Return every row of an unfiltered list.

    A walk in which a key comes twice, or whose rows are not as many as every page announced, is
    walked again: something was added or removed meanwhile.

    Args:
        get: Fetches one page.
        path: Of the list.
        params: Of every page; none that filters, since filters make @TotalResources too high.
        name: Of the list in the body.
        key: What tells one row from another.
        what: The list in words.

    Raises:
        CallFailed: No walk was whole.
        CallRefused: The list is longer than `MAX_PAGES`, or the right to its keys is missing.
        UnexpectedShape: A page holds no such list, or its MetaInformation is not as documented.
    """
    for _turn in range(MAX_WALKS):
        found = await _walk_once(get, path, params, name=name, what=what)
        if checked(what, partial(found.is_whole, key)):
            return found.rows
    raise CallFailed(
        f"Fortnox's list {path} changed during each of {MAX_WALKS} walks through its pages, so "
        "none of them is known to be whole. Try again when less is being booked.",
        code="pages_kept_shifting",
    )


async def _walk_once(get: GetJson, path: str, params: Params, *, name: str, what: str) -> _Walk:
    found = _Walk()
    for page in range(1, MAX_PAGES + 1):
        body = await get(path, {**params, "limit": PAGE_ROWS, "page": page})
        rows = checked(what, partial(fields.records, body, name))
        found.rows += rows
        meta = checked(what, partial(_meta, body, page=page))
        if meta is None:
            is_last = len(rows) < PAGE_ROWS
        else:
            found.totals.add(meta.total)
            came(page, of=meta.pages)
            is_last = page >= meta.pages
        if is_last:
            return found
    raise CallRefused(
        f"Fortnox's list {path} has more than {MAX_PAGES:,} pages of {PAGE_ROWS} rows, the limit "
        "of this program. Nothing of it was used.",
        code="too_many_pages",
        who_acts=WhoActs.US,
    )


@dataclass(frozen=True)
class _Meta:
    """MetaInformation: rows and pages of the whole list."""

    total: int
    pages: int


def _meta(body: Row, *, page: int) -> _Meta | None:
    """Read MetaInformation, which not every list has; one that is there says all of it."""
    if fields.given(body, "MetaInformation") is None:
        return None
    meta = fields.record(body, "MetaInformation")
    if meta.get("@CurrentPage") is not None and fields.whole(meta, "@CurrentPage") != page:
        raise UnexpectedField("@CurrentPage", "tells of another page than the one asked for")
    return _Meta(fields.whole(meta, "@TotalResources"), fields.whole(meta, "@TotalPages"))
