"""Nights through Prefect's server: in shards, a run per tenant, and as many runs of nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

import psutil
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from flows.server.processes import PrefectServer, deployments_served
from tasks.report import report
from tasks.stores import Stores, open_stores
from tests.benchmarks.fortnox_books import FIRST_NUMBER, ZONE, Served, connect, name_of, served
from tests.benchmarks.runs import FINAL, NOTHING, must, nothing_served, server_in, start

NIGHTLY: Final = "nightly/nightly"
PULL: Final = "pull/pull"
TAG: Final = "night"
SHARD: Final = "night-shard"
HOST: Final = "tasma-host"
"""Name of the process that our runs are forks of."""

FORK: Final = "tasma-run"
"""Name of such a fork."""

AT_ONCE: Final = 4
"""Transfers at the same time while the night is prepared."""

QUIET_LIMIT_S: Final = 300.0
"""Longest time without any tenant coming to its end."""

LOOK_S: Final = 1.0
MANY: Final = 10_000
HOURS: Final = 5
CHANGED: Final = 20
"""Of so many tenants one has changed books in the night of changes: 5 %."""


def night(home: str, tenants: int, few: int, vouchers: int) -> Callable[[], dict[str, Any]]:
    """Publish every tenant, then time three nights: a run for each of a few, in shards, changed."""
    os.environ["TASMA_HOME"] = home
    connect(Path(home), tenants)
    simulator = served(tenants, vouchers)

    def work() -> dict[str, Any]:
        with server_in(home) as server, deployments_served(server) as serving:
            stop_schedules(server)
            transfers(server, [name_of(place) for place in range(tenants)])
            nights = Nights(server, serving.pid, simulator)
            by_run = nights.timed("2026-11-23", lambda date: nights.start_runs(date, few), few)
            in_shards = nights.timed("2026-11-24", nights.start_night, tenants)
            changed = range(0, tenants, CHANGED)
            for place in changed:
                edit = {"tenant": FIRST_NUMBER + place, "changed": [["B", 3]]}
                simulator.ask("edit", edit)
            with_changes = nights.timed("2026-11-25", nights.start_night, tenants)
            return {
                **in_shards,
                **{f"run_per_tenant_{name}": value for name, value in by_run.items()},
                **{f"changed_{name}": value for name, value in with_changes.items()},
                "changed_tenants": len(changed),
                "times_as_many_a_cpu_second": round(
                    by_run["cpu_ms_per_tenant"] / in_shards["cpu_ms_per_tenant"], 2
                ),
                "times_as_many_a_minute": round(
                    in_shards["tenants_per_minute"] / by_run["tenants_per_minute"], 2
                ),
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


def _start_nothing(server: PrefectServer, runs: int) -> None:
    for place in range(runs):
        start(server, NOTHING, parameters={"tenant": name_of(place)}, tags=[TAG])


class Nights:
    """Nights of the same tenants, one after another; each is timed until all have an outcome."""

    def __init__(self, server: PrefectServer, serving: int, simulator: Served) -> None:
        self._server, self._serving, self._simulator = server, serving, simulator

    def timed(self, date: str, begin: Callable[[str], None], tenants: int) -> dict[str, Any]:
        """Let a day pass, begin a night of so many, and say what it took until all was done."""
        self._simulator.next_day()
        calls, sim_s = len(self._simulator.statuses()), self._simulator.cpu_s
        with Memory(self._serving) as memory:
            before, began = _cpu(self._serving), time.monotonic()
            begin(date)
            outcomes = self._outcomes(date, tenants)
            self._wait_for_runs()
            wall_s, after = time.monotonic() - began, _cpu(self._serving)
        spent = {name: after[name] - before[name] for name in after}
        statuses = self._simulator.statuses()[calls:]
        return {
            "cpu_s": sum(spent.values()),
            "tenants": tenants,
            "outcomes": outcomes,
            "tenants_per_minute": round(tenants / wall_s * 60, 1),
            "cpu_ms_per_tenant": _ms(sum(spent.values()), tenants),
            **{f"{name}_cpu_ms_per_tenant": _ms(s, tenants) for name, s in spent.items()},
            f"minutes_for_{MANY}_as_here": round(MANY / tenants * wall_s / 60),
            "simulator_cpu_ms_per_tenant": _ms(self._simulator.cpu_s - sim_s, tenants),
            "calls": len(statuses),
            "refused_429": statuses.count(429),
            **memory.facts,
        }

    def start_night(self, date: str) -> None:
        """Begin the night as its schedule does."""
        start(self._server, NIGHTLY, parameters={"zone": ZONE, "night": date})

    def start_runs(self, date: str, tenants: int) -> None:
        """Start a run for each tenant, as nights did before there were shards."""
        for place in range(tenants):
            wish = {"tenant": name_of(place), "system": "fortnox", "night": date}
            start(self._server, PULL, parameters=wish, tags=[TAG])

    def _outcomes(self, date: str, tenants: int) -> dict[str, int]:
        over, since = -1, time.monotonic()
        with open_stores() as stores:
            while True:
                rows = stores.hub.nights.of_night(dt.date.fromisoformat(date))
                found = Counter(row.outcome for row in rows if row.outcome)
                if (done := sum(found.values())) == tenants:
                    return dict(found)
                if done != over:
                    over, since = done, time.monotonic()
                if time.monotonic() - since > QUIET_LIMIT_S:
                    raise RuntimeError(f"{over} of {tenants} tenants came to their end.")
                time.sleep(LOOK_S)

    def _wait_for_runs(self) -> None:
        """Wait until no run is left, so that what each has spent is counted."""
        states = {"type": {"not_any_": list(FINAL)}}
        for tag in (TAG, SHARD):
            body = {"flow_runs": {"tags": {"all_": [tag]}, "state": states}}
            while must(self._server, "/flow_runs/count", body):
                time.sleep(LOOK_S)


class Memory:
    """The memory of the largest run at each second of the body; `facts` compare its quarters."""

    def __init__(self, serving: int) -> None:
        self._serving = serving
        self._seen: list[int] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        runner = psutil.Process(self._serving)
        while not self._is_over.wait(LOOK_S):
            with suppress(psutil.Error):
                family = runner.children(recursive=True)
                sizes = [each.memory_info().rss for each in family if each.name() == FORK]
                self._seen.append(max(sizes, default=0))

    @property
    def facts(self) -> dict[str, float]:
        """Peak of the largest run, and of it in the second and in the last quarter of the time."""
        seen = [size for size in self._seen if size]
        quarter = len(seen) // 4
        if not quarter:
            return {"peak_run_mib": round(max(seen, default=0) / 2**20)}
        second, last = max(seen[quarter : 2 * quarter]), max(seen[-quarter:])
        return {
            "peak_run_mib": round(max(seen) / 2**20),
            "second_quarter_mib": round(second / 2**20),
            "last_quarter_mib": round(last / 2**20),
        }


class Published(LocalSteps):
    """The steps of a first transfer in this process, with the pages that the UI has of it."""

    async def report(self, *about: Any, **how: Any) -> None:
        await report.fn(*about, **how)


def transfers(server: PrefectServer, tenants: Sequence[str]) -> None:
    """Pull every tenant in this very process, which is quicker than by runs."""
    login = server.client_variables["PREFECT_API_AUTH_STRING"]
    with (
        temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_API_AUTH_STRING: login}),
        open_stores() as stores,
    ):
        asyncio.run(_transfers(stores, tenants))


async def _transfers(stores: Stores, tenants: Sequence[str]) -> None:
    free = asyncio.Semaphore(AT_ONCE)

    async def one(tenant: str) -> None:
        steps = Published(LoadResult(tenant), lambda _step: None)
        async with free:
            await pull_tenant(stores, tenant, PullOptions(), steps=steps)

    await asyncio.gather(*(one(tenant) for tenant in tenants))


def stop_schedules(server: PrefectServer) -> None:
    """Keep housekeeping out of the figures; what is asked for by hand still runs."""
    for deployment in must(server, "/deployments/filter", {}):
        server.ask(f"/deployments/{deployment['id']}/pause_deployment", {})


def _ms(cpu_s: float, tenants: int) -> float:
    return round(cpu_s / tenants * 1_000, 1)
