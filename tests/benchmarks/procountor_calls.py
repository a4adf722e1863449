"""Calls of a Procountor tenant, counted by the simulator.

``python -m tests.benchmarks.procountor_calls [RECEIPTS]``; without a number the usual sizes. The
port alone is asked: nothing is staged or published.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

import pytest

from blocks.hub import Hub, Tenant
from blocks.lake import ExtractPart
from blocks.systems.ports import Extract, KnownYear
from blocks.systems.registry import open_books
from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from tests.harnesses import procountor as harness

LAST_YEAR = 2025
SIZES = ((500, 1), (500, 2), (5_000, 1))
"""Receipts of a year, and years that are open."""

Contents = list[dict[str, bytes]]
"""What lies in the lake of each year, by name of the part."""


def main() -> None:
    """Print how many calls a first pull, a quiet night, a change and a deletion take."""
    print("receipts  years  what      calls  lists of days (sweep, differing months)")  # noqa: T201 - a command
    asked = [(int(word), 1) for word in sys.argv[1:]]
    for receipts, years in asked or SIZES:
        for what, made in measured(receipts, years):
            listed = made.pop("days")
            print(f"{receipts:8,}  {years:5}  {what:8}  {made.total():5}  {listed:5}")  # noqa: T201 - a command


def measured(receipts: int, years: int) -> list[tuple[str, Counter[str]]]:
    """Return the calls of each night, by path; lists by the receipts' days are ``days``."""
    books = Company(41, calendar_years(LAST_YEAR + 1 - years, LAST_YEAR), receipts, country=FINLAND)
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as folder,
        harness.opened(patch, books) as there,
        Hub(f"sqlite:///{folder}/hub.sqlite") as hub,
    ):
        hub.migrate()
        hub.tenants.add(Tenant("acme", "Acme Oy", there.number))
        there.connect(hub, "acme")
        lake: Contents = []
        return [
            (what, _night(hub, there, lake, act))
            for what, act in (
                ("first", None),
                ("quiet", None),
                ("changed", partial(_change, there, years - 1)),
                ("deleted", partial(_delete, there, years - 1)),
            )
        ]


def _change(there: harness.Harness, place: int) -> None:
    there.acts.edit_amount(there.company.booked[place, "IN", 9], "1.00")


def _delete(there: harness.Harness, place: int) -> None:
    there.acts.delete_receipt(there.company.booked[place, "PJ", 9])


def _night(
    hub: Hub, there: harness.Harness, lake: Contents, act: Callable[[], None] | None
) -> Counter[str]:
    if act:
        act()
    there.simulator.world.calls.clear()
    lake[:] = asyncio.run(pulled(hub, lake))
    made: Counter[str] = Counter()
    for call in there.simulator.world.calls:
        path = call.path.split("/")[0]
        is_of_days = path == "ledgerreceipts" and "startDate" in call.query
        made["days" if is_of_days else path] += 1
    return made


async def pulled(hub: Hub, lake: Contents, *, tenant: str = "acme") -> Contents:
    """Pull a tenant's years, of which so much lies in the lake, and return what lies there then."""
    async with open_books(hub, tenant, "procountor", wait_limit_s=1) as books:
        years = await books.ledger.fiscal_years()
        held = lake or [{} for _ in years]
        return [
            _kept(await books.ledger.extract(year, known=_known(contents)), contents)
            for year, contents in zip(years, held, strict=True)
        ]


def _known(contents: Mapping[str, bytes]) -> KnownYear:
    parts = tuple(
        ExtractPart(name=name, sha256=hashlib.sha256(body).hexdigest(), size_bytes=len(body))
        for name, body in contents.items()
    )
    return KnownYear(
        bool(parts), parts=parts, read=lambda part: contents[part.name], today=dt.date(2025, 12, 3)
    )


def _kept(extract: Extract, contents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        part.name: contents[part.name] if isinstance(part, ExtractPart) else part.read()
        for part in extract.parts
    }


if __name__ == "__main__":
    main()
