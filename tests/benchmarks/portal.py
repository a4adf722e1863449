"""The portal: pages of twenty people over a thousand companies, and fifty files sent at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step, earlier

TENANTS: Final = 1_000
VOUCHERS: Final = 333_360
"""Three postings each: a year of 1,000,080."""

WARM_MS: Final = 200.0
"""What all but one in twenty looks at a warm page may take."""

ROUNDS: Final = 2
"""How often each person goes through the warm pages; a peer that keeps no answer is slow."""

SIZES_MB: Final = (1, 10, 50)
GROWTH: Final = 1.25
"""By how much fifty files of 50 MB at once may take more memory than fifty of 1 MB."""

OURS: Final = "ours"
PLAIN: Final = "plain Starlette, the same questions"
MODULES: Final = {OURS: "flows.portal", PLAIN: "tests.benchmarks.portal_plain"}


def portal(folder: Path) -> Benchmark:
    """One step of pages, and one for each size of files."""

    def steps(_: int) -> Sequence[Step]:
        return [_pages(folder), *(_uploads(folder, size) for size in SIZES_MB)]

    return Benchmark("portal", steps, rounds_at_most=1)


def _pages(folder: Path) -> Step:
    about = {"home": str(folder / "portal"), "tenants": TENANTS, "vouchers": VOUCHERS}
    about |= {"rounds": ROUNDS}
    kinds = [f"{kind}_warm_ms" for kind in ("status", "reconciliation")]
    return Step(
        title=f"20 people, {TENANTS:,} companies, a year of {3 * VOUCHERS:,} postings",
        contenders=tuple(_contenders("portal_ours:pages", about)),
        goals=tuple(
            Goal(f"p95 of {name}", partial(_fact, name=name), (OURS,), WARM_MS, at_least=False)
            for name in kinds
        ),
    )


def _uploads(folder: Path, size: int) -> Step:
    about = {"home": str(folder / "portal-files"), "tenants": TENANTS, "megabytes": size}
    goals = ()
    if size != SIZES_MB[0]:
        smallest = earlier(_title(SIZES_MB[0]), OURS)
        goals = (Goal("MiB / that of 1 MB", _growth, (OURS, smallest), GROWTH, at_least=False),)
    return Step(
        title=_title(size),
        contenders=tuple(_contenders("portal_ours:uploads", about)),
        goals=goals,
        megabytes=50.0 * size,
        check=_check(size),
    )


def _title(size: int) -> str:
    return f"50 files of {size} MB at once"


def _contenders(target: str, about: dict[str, Any]) -> list[Contender]:
    return [Contender(name, target, {**about, "module": m}) for name, m in MODULES.items()]


def _check(size: int) -> Callable[[Results], None]:
    def check(results: Results) -> None:
        for result in results.values():
            assert result.facts["bytes"] == 50 * size * 1_000_000

    return check


def _fact(result: Result, *, name: str) -> float:
    return result.fact(name)


def _growth(large: Result, small: Result) -> float:
    return large.fact("peak_mib_of_process") / small.fact("peak_mib_of_process")
