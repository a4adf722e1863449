"""A SIE file of 1 MB from drop to published by a deployment run, and what of it is Prefect's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from blocks.hub import Hub, Tenant
from flows.server.processes import deployments_served
from tests.benchmarks.inputs import big_sie, one_year
from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step
from tests.benchmarks.runs import NOTHING, nothing_served, server_in

VOUCHERS: Final = 5_800
"""Gives a file of 1 MB."""

RUNS: Final = 7
"""Runs of each kind; the median of their times does not depend on when the runner looked."""

RUN: Final = "ours: import-file, a deployment run"
PLAIN: Final = "ours: the same steps without a server"
PREFECT: Final = "Prefect alone: a deployment run of empty tasks"
NO_OP: Final = "ours: twenty no-op units in one process"
BEYOND_S: Final = 2.0
NO_OP_S: Final = 1.0
FIRST: Final = "1 MB of SIE from drop to published"


def drop(folder: Path) -> Benchmark:
    """Runs are started by our runner and by Prefect's; both look for new ones every two seconds."""
    file = big_sie(folder, vouchers=VOUCHERS)
    home = folder / "runs" / "drop"
    url: list[str] = []

    @contextmanager
    def servers() -> Iterator[None]:
        os.environ["TASMA_HOME"] = str(home)
        with server_in(str(home)) as server, deployments_served(server), nothing_served(server):
            url.append(server.url)
            yield

    def steps(number: int) -> Sequence[Step]:
        tenants = [f"drop-{number}-{place}" for place in range(RUNS)]
        _know(home, tenants)
        titles = (FIRST, f"{FIRST}, again")
        return [_step(file, home, tenants, url=url[0], title=title) for title in titles]

    return Benchmark("drop", steps, beside=servers)


def _step(file: Path, home: Path, tenants: Sequence[str], *, url: str, title: str) -> Step:
    first = title == FIRST
    expected = "published" if first else "unchanged"
    asked = [{"tenant": tenant, "path": str(file)} for tenant in tenants]

    def check(results: Results) -> None:
        for name in results.keys() - {PREFECT}:
            assert expected == results[name].facts["outcome"].lower()

    empty = [{"tenant": tenant} for tenant in tenants]
    plain = _plainly(asked[0], home.with_name(f"plain-{tenants[0]}"))
    contenders = (
        Contender(RUN, "drop_runs:timed", _runs(url, "import-file/import-file", asked)),
        Contender(PREFECT, "drop_runs:timed", _runs(url, NOTHING, empty)),
        Contender(PLAIN, "drop_ours:plain", **plain),
    )
    no_op = Contender(NO_OP, "drop_ours:no_op", **plain)
    return Step(
        title=title,
        contenders=contenders if first else (*contenders, no_op),
        goals=(_WALL,) if first else (_NO_OP,),
        check=check,
    )


def _runs(url: str, deployment: str, asked: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"url": url, "deployment": deployment, "asked": asked}


def _plainly(asked: Mapping[str, str], home: Path) -> dict[str, Any]:
    _know(home, [asked["tenant"]])
    return {"arguments": asked, "environment": {"TASMA_HOME": str(home)}}


def _beyond(ours: Result, prefect: Result) -> float:
    return ours.fact("median_s") - prefect.fact("median_s")


def _per_unit(result: Result) -> float:
    return result.figure() / result.fact("units")


_WALL: Final = Goal("wall s beyond Prefect", _beyond, (RUN, PREFECT), BEYOND_S, at_least=False)
_NO_OP: Final = Goal("CPU s per no-op unit", _per_unit, (NO_OP,), NO_OP_S, at_least=False)


def _know(home: Path, tenants: Sequence[str]) -> None:
    """Let the hub of a home know tenants that have the books' organisation number."""
    (home / "hub").mkdir(parents=True, exist_ok=True)
    books = one_year(1, VOUCHERS)
    with Hub(f"sqlite:///{home / 'hub' / 'hub.sqlite'}") as hub:
        known = {tenant.id for tenant in hub.migrate().tenants}
        number = books.organisation_number
        for tenant in sorted({*tenants} - known):
            holder = hub.tenants.by_number(number)
            shared = holder.id if holder else ""
            hub.tenants.add(Tenant(tenant, books.name, number, same_number_as=shared))
