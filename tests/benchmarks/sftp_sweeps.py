"""One sweep as the deployment makes it, with Prefect's server beside it; CPU by who spent it."""

from __future__ import annotations

import asyncio
import os
import resource
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
from tests.benchmarks.fortnox_night import _is_server, _stop_schedules
from tests.benchmarks.runs import must, server_in
from tests.benchmarks.sftp_servers import PASSWORD, Servers, started

LOADS_LIMIT_S: Final = 300.0
"""Until the runs for files are over."""

LOOK_S: Final = 1.0
ENDS: Final = ("Published", "Unchanged", "Held", "Failed", "Crashed", "Cancelled")
FIRST: Final = "first"
"""The tenant of a sweep before the one that is timed."""

BOOKS: Final = Company(3, calendar_years(2024, 2024), 20)


def sweep(home: str, tenants: int, servers: int, files: int) -> Callable[[], dict[str, Any]]:
    """Let a hub and Prefect's server know the tenants, then time one sweep over all of them."""
    os.environ["TASMA_HOME"] = home
    logins = [f"t{place}" for place in range(tenants)]
    sftp = started(Path(home) / "servers", servers, [*logins, FIRST])
    _agree(Path(home), [*logins, FIRST])

    def work() -> dict[str, Any]:
        with server_in(home) as server, deployments_served(server) as serving:
            _stop_schedules(server)
            login = server.client_variables[CLIENT_LOGIN]
            where = {PREFECT_API_URL: server.api_url, PREFECT_API_AUTH_STRING: login}
            with temporary_settings(where):
                asyncio.run(_save(sftp, [*logins, FIRST]))
                # Modules and caches are new to the first sweep; its tenant is not due again.
                asyncio.run(sftp_sweep(tenant=FIRST))
                _put(sftp, logins, files)
                return _timed(server, serving.pid, sftp, files)

    return work


def _put(sftp: Servers, logins: list[str], files: int) -> None:
    for place in range(0, len(logins), len(logins) // files) if files else ():
        (sftp.folder(place, logins[place]) / "books.se").write_bytes(BOOKS.sie())


def _timed(server: PrefectServer, serving: int, sftp: Servers, files: int) -> dict[str, Any]:
    load, before, sftp_s, began = os.getloadavg()[0], _cpu(serving), sftp.cpu_s, time.monotonic()
    state = asyncio.run(sftp_sweep(return_state=True))
    sweep_s, after, sftp_s = time.monotonic() - began, _cpu(serving), sftp.cpu_s - sftp_s
    runs = _runs(server)
    ends = _ends(server, runs)
    polled, idle, failed, taken = (int(word) for word in _numbers(str(state.message)))
    return {
        "sweep_s": round(sweep_s, 1),
        "sweep_cpu_s": round(after["sweep"] - before["sweep"], 2),
        "cpu_ms_per_tenant": round((after["sweep"] - before["sweep"]) / polled * 1_000, 1),
        "sftp_servers_cpu_s": round(sftp_s, 2),
        "prefect_server_cpu_s": round(after["prefect_server"] - before["prefect_server"], 2),
        "loads_cpu_s": round(_cpu(serving)["loads"] - before["loads"], 2),
        "sweep_peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024),
        "polled": polled,
        "idle": idle,
        "failed": failed,
        "files": files,
        "taken": taken,
        "runs": runs,
        "ends": ends,
        "load_before": round(load, 1),
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


def _agree(home: Path, logins: list[str]) -> None:
    (home / "hub").mkdir(parents=True, exist_ok=True)
    with Hub(f"sqlite:///{home / 'hub' / 'hub.sqlite'}") as hub:
        hub.migrate()
        for login in logins:
            number = BOOKS.organisation_number
            hub.tenants.add(Tenant(login, "Bench AB", organisation_number=number))
            hub.pickups.agree(Pickup(login, f"{TYPE_SLUG}/{login}", "/"), who="bench")


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
