"""Nights of several sizes on two hosts, 99 of 100 tenants with nothing new: what a tenant costs.

``python -m tests.benchmarks.hosts_nights 250 500 1000`` prints a line of JSON for each size. All of
the largest are published first, in this process; then each size has a night through PostgreSQL,
Redis, two API servers and two workers. CPU is what all of them spend, without this process, in
which the simulated Fortnox is.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import Any, Final

import psutil

from flows.demo.hosts import night
from flows.demo.hosts.hosts import Hosts
from flows.demo.ledgers import CHANGED, REMOVED, DemoLedger, connect
from simulators.fortnox import FortnoxSimulator
from tasks.stores import open_stores
from tests.benchmarks.fortnox_night import HOURS, MANY, transfers
from tests.benchmarks.hosts import installed

HOSTS: Final = 2
QUIET_OF: Final = 100
"""Of so many tenants one has changed books."""

ELSEWHERE: Final = "Europe/Stockholm"
"""Time zone of those that a night leaves out."""

FIRST: Final = dt.date(2026, 11, 23)


def main(sizes: list[int]) -> None:
    """Publish the largest number of tenants, then do a night of each size."""
    ledgers = night.companies(max(sizes))
    with installed(ledgers) as (found, fortnox):
        with open_stores() as stores:
            connect(stores.hub, ledgers)
        transfers(found.servers[0], [item.slug for item in ledgers])
        for number in range(HOSTS):
            found.add_host(server=number % len(found.servers))
        for place, size in enumerate(sizes):
            facts = _night(found, fortnox, ledgers, size, FIRST + dt.timedelta(days=place))
            print(json.dumps(facts), flush=True)  # noqa: T201 - the answer


def _night(
    found: Hosts,
    fortnox: FortnoxSimulator,
    ledgers: list[DemoLedger],
    size: int,
    date: dt.date,
) -> dict[str, Any]:
    taking_part = ledgers[:size]
    for item in taking_part[::QUIET_OF]:
        fortnox.tenant(item.number).edit(removed=[REMOVED], changed=[CHANGED])
    with open_stores() as stores:
        for place, item in enumerate(ledgers):
            stores.hub.tenants.update(
                item.slug, time_zone=night.ZONE if place < size else ELSEWHERE
            )
        before, began = _cpu_s(), time.monotonic()
        night.begin_night(found.servers[0], date)
        rows = night.wait_for_night(stores, date, count=size, meanwhile=lambda _rows: None)
        wall_s, cpu_s = time.monotonic() - began, _cpu_s() - before
        if problems := night.complaints(stores, fortnox, ledgers):
            raise RuntimeError("; ".join(problems))
    return {
        "tenants": size,
        "outcomes": dict(Counter(row.outcome for row in rows)),
        "wall_s": round(wall_s, 1),
        "tenants_per_minute": round(size / wall_s * 60, 1),
        "cpu_ms_per_tenant": round(cpu_s / size * 1_000),
        f"cores_for_{MANY}_in_{HOURS}_h": round(MANY * cpu_s / size / (HOURS * 3_600), 2),
    }


def _cpu_s() -> float:
    """CPU seconds so far of all that this process started; PostgreSQL is nobody's child."""
    family = psutil.Process().children(recursive=True)
    seen = {one.pid for one in family}
    family += [
        one
        for one in psutil.process_iter(["name"])
        if one.info["name"] == "postgres" and one.pid not in seen
    ]
    spent = 0.0
    for one in family:
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            spent += times.user + times.system + times.children_user + times.children_system
    return spent


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]] or [250, 500, 1_000])
