"""A SIE file of 1 MB from drop to published, as a flow run, and what of it is Prefect's own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from blocks.hub import Hub, Tenant
from flows.server import prefect_server
from tests.benchmarks.inputs import big_sie, one_year
from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step

VOUCHERS: Final = 5_800
"""Gives a file of 1 MB."""

TENANT: Final = "drop"
RUN: Final = "ours: import-file, a flow run"
PLAIN: Final = "ours: the same steps without a server"
PREFECT: Final = "Prefect alone: a flow of five empty tasks"
NO_OP: Final = "ours: twenty no-op units in one process"
BEYOND_S: Final = 2.0
NO_OP_S: Final = 1.0
FIRST: Final = "1 MB of SIE from drop to published"


def drop(folder: Path) -> Benchmark:
    """Every process starts from nothing: imports are timed too."""
    file = big_sie(folder, vouchers=VOUCHERS)
    client: dict[str, str] = {}

    @contextmanager
    def server() -> Iterator[None]:
        with prefect_server(home=folder / "runs" / "prefect", port=_free_port()) as running:
            client.update(_new_words(running.environment))
            yield

    def steps(number: int) -> Sequence[Step]:
        home = folder / "runs" / f"drop-{number}"
        return [_step(file, home, client, title=title) for title in (FIRST, f"{FIRST}, again")]

    return Benchmark("drop", steps, beside=server)


def _step(file: Path, home: Path, client: Mapping[str, str], *, title: str) -> Step:
    homes = {name: _home(home / name) for name in ("run", "plain")}
    words = {"tenant": TENANT, "path": str(file)}
    first = title == FIRST
    expected = "published" if first else "unchanged"

    def check(results: Results) -> None:
        for name in results.keys() - {PREFECT}:
            assert expected == results[name].facts["outcome"].lower()

    contenders = (
        Contender(RUN, "drop_ours:run", words, environment={**client, **homes["run"]}),
        Contender(PREFECT, "drop_prefect:run", environment=client),
        Contender(PLAIN, "drop_ours:plain", words, environment={**client, **homes["plain"]}),
    )
    no_op = Contender(NO_OP, "drop_ours:no_op", words, environment={**client, **homes["plain"]})
    return Step(
        title=title,
        contenders=contenders if first else (*contenders, no_op),
        goals=(_WALL,) if first else (_NO_OP,),
        check=check,
    )


def _beyond(ours: Result, prefect: Result) -> float:
    return ours.figure("wall_s") - prefect.figure("wall_s")


def _per_unit(result: Result) -> float:
    return result.figure() / result.fact("units")


_WALL: Final = Goal("wall s beyond Prefect", _beyond, (RUN, PREFECT), BEYOND_S, at_least=False)
_NO_OP: Final = Goal("CPU s per no-op unit", _per_unit, (NO_OP,), NO_OP_S, at_least=False)


def _home(path: Path) -> dict[str, str]:
    """Make a home whose hub knows the tenant, and give the setting that names it."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "hub").mkdir(exist_ok=True)
    with Hub(f"sqlite:///{path / 'hub' / 'hub.sqlite'}") as hub:
        tenants = hub.migrate().tenants
        if TENANT not in {tenant.id for tenant in tenants}:
            books = one_year(1, VOUCHERS)
            tenants.add(Tenant(TENANT, books.name, books.organisation_number))
    return {"TASMA_HOME": str(path)}


def _new_words(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if os.environ.get(name) != value}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
