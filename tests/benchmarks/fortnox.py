"""Fortnox by the night: calls, pace, and what a quiet tenant costs plainly and as a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step

TENANTS: Final = int(os.environ.get("FORTNOX_TENANTS", "50"))
"""Tenants of a night; the figures of docs/performance.md are of as many as it says."""

VOUCHERS: Final = int(os.environ.get("FORTNOX_VOUCHERS", "500"))
"""A year's vouchers of a small company."""

LARGE: Final = 5_000
"""Of a large one: its list has eleven pages."""

SHARE: Final = 0.8
TIMES: Final = 3.0
SMALL_NIGHT: Final = f"a tenant of {VOUCHERS} vouchers"
LARGE_NIGHT: Final = f"a tenant of {LARGE} vouchers"
AT_ONCE: Final = "answers at once"
LATE: Final = "answers after 100 ms"
PLAIN: Final = "quiet tenants in one process, no server"
NIGHTS: Final = "ours: a night in shards, and a run per tenant in the same process tree"
PREFECT: Final = "Prefect alone: as many runs of three empty tasks, forked as ours are"
STOCK: Final = "Prefect alone, as it starts runs itself"
MANY_ENOUGH: Final = 200
"""Runs after which the pace of a run per tenant is known, however many tenants there are."""

FEW: Final = 50
"""Runs that say enough of what one costs."""


def fortnox(folder: Path) -> Benchmark:
    """Four steps against the simulator with its limits on."""

    def steps(number: int) -> Sequence[Step]:
        home = folder / "runs" / f"fortnox-{number}"
        return [_calls(home), _pace(home), _plain(home), _night(home)]

    return Benchmark("fortnox", steps, rounds_at_most=1)


def _calls(home: Path) -> Step:
    return Step(
        title="calls of one tenant with one open year",
        contenders=tuple(
            Contender(
                name,
                "fortnox_calls:night",
                {"home": str(home / f"calls-{vouchers}"), "vouchers": vouchers},
            )
            for name, vouchers in ((SMALL_NIGHT, VOUCHERS), (LARGE_NIGHT, LARGE))
        ),
        goals=tuple(_no_429(name) for name in (SMALL_NIGHT, LARGE_NIGHT)),
        check=_check_calls,
    )


def _pace(home: Path) -> Step:
    return Step(
        title="pace of one tenant while at least 50 calls wait",
        contenders=tuple(
            Contender(name, "fortnox_calls:pace", {"home": str(home / name), "delay_s": delay_s})
            for name, delay_s in ((AT_ONCE, 0.0), (LATE, 0.1))
        ),
        goals=(
            *(Goal(f"share of the rate, {name}", _share, (name,), SHARE) for name in _PACES),
            *(_no_429(name) for name in _PACES),
        ),
    )


def _plain(home: Path) -> Step:
    words = {"home": str(home / "plain"), "tenants": min(TENANTS, FEW), "vouchers": VOUCHERS}
    return Step(
        title="quiet tenants, one after the other",
        contenders=(Contender(PLAIN, "fortnox_plain:pull_all", words),),
        check=_all_unchanged,
    )


def _night(home: Path) -> Step:
    few = min(TENANTS, MANY_ENOUGH)
    words = {"home": str(home / "night"), "tenants": TENANTS, "few": few, "vouchers": VOUCHERS}
    forked = {"home": str(home / "forked"), "tenants": few, "warm": True}
    stock = {"home": str(home / "stock"), "tenants": min(TENANTS, FEW), "warm": False}
    return Step(
        title=f"nights of {TENANTS} tenants through deployments",
        contenders=(
            Contender(NIGHTS, "fortnox_night:night", words),
            Contender(PREFECT, "fortnox_night:nothing", forked),
            Contender(STOCK, "fortnox_night:nothing", stock),
        ),
        goals=(
            _no_429(NIGHTS),
            Goal("quiet tenants a CPU second, shards over runs", _times, (NIGHTS,), TIMES),
        ),
        check=_as_they_must_end,
    )


_PACES: Final = (AT_ONCE, LATE)


def _no_429(name: str) -> Goal:
    return Goal(f"429s, {name}", _refused, (name,), 0, at_least=False)


def _refused(result: Result) -> float:
    return result.fact("refused_429")


def _share(result: Result) -> float:
    return result.fact("share")


def _check_calls(results: Results) -> None:
    for result in results.values():
        states = [result.facts[f"{night}_state"] for night in ("first", "quiet", "changed")]
        assert ["Published", "Unchanged", "Published"] == states


def _times(result: Result) -> float:
    return result.fact("times_as_many_a_cpu_second")


def _all_unchanged(results: Results) -> None:
    for result in results.values():
        assert {"Unchanged": result.facts["tenants"]} == result.facts["states"]


def _as_they_must_end(results: Results) -> None:
    facts = results[NIGHTS].facts
    tenants, changed = facts["tenants"], facts["changed_tenants"]
    assert {"unchanged": tenants} == facts["outcomes"]
    assert {"unchanged": facts["run_per_tenant_tenants"]} == facts["run_per_tenant_outcomes"]
    expected = {"unchanged": tenants - changed, "published": changed}
    assert expected == facts["changed_outcomes"]
