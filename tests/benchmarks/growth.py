"""From ten thousand postings to ten million: time and memory of a file's whole way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.inputs import big_sie
from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step

VOUCHERS: Final = (3_360, 33_360, 333_360, 3_333_360)
"""Three postings each: 10,080 to 10,000,080."""

MEMORY_MIB: Final = 2_048
"""What a unit of ten million postings may take from the file's bytes to published."""

OURS: Final = "ours: land, read, stage, reconcile, publish"


def growth(folder: Path) -> Benchmark:
    """One step per size; the largest file is about 580 MB."""
    sizes = [(vouchers, big_sie(folder, vouchers=vouchers)) for vouchers in VOUCHERS]

    def steps(number: int) -> Sequence[Step]:
        home = folder / "runs" / f"growth-{number}"
        return [_step(vouchers, file, home / str(vouchers)) for vouchers, file in sizes]

    return Benchmark("growth", steps, rounds_at_most=1)


def _step(vouchers: int, file: Path, home: Path) -> Step:
    def check(results: Results) -> None:
        facts = results[OURS].facts
        assert (vouchers, 3 * vouchers) == (facts["vouchers"], facts["postings"])
        assert facts["written"]

    return Step(
        title=f"{3 * vouchers:,} postings, {file.stat().st_size / 1e6:.1f} MB of SIE",
        contenders=(
            Contender(OURS, "growth_ours:take_in", {"path": str(file), "home": str(home)}),
        ),
        goals=(Goal("peak MiB", _peak, (OURS,), MEMORY_MIB, at_least=False),),
        megabytes=file.stat().st_size / 1e6,
        check=check,
    )


def _peak(result: Result) -> float:
    return result.figure("peak_mib")
