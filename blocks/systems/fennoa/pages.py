"""Walking the ledger's pages, and telling whether a walk saw one state of the books.

Pages are live: what is booked while they are read shifts rows from one to the next, so a walk in
which a page says another count, is not the one that was asked for, or repeats the one before has
seen nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from blocks.http import CallRefused, WhoActs
from blocks.progress import came
from ledger.fennoa.answers import (
    PAGE,
    ledger_rows,
    page_number,
    pages_count,
    read_json,
)
from ledger.fennoa.statements import ORDER, booked_rows
from ledger.fiscal_year import FiscalYear

PAGE_ROWS: Final = 500
"""Rows of a page, the most that Fennoa gives."""

MAX_PAGES: Final = 20_000
"""Pages of one year: ten million rows."""

Get = Callable[..., Awaitable[bytes]]


@dataclass(frozen=True)
class Walk:
    """The pages of one walk, by the names that they have as parts. `rows`: `answers.ROWS`.

    `digest`: of the rows in whatever order they came, without their running balances.
    """

    parts: dict[str, bytes]
    rows: pa.Table
    digest: str


async def walk(get: Get, year: FiscalYear) -> Walk | None:
    """Return the pages of a year; None when they moved while they were read.

    Raises:
        CallRefused: There are more pages than `MAX_PAGES`.
        CallRefused, CallFailed: As for any call.
        Unreadable: A page cannot be read.
    """
    parts: dict[str, bytes] = {}
    tables: list[pa.Table] = []
    before: dict[str, Any] = {}
    count = 1
    for page in range(1, MAX_PAGES + 1):
        name = PAGE.format(page)
        path = f"ledger/{year.start_date}/{year.end_date}"
        parts[name] = await get(path, page=page, limit=PAGE_ROWS)
        body = read_json(parts[name], name)
        tables.append(ledger_rows([body]))
        declared = max(pages_count(body, name), 1)
        count = declared if page == 1 else count
        came(page, of=count)
        if declared != count or not _is_own(body, before, page):
            return None
        if page == count:
            rows = pa.concat_tables(tables)
            return Walk(parts, rows, await asyncio.to_thread(_digest, rows))
        before = body
    raise CallRefused(
        f"The ledger of {year} in Fennoa has {count:,} pages of {PAGE_ROWS} rows, more than the "
        f"{MAX_PAGES:,} of this program. Nothing of it was used.",
        code="too_many_pages",
        who_acts=WhoActs.US,
    )


def _is_own(body: dict[str, Any], before: dict[str, Any], page: int) -> bool:
    """Return whether a page is the one that was asked for and not the one before it again."""
    if page_number(body) not in {None, page}:
        return False
    return not body.get("data") or body["data"] != before.get("data")


def _digest(rows: pa.Table) -> str:
    ordered = booked_rows(rows).select(ORDER).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, ordered.schema) as stream:
        stream.write_table(ordered)
    return hashlib.sha256(sink.getvalue()).hexdigest()
