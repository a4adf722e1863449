"""Sweeps as the deployment makes them, with Prefect's server beside them; CPU by who spent it."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psutil
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import BlockDocumentCreate
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from blocks.hub import Hub, Tenant
from blocks.hub.pickups import Pickup
from blocks.pickup.account import TYPE_SLUG, SftpAccount
from flows.server.own_secrets import CLIENT_LOGIN
from flows.server.processes import PrefectServer, deployments_served
from flows.sftp_sweep import sftp_sweep
from simulators.books.company import Company
from simulators.books.years import calendar_years
from tests.benchmarks.fortnox_night import _is_server, stop_schedules
from tests.benchmarks.runs import must, server_in
from tests.benchmarks.sftp_servers import PASSWORD, Servers, started

LOADS_LIMIT_S: Final = 300.0
"""Until the runs for files are over."""

LOOK_S: Final = 1.0
ENDS: Final = ("Published", "Unchanged", "Held", "Failed", "Crashed", "Cancelled")
FIRST: Final = "first"
"""The tenant of a sweep before the one that is timed."""

BOOKS: Final = Company(3, calendar_years(2024, 2024), 20)
BOOKS_NUMBER: Final = BOOKS.organisation_number


def sweeps(home: str, tenants: int, servers: int, files: int) -> Callable[[], dict[str, Any]]:
    """Let a hub and Prefect's server know the tenants, then time two sweeps over all of them.

    One with nothing new, and one with so many files; to prepare them takes longer than both.
    """
    os.environ["TASMA_HOME"] = home
    logins = [f"t{place}" for place in range(tenants)]
    sftp = started(Path(home) / "servers", servers, [*logins, FIRST])

    def work() -> dict[str, Any]:
        with (
            Hub(f"sqlite:///{_hub_of(home)}") as hub,
            server_in(home) as server,
            deployments_served(server) as serving,
        ):
            stop_schedules(server)
            _say("Prefect's server and the deployments are there")
            hub.migrate()
            for login in [FIRST, *logins]:
                shared = "" if login == FIRST else FIRST
                hub.tenants.add(Tenant(login, "Bench AB", BOOKS_NUMBER, same_number_as=shared))
            login = server.client_variables[CLIENT_LOGIN]
            with temporary_settings(
                {PREFECT_API_URL: server.api_url, PREFECT_API_AUTH_STRING: login}
            ):
                asyncio.run(_save(sftp, [*logins, FIRST]))
                _say("the blocks are there")
                # Modules and caches are new to the first sweep.
                _agree(hub, [FIRST])
                asyncio.run(sftp_sweep(tenant=FIRST))
                _agree(hub, logins)
                quiet = _timed(server, serving.pid, sftp)
                _say(f"swept, nothing new: {quiet}")
                _put(sftp, logins, files)
                _agree(hub, logins)  # so all are due again
                some = _timed(server, serving.pid, sftp)
                _say(f"swept, with files: {some}")
        facts = {f"quiet_{name}": value for name, value in quiet.items()}
        return facts | {f"some_{name}": value for name, value in some.items()} | {"files": files}

    return work


def _hub_of(home: str) -> Path:
    folder = Path(home) / "hub"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "hub.sqlite"


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)  # noqa: T201 - it takes minutes


def _agree(hub: Hub, logins: list[str]) -> None:
    """Agree on pickups, which are due at once."""
    for login in logins:
        hub.pickups.agree(Pickup(login, f"{TYPE_SLUG}/{login}", "/"), who="bench")


def _put(sftp: Servers, logins: list[str], files: int) -> None:
    for place in range(0, len(logins), len(logins) // files):
        (sftp.folder(place, logins[place]) / "books.se").write_bytes(BOOKS.sie())


def _timed(server: PrefectServer, serving: int, sftp: Servers) -> dict[str, Any]:
    """Time one sweep, then wait for the runs that it made; CPU seconds by who spent them."""
    load, before, sftp_s, began = os.getloadavg()[0], _cpu(serving), sftp.cpu_s, time.monotonic()
    state = asyncio.run(sftp_sweep(return_state=True))
    sweep_s, after, sftp_s = time.monotonic() - began, _cpu(serving), sftp.cpu_s - sftp_s
    ends = _ends(server, runs := _runs(server))
    polled, idle, failed, taken = (int(word) for word in _numbers(str(state.message))[:4])
    return {
        "sweep_s": round(sweep_s, 1),
        "sweep_cpu_s": round(after["sweep"] - before["sweep"], 2),
        "cpu_ms_per_tenant": round((after["sweep"] - before["sweep"]) / polled * 1_000, 1),
        "sftp_servers_cpu_s": round(sftp_s, 2),
        "prefect_server_cpu_s": round(after["prefect_server"] - before["prefect_server"], 2),
        "loads_cpu_s": round(_cpu(serving)["loads"] - before["loads"], 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024),
        "polled": polled,
        "idle": idle,
        "failed": failed,
        "taken": taken,
        "runs": runs,
        "ends": ends,
        "load": round(load, 1),
    }


def _numbers(message: str) -> list[str]:
    words = message.replace(",", "").replace(";", " ").split()
    return [word for word in words if word.isdigit()]


def _runs(server: PrefectServer, **asked: object) -> int:
    """Count the runs that were made for files."""
    found = must(server, "/deployments/name/import-file/import-file")
    of_files = {"deployment_id": {"any_": [found["id"]]}, **asked}
    return int(must(server, "/flow_runs/count", {"flow_runs": of_files}))


def _ends(server: PrefectServer, runs: int) -> dict[str, int]:
    """Wait until the runs for files are over; count them by how they ended."""
    deadline = time.monotonic() + LOADS_LIMIT_S
    while True:
        ends = {name: _runs(server, state={"name": {"any_": [name]}}) for name in ENDS}
        if sum(ends.values()) == runs:
            return {name: count for name, count in ends.items() if count}
        if time.monotonic() > deadline:
            raise RuntimeError(f"Of {runs} runs only these came to their end: {ends}.")
        time.sleep(LOOK_S)


def _cpu(serving: int) -> dict[str, float]:
    """CPU seconds so far: of this process, of Prefect's server, of loads and what starts them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    runner = psutil.Process(serving)
    family = [runner, *runner.children(recursive=True)]
    servers = [
        process
        for process in psutil.Process().children(recursive=True)
        if process not in family and _is_server(process)
    ]
    return {
        "sweep": used.ru_utime + used.ru_stime,
        "prefect_server": sum(sum(process.cpu_times()[:2]) for process in servers),
        "loads": sum(sum(process.cpu_times()[:4]) for process in family),
    }


async def _save(sftp: Servers, logins: list[str]) -> None:
    """Make the blocks with the logins; `asave` would register their type with each of them."""
    await SftpAccount.aregister_type_and_schema()
    async with get_client() as client:
        for place, login in enumerate(logins):
            port, host_key = sftp.of(place)
            account = SftpAccount(
                host="127.0.0.1", port=port, user=login, password=PASSWORD, host_keys=host_key
            )
            document = account._to_block_document(name=login, include_secrets=True)
            given = document.model_dump(include=BlockDocumentCreate.model_fields.keys())
            await client.create_block_document(BlockDocumentCreate(**given))
