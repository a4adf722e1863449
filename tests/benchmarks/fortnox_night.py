"""A night of quiet tenants through Prefect's server and real runs, and as many runs of nothing."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psutil
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.pull import pull
from flows.server.processes import PrefectServer, deployments_served
from tests.benchmarks.fortnox_books import ZONE, connect, name_of, served
from tests.benchmarks.runs import FINAL, NOTHING, must, nothing_served, server_in, start

NIGHT: Final = "2026-11-23"
NIGHTLY: Final = "nightly/nightly"
TAG: Final = "night"
HOST: Final = "tasma-host"
"""Name of the process that our runs are forks of."""

ALL_AT_ONCE: Final = "100000"
"""Runs that a night begins per minute: the machine alone sets the pace here."""

AT_ONCE: Final = 4
"""Transfers at the same time while the night is prepared."""

QUIET_LIMIT_S: Final = 120.0
"""Longest time without any run coming to its end."""

LOOK_S: Final = 1.0
MANY: Final = 10_000
HOURS: Final = 5


def night(home: str, tenants: int, vouchers: int) -> Callable[[], dict[str, Any]]:
    """Publish every tenant, then time a night in which nothing has changed."""
    os.environ |= {"TASMA_HOME": home, "TASMA_NIGHT_RUNS_PER_MINUTE": ALL_AT_ONCE}
    connect(Path(home), tenants)
    simulator = served(tenants, vouchers)

    def work() -> dict[str, Any]:
        with server_in(home) as server, deployments_served(server) as serving:
            _stop_schedules(server)
            before = asyncio.run(_transfers(server, tenants))
            simulator.next_day()
            calls, sim_s = len(simulator.statuses()), simulator.cpu_s
            told = _timed(server, serving.pid, tenants, lambda: _start_night(server))
            statuses = simulator.statuses()[calls:]
            return {
                "before": before,
                **told,
                "simulator_cpu_ms_per_tenant": _ms(simulator.cpu_s - sim_s, tenants),
                "calls": len(statuses),
                "refused_429": statuses.count(429),
            }

    return work


def nothing(home: str, tenants: int, *, warm: bool) -> Callable[[], dict[str, Any]]:
    """Time as many runs of the flow that does nothing, started as ours or as Prefect does."""

    def work() -> dict[str, Any]:
        with server_in(home) as server, nothing_served(server, warm=warm) as serving:
            return _timed(server, serving.pid, tenants, lambda: _start_nothing(server, tenants))

    return work


def _timed(
    server: PrefectServer, serving: int, tenants: int, start: Callable[[], None]
) -> dict[str, Any]:
    load = os.getloadavg()[0]
    before, began = _cpu(serving), time.monotonic()
    start()
    states = _wait(server, tenants)
    wall_s, after = time.monotonic() - began, _cpu(serving)
    spent = {name: after[name] - before[name] for name in after}
    each_s = sum(spent.values()) / tenants
    return {
        "cpu_s": sum(spent.values()),
        "tenants": tenants,
        "states": states,
        "tenants_per_minute": round(tenants / wall_s * 60, 1),
        **{f"{name}_cpu_ms_per_tenant": _ms(cpu_s, tenants) for name, cpu_s in spent.items()},
        f"minutes_for_{MANY}_as_here": round(MANY / tenants * wall_s / 60),
        f"cores_for_{MANY}_in_{HOURS}_h": round(MANY * each_s / (HOURS * 3_600), 2),
        "load_before": round(load, 1),
    }


def _cpu(serving: int) -> dict[str, float]:
    """CPU seconds so far: of ended runs, of the processes that start them, of Prefect's server."""
    runner = psutil.Process(serving)
    family = runner.children(recursive=True)
    starting = [runner, *(process for process in family if process.name() == HOST)]
    times = [process.cpu_times() for process in starting]
    servers = [
        process
        for process in psutil.Process().children(recursive=True)
        if process not in family and _is_server(process)
    ]
    return {
        "runs": sum(each.children_user + each.children_system for each in times),
        "runner": sum(each.user + each.system for each in times),
        "server": sum(sum(process.cpu_times()[:2]) for process in servers),
    }


def _is_server(process: psutil.Process) -> bool:
    words = " ".join(process.cmdline())
    return "prefect" in words and "prefect.engine" not in words


def _wait(server: PrefectServer, tenants: int) -> dict[str, int]:
    """Wait until so many runs of the night are over, and count their names."""
    over, since = -1, time.monotonic()
    body = {"flow_runs": {"tags": {"all_": [TAG]}, "state": {"type": {"any_": list(FINAL)}}}}
    while (count := server.ask("/flow_runs/count", body)) != tenants:
        if count is not None and count != over:
            over, since = count, time.monotonic()
        if time.monotonic() - since > QUIET_LIMIT_S:
            raise RuntimeError(f"{over} of {tenants} runs came to their end.")
        time.sleep(LOOK_S)
    found = [
        run
        for offset in range(0, tenants, 200)
        for run in must(server, "/flow_runs/filter", {**body, "limit": 200, "offset": offset})
    ]
    return dict(Counter(run["state"]["name"] for run in found))


def _start_night(server: PrefectServer) -> None:
    start(server, NIGHTLY, parameters={"zone": ZONE, "night": NIGHT})


def _start_nothing(server: PrefectServer, runs: int) -> None:
    for place in range(runs):
        start(server, NOTHING, parameters={"tenant": name_of(place)}, tags=[TAG])


async def _transfers(server: PrefectServer, tenants: int) -> dict[str, int]:
    """Pull every tenant as runs of this very process: quicker, and the UI has their pages."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(place: int) -> str:
        async with free:
            return str((await pull(name_of(place), return_state=True)).name)

    login = server.client_variables["PREFECT_API_AUTH_STRING"]
    with temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_API_AUTH_STRING: login}):
        return dict(Counter(await asyncio.gather(*map(one, range(tenants)))))


def _stop_schedules(server: PrefectServer) -> None:
    """Keep housekeeping out of the figures; what is asked for by hand still runs."""
    for deployment in must(server, "/deployments/filter", {}):
        server.ask(f"/deployments/{deployment['id']}/pause_deployment", {})


def _ms(cpu_s: float, tenants: int) -> float:
    return round(cpu_s / tenants * 1_000, 1)
