"""Nights of tenants whose source is a stub: what dispatcher, hub and pages cost, to ten thousand.

``python -m tests.benchmarks.night_stub 1000 5000 10000`` prints a line of JSON for each night; with
``--postgresql`` the hub and the books are in PostgreSQL, as several hosts have them.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from typing import Any, Final

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

import flows.night_shard
from blocks.hub import Connection, Hub, Method, NightRow, Tenant
from blocks.settings import settings
from flows.demo.hosts.parts import postgresql
from flows.night_shard import night_shard
from flows.nightly import begin
from flows.overview import overview_rows
from flows.runs.look import Look, Next
from flows.runs.shard import Shard
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from tasks.pages.overview import overview_page
from tasks.stores import Stores, open_stores
from tests.benchmarks.child import peak_bytes
from tests.benchmarks.clock import Clock
from tests.benchmarks.fortnox_books import ZONE, name_of
from tests.benchmarks.runs import server_in

NIGHT: Final = dt.date(2026, 11, 24)
YEAR: Final = FiscalYear.parse("2026")


async def quiet(_stores: Stores, _row: NightRow) -> Look:
    """Look at nothing."""
    return Look(Next.NOTHING, Outcome.UNCHANGED, calls=9, took_s=1.0)


def main(sizes: list[int], *, in_server: bool) -> None:
    """Do a night of each size in a home of its own, with Prefect's server beside."""
    for tenants in sizes:
        with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
            os.environ["TASMA_HOME"] = home
            if in_server:
                databases = stack.enter_context(postgresql())
                os.environ["TASMA_HUB_URL"] = databases.url("hub")
                os.environ["TASMA_WAREHOUSE_URL"] = databases.url("books")
            print(json.dumps(_night(home, tenants)), flush=True)  # noqa: T201 - the answer


def _night(home: str, tenants: int) -> dict[str, Any]:
    _connect(tenants)
    flows.night_shard.Shard = partial(Shard, look=quiet)  # type: ignore[misc,assignment]
    clock = Clock()
    with server_in(home) as server:
        login = server.client_variables["PREFECT_API_AUTH_STRING"]
        with temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_API_AUTH_STRING: login}):
            began = time.monotonic()
            with open_stores() as stores, clock.phase("dispatch"):
                shards, _ = begin(stores, ZONE, NIGHT)
            dispatch_s = time.monotonic() - began
            with clock.phase("shards"):
                names = [_shard(shard) for shard in shards]
    with clock.phase("overview"):
        pages = len(overview_page(overview_rows(), at=dt.datetime.now(dt.UTC)))
    with open_stores() as stores:
        done = sum(row.outcome == "unchanged" for row in stores.hub.nights.of_night(NIGHT))
    return {
        "tenants": tenants,
        "done": done,
        "states": names,
        "dispatch_wall_s": round(dispatch_s, 2),
        "overview_chars": pages,
        **clock.facts,
        "peak_mib": round(peak_bytes() / 2**20),
    }


def _shard(shard: int) -> str | None:
    state = asyncio.run(
        night_shard(zone=ZONE, night=NIGHT, shard=shard, return_state=True)  # type: ignore[arg-type]
    )
    return state.name


def _connect(tenants: int) -> None:
    (settings().home / "hub").mkdir(parents=True, exist_ok=True)
    with Hub(settings().hub_url) as hub:
        hub.migrate()
        for place in range(tenants):
            tenant = name_of(place)
            hub.tenants.add(Tenant(tenant, "Bench AB", time_zone=ZONE, has_schedule=True))
            hub.years.define(tenant, YEAR)
            hub.connections.save(Connection(tenant, "fortnox", Method.CLIENT_CREDENTIALS))


if __name__ == "__main__":
    given = sys.argv[1:]
    main([int(size) for size in given if size.isdigit()], in_server="--postgresql" in given)
