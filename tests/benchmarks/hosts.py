"""Nights on hosts that are held to a quarter of a core each: what more of them are worth.

``python -m tests.benchmarks.hosts 2 4`` prints a line of JSON for each number of hosts, and how
much more the last one did a minute than the first. Every tenant has something new, so that each
has a run of its own.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from flows.demo.hosts import night
from flows.demo.hosts.hosts import Host, Hosts, installation
from flows.demo.ledgers import CHANGED, REMOVED, DemoLedger, connect, simulated_fortnox
from flows.server.deployments import MAX_RUNS
from simulators.fortnox import FortnoxSimulator
from tasks.stores import open_stores

TENANTS: Final = int(os.environ.get("HOSTS_TENANTS", "40"))
QUARTER_US: Final = 25_000
PERIOD_US: Final = 100_000
CGROUPS: Final = Path("/sys/fs/cgroup")
DAY: Final = dt.timedelta(days=1)
FIRST: Final = dt.date(2026, 11, 23)


def main(numbers: list[int]) -> None:
    """Do the same night on each number of hosts."""
    found = [_nights_on(hosts) for hosts in numbers]
    for one in found:
        print(json.dumps(one), flush=True)  # noqa: T201 - the answer
    times = found[-1]["tenants_per_minute"] / found[0]["tenants_per_minute"]
    print(f"{numbers[0]} -> {numbers[-1]} hosts: {times:.2f} times as many a minute")  # noqa: T201 - the answer


def _nights_on(hosts: int) -> dict[str, Any]:
    ledgers = night.companies(TENANTS)
    with installed(ledgers) as (found, fortnox):
        found.deploy(at_once=hosts * MAX_RUNS)
        held = [
            _hold(found.add_host(server=number % len(found.servers)), of=hosts)
            for number in range(hosts)
        ]
        first_s = _night(found, fortnox, FIRST)
        for item in ledgers:
            fortnox.tenant(item.number).edit(removed=[REMOVED], changed=[CHANGED])
        changed_s = _night(found, fortnox, FIRST + DAY)
        return {
            "hosts": hosts,
            "held_to_a_quarter": all(held),
            "tenants": TENANTS,
            "first_night_s": round(first_s, 1),
            "changed_night_s": round(changed_s, 1),
            "tenants_per_minute": round(TENANTS / changed_s * 60, 1),
        }


@contextmanager
def installed(ledgers: Sequence[DemoLedger]) -> Iterator[tuple[Hosts, FortnoxSimulator]]:
    """Run what hosts need and the companies' Fortnox, and have this process work on them too."""
    with (
        tempfile.TemporaryDirectory() as name,
        simulated_fortnox(ledgers=ledgers) as fortnox,
        installation(Path(name)) as found,
    ):
        os.environ.update(found.shared)
        os.environ |= {"TASMA_HOME": f"{name}/prompt", "TASMA_HOST_NAME": "prompt"}
        yield found, fortnox


def _night(found: Hosts, fortnox: FortnoxSimulator, date: dt.date) -> float:
    ledgers, began = night.companies(TENANTS), time.monotonic()
    with open_stores() as stores:
        connect(stores.hub, ledgers)
        night.begin_night(found.servers[0], date)
        night.wait_for_night(stores, date, count=TENANTS, meanwhile=lambda _rows: None)
        took_s = time.monotonic() - began
        if problems := night.complaints(stores, fortnox, ledgers):
            raise RuntimeError("; ".join(problems))
    return took_s


def _hold(host: Host, *, of: int) -> bool:
    """Hold a host and all that it starts to a quarter of a core; say whether that is allowed."""
    name = f"tasma-{os.getpid()}-{host.name}-of-{of}"
    with suppress(OSError):
        group = CGROUPS / "cpu" / name if (CGROUPS / "cpu").exists() else CGROUPS / name
        group.mkdir()
        if (group / "cpu.max").exists():
            (group / "cpu.max").write_text(f"{QUARTER_US} {PERIOD_US}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(QUARTER_US))
        if host.process:
            (group / "cgroup.procs").write_text(str(host.process.pid))
        return True
    return False


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]] or [2, 4])
