"""A simulated Fortnox in a process of its own, and a home whose tenants are connected to it.

``python -m tests.benchmarks.fortnox_books PORT TENANTS VOUCHERS`` serves until it is ended.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from blocks.hub import Connection, Hub, Method, Tenant
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import LEDGER_SCOPES, FortnoxSimulator, SimulatedTenant
from tests.benchmarks.measure import PROJECT

FIRST_NUMBER: Final = 800_001
"""Database number of the first company; the others follow."""

YEAR: Final = "2025"
"""The one year that is open here; Fortnox also has the one before."""

ZONE: Final = "Europe/Helsinki"
NO_CLOSING: Final = {"TASMA_FORTNOX_CLOSING_AT_FIRST": "false"}
"""First transfers, which only prepare a night, then need no call per account."""

DAY_S: Final = 86_400
START_LIMIT_S: Final = 60.0


def companies(tenants: int, vouchers: int) -> list[SimulatedTenant]:
    """Make companies of two years with so many vouchers each; their seeds are their places."""
    return [
        SimulatedTenant(
            FIRST_NUMBER + place,
            Company(1_000 + place, calendar_years(2024, 2025), vouchers),
            consented=LEDGER_SCOPES,
        )
        for place in range(tenants)
    ]


def name_of(place: int) -> str:
    """Give a tenant's id."""
    return f"bench-{place:05}"


def variables(url: str) -> dict[str, str]:
    """Give the settings that lead to a simulator; its secret opens nothing else."""
    return {
        "TASMA_FORTNOX_API_URL": url,
        "TASMA_FORTNOX_OAUTH_URL": f"{url}/oauth-v1",
        "TASMA_FORTNOX_CLIENT_ID": "simulated-client",
        "TASMA_FORTNOX_CLIENT_SECRET": "simulated-client-secret",
    }


def connect(home: Path, tenants: int) -> None:
    """Let the hub of a home know the tenants, each approved and with its open year."""
    (home / "hub").mkdir(parents=True, exist_ok=True)
    with Hub(f"sqlite:///{home / 'hub' / 'hub.sqlite'}") as hub:
        hub.migrate()
        for place in range(tenants):
            tenant = name_of(place)
            hub.tenants.add(Tenant(tenant, "Bench AB", time_zone=ZONE, has_schedule=True))
            hub.years.define(tenant, FiscalYear.parse(YEAR))
            number = str(FIRST_NUMBER + place)
            hub.connections.save(Connection(tenant, "fortnox", Method.CLIENT_CREDENTIALS, number))


@dataclass(frozen=True)
class Served:
    """A simulator in another process: its address and its process."""

    url: str
    process: psutil.Process

    def ask(self, path: str, body: object = None) -> object:
        """Steer it, or ask what it counted."""
        request = urllib.request.Request(  # noqa: S310 - http, to our own simulator
            f"{self.url}/_simulator/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            return json.load(response)

    def next_day(self) -> None:
        """Let a day pass, so that the same books come as other bytes, as they do every night."""
        self.ask("advance", {"seconds": DAY_S})

    def statuses(self) -> list[int]:
        """Give the status of every call that a tenant made so far, tokens apart."""
        found = self.ask("calls?path=/3/")
        assert isinstance(found, list)
        return [call["status"] for call in found]

    @property
    def cpu_s(self) -> float:
        """CPU seconds so far."""
        return sum(self.process.cpu_times()[:2])


def served(tenants: int, vouchers: int) -> Served:
    """Start a simulator that ends with this process."""
    port = free_port()
    words = (str(port), str(tenants), str(vouchers))
    command = [sys.executable, "-m", "tests.benchmarks.fortnox_books", *words]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    atexit.register(process.kill)
    found = Served(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
    deadline = time.monotonic() + START_LIMIT_S
    while not _listens(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The simulator did not start within {START_LIMIT_S:g} s.")
        time.sleep(0.05)
    os.environ.update({**variables(found.url), **NO_CLOSING})
    return found


def free_port() -> int:
    """Give a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    _port, _tenants, _vouchers = map(int, sys.argv[1:])
    FortnoxSimulator(companies(_tenants, _vouchers), port=_port).run(lambda _simulator: None)
