"""What it costs to keep what a load replaces: a first load nothing, a change a fifth at most."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step

VOUCHERS: Final = 100_000
CHANGED: Final = 1_000

KEPT: Final = "ours: what is replaced is kept"
NOT_KEPT: Final = "the same, keeping nothing"

FIRST_AT_MOST: Final = 1.05
CHANGE_AT_MOST: Final = 1.20
"""CPU of a publication with history, against one without."""


def history(folder: Path) -> Benchmark:
    """One step, of two publications."""

    def steps(number: int) -> Sequence[Step]:
        homes = {name: str(folder / "runs" / f"history-{number}-{name}") for name in ("on", "off")}
        asked = {"vouchers": VOUCHERS, "changed": CHANGED}
        work = "history_ours:publish_twice"
        return [
            Step(
                title=f"{VOUCHERS:,} vouchers of two rows, then {CHANGED:,} of them changed",
                contenders=(
                    Contender(KEPT, work, {"home": homes["on"], "keeps": True, **asked}),
                    Contender(NOT_KEPT, work, {"home": homes["off"], "keeps": False, **asked}),
                ),
                goals=(
                    Goal("first load", _first, (KEPT, NOT_KEPT), FIRST_AT_MOST, at_least=False),
                    Goal("change", _change, (KEPT, NOT_KEPT), CHANGE_AT_MOST, at_least=False),
                ),
                check=_check,
            )
        ]

    return Benchmark("history", steps)


def _first(kept: Result, not_kept: Result) -> float:
    return kept.fact("first_cpu_s") / not_kept.fact("first_cpu_s")


def _change(kept: Result, not_kept: Result) -> float:
    return kept.fact("change_cpu_s") / not_kept.fact("change_cpu_s")


def _check(results: Results) -> None:
    assert {CHANGED} == {results[name].facts["changed"] for name in (KEPT, NOT_KEPT)}
