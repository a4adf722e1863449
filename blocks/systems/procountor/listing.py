"""Walking Procountor's lists: everything newer than an id, newest first, or nothing is concluded.

Pages go by the last id that was seen, so that what comes meanwhile moves no row. A page that is
not strictly descending, or that repeats what came, was not read as one list; and a short page is no
end, since rows may be left out behind the limit: only an empty one is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

from blocks.http import CallFailed
from blocks.systems.procountor.api import Api, Params
from ledger.invoice.mappings.procountor.reading import number_of, rows_in

PAGE_ROWS: Final = 200
MAX_PAGES: Final = 500
"""Pages of one walk; a list that is longer concludes nothing."""
BATCH: Final = 200
"""Ids of one call."""

ORDER: Final = {"orderById": "DESC"}

Row = Mapping[str, Any]


class Disturbed(CallFailed):
    """A list could not be read as one."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"Procountor's list {path} {why}. Nothing was concluded; it is looked at again later.",
            code="list_disturbed",
        )


async def newer(api: Api, path: str, after: int, params: Params | None = None) -> list[Row]:
    """Return the rows of a list with a higher id, newest first.

    Args:
        api: The company.
        path: Of the list.
        after: Rows up to this id are left out.
        params: Filters.

    Raises:
        CallFailed: It failed, or was disturbed.
        CallRefused: It is refused.
    """
    found: list[Row] = []
    async for page in _pages(api, path, params or {}):
        found += [row for row in page if number_of(row.get("id")) > after]
        if number_of(page[-1].get("id")) <= after:
            break
    return found


async def since(
    api: Api, path: str, mark: int, margin: int, params: Params | None = None
) -> list[Row]:
    """Return the rows newer than a mark, and those a little below it.

    The mark was the newest row once, so a list that shows nothing up to it shows less than it did:
    a right to see may have been taken away, and what is not shown is not absent.

    Raises:
        CallRefused, CallFailed: As `newer`, or it shows less than it did.
    """
    rows = await newer(api, path, max(0, mark - margin), params)
    if mark and all(number_of(row.get("id")) > mark for row in rows):
        raise Disturbed(path, "does not show any more what was newest before")
    return rows


async def every(api: Api, path: str, params: Params | None = None) -> list[Row]:
    """Return all rows of a list; raises as `newer`."""
    return await newer(api, path, 0, params)


async def newest_id(api: Api, path: str, params: Params | None = None) -> int:
    """Return the highest id of a list, 0 of an empty one; raises as `newer`."""
    answer = await api.get(path, {**(params or {}), **ORDER, "size": 1})
    return max((number_of(row.get("id")) for row in _results(answer, path)), default=0)


async def batch(api: Api, path: str, ids: Iterable[int]) -> dict[int, Row]:
    """Return objects by id; what is not there, or may not be seen, is not among them.

    Raises:
        CallRefused: None of a batch is there (404), or it is refused.
        CallFailed: Try again later.
    """
    wanted, found = sorted(set(ids)), {}
    for start in range(0, len(wanted), BATCH):
        asked = ",".join(map(str, wanted[start : start + BATCH]))
        for row in rows_in(await api.get(f"{path}/{asked}")):
            found[number_of(row.get("id"))] = row
    return found


async def _pages(api: Api, path: str, params: Params) -> AsyncIterator[list[Row]]:
    previous = 0
    for _ in range(MAX_PAGES):
        place = {"previousId": previous} if previous else {}
        answer = await api.get(path, {**params, **ORDER, "size": PAGE_ROWS, **place})
        page = _results(answer, path)
        if not page:
            return
        ids = [number_of(row.get("id")) for row in page]
        if any(one <= next_ for one, next_ in pairwise(ids)) or (previous and ids[0] >= previous):
            raise Disturbed(path, "does not stand newest first, or repeats a page")
        yield page
        previous = ids[-1]
    raise Disturbed(path, f"has more than {MAX_PAGES:,} pages")


def _results(answer: Any, path: str) -> list[Row]:
    results = answer.get("results") if isinstance(answer, Mapping) else None
    if not isinstance(results, list):
        raise Disturbed(path, "has no results")
    rows = rows_in(results)
    if len(rows) != len(results) or not all(number_of(row.get("id")) for row in rows):
        raise Disturbed(path, "has rows without an id")
    return rows
