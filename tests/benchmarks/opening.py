"""A first transfer of 100,000 vouchers with both statements, and one workbook of 200 sheets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.inputs import big_sie
from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step

VOUCHERS: Final = 100_000
SHEETS: Final = 200

OURS: Final = "ours: held against both statements, row by row"
SHEETS_READ: Final = "ours: a workbook of 200 sheets"

COMPARISON_S: Final = 1.0
"""The longest that both statements may take beside the controls that are asked anyway."""


def opening(folder: Path) -> Benchmark:
    """Two steps; there is no peer that compares statements."""
    file = big_sie(folder, vouchers=VOUCHERS)

    def steps(number: int) -> Sequence[Step]:
        home = {"path": str(file), "home": str(folder / "runs" / f"opening-{number}")}
        return [
            Step(
                title=f"first transfer of {VOUCHERS:,} vouchers with both statements",
                contenders=(Contender(OURS, "opening_ours:compare", home),),
                goals=(
                    Goal("seconds of comparing", _seconds, (OURS,), COMPARISON_S, at_least=False),
                ),
                check=_check,
            ),
            Step(
                title=f"a workbook of {SHEETS} sheets, a balance sheet on each",
                contenders=(Contender(SHEETS_READ, "opening_ours:sheets", {"count": SHEETS}),),
                check=_check_sheets,
            ),
        ]

    return Benchmark("opening", steps)


def _seconds(result: Result) -> float:
    return result.fact("compare_s")


def _check(results: Results) -> None:
    facts = results[OURS].facts
    assert (VOUCHERS, 1) == (facts["vouchers"], facts["differing"])


def _check_sheets(results: Results) -> None:
    assert {"statements": SHEETS} == results[SHEETS_READ].facts
