"""Publishing against dlt's merge into DuckDB, from the same rows.

One tenant with three years of 333,000 postings, night after night; thirty units in ten files; the
same as JSON lines. dlt only merges; ours also stages, digests, reconciles and keeps a change list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step, cpu_ratio, earlier
from tests.benchmarks.unit_inputs import company, row_count, write_units

BIG_VOUCHERS: Final = 111_000
"""Per year; three postings each."""

SMALL_VOUCHERS: Final = 11_120
TENANTS: Final = 10

OURS: Final = "ours: stage, reconcile, publish"
OTHER_BYTES: Final = "ours: the same rows in other bytes"
DLT: Final = "dlt 1.31.0 merge, one flat table"
DLT_TABLES: Final = "dlt 1.31.0 merge, the same tables"
DLT_LINES: Final = "dlt 1.31.0 merge, not told to load Parquet"

FIRST_LOAD: Final = "One tenant, 3 years of 333,000 postings: first load"

REMOVED: Final = ("B", 17)
CHANGED: Final = ("L", 31)


def publish(folder: Path) -> Benchmark:
    """One tenant: a first load, an identical one, one with a voucher changed and one removed."""
    books = company(2, BIG_VOUCHERS)
    units = write_units(folder / "night-1", books, tenant="big")
    edited = books.next_night(removed=[REMOVED], changed=[CHANGED])
    tonight = write_units(folder / "night-2", edited, tenant="big")

    def steps(number: int) -> Sequence[Step]:
        homes = _Homes(folder / "runs" / f"publish-{number}")
        return [
            _first(units, homes, title=FIRST_LOAD),
            _identical(units, homes),
            _changed(tonight, homes),
        ]

    return Benchmark("publish", steps)


def tenants(folder: Path) -> Benchmark:
    """Thirty units in ten files."""
    units = _thirty(folder)

    def steps(number: int) -> Sequence[Step]:
        homes = _Homes(folder / "runs" / f"tenants-{number}")
        return [_first(units, homes, title="30 units in 10 files: first load", together=False)]

    return Benchmark("tenants", steps)


def jsonl(folder: Path) -> Benchmark:
    """The same thirty units from JSON lines, and those of one file with dlt as it comes."""
    units = _thirty(folder)
    few = write_units(folder / "three", company(100, SMALL_VOUCHERS), tenant="t", json_rows=True)

    def steps(number: int) -> Sequence[Step]:
        homes = _Homes(folder / "runs" / f"jsonl-{number}")
        alone = Goal("dlt / our publish", _to_phase("publish"), (DLT, OURS), 10)
        all_phases = Goal("dlt as it comes / ours, all phases", cpu_ratio, (DLT_LINES, OURS), 10)
        many = homes.dlt(units, name="many")
        plain = {**homes.dlt(few, name="few"), "loader": None}
        return [
            _lines("30 units in 10 files", units, homes, peer=DLT, arguments=many, goal=alone),
            _lines(
                "3 units in a file", few, homes, peer=DLT_LINES, arguments=plain, goal=all_phases
            ),
        ]

    return Benchmark("jsonl", steps, rounds_at_most=1)


def _lines(
    what: str, units: Path, homes: _Homes, *, peer: str, arguments: dict[str, Any], goal: Goal
) -> Step:
    ours = {**homes.ours(units, night="first"), "home": str(homes.root / what), "source": "jsonl"}
    return Step(
        title=f"{what}, from JSON lines: first load",
        contenders=(
            Contender(OURS, "publish_ours:load", ours),
            Contender(peer, "publish_dlt:load", {**arguments, "source": "jsonl"}, needs="dlt"),
        ),
        goals=(goal,),
        check=_all_rows(units),
    )


def _thirty(folder: Path) -> Path:
    for seed in range(TENANTS):
        books = company(100 + seed, SMALL_VOUCHERS)
        write_units(folder / "thirty", books, tenant=f"t{seed}", json_rows=True)
    return folder / "thirty"


@dataclass(frozen=True)
class _Homes:
    """Where the contenders of one round keep what they have loaded."""

    root: Path

    def ours(self, units: Path, *, night: str) -> dict[str, Any]:
        return {"units": str(units), "home": str(self.root / "ours"), "night": night}

    def dlt(self, units: Path, *, name: str) -> dict[str, Any]:
        return {"units": str(units), "home": str(self.root / name)}


def _peers(units: Path, homes: _Homes) -> tuple[Contender, ...]:
    flat = {**homes.dlt(units, name="flat"), "source": "flat"}
    same = {**homes.dlt(units, name="tables"), "source": "tables"}
    return (
        Contender(DLT, "publish_dlt:load", flat, needs="dlt"),
        Contender(DLT_TABLES, "publish_dlt:load", same, needs="dlt"),
    )


def _first(units: Path, homes: _Homes, *, title: str, together: bool = True) -> Step:
    def check(results: Results) -> None:
        _all_rows(units)(results)
        assert _count(units) == results[OURS].facts["units_written"]

    all_phases = Goal("all our phases / dlt", cpu_ratio, (OURS, DLT), 1.5, at_least=False)
    return Step(
        title=title,
        contenders=(
            Contender(OURS, "publish_ours:load", homes.ours(units, night="first")),
            *_peers(units, homes),
        ),
        goals=(
            Goal("dlt / our publish", _to_phase("publish"), (DLT, OURS), 1.5),
            Goal(
                "dlt with the same tables / our publish",
                _to_phase("publish"),
                (DLT_TABLES, OURS),
                1.5,
            ),
            *([all_phases] if together else []),
        ),
        check=check,
    )


def _identical(units: Path, homes: _Homes) -> Step:
    def check(results: Results) -> None:
        _all_rows(units)(results)
        for name in (OURS, OTHER_BYTES):
            facts = results[name].facts
            assert (_count(units), 0) == (facts["units_unchanged"], facts.get("units_written", 0))

    return Step(
        title="The same tenant: identical second load",
        contenders=(
            Contender(OURS, "publish_ours:load", homes.ours(units, night="first")),
            Contender(OTHER_BYTES, "publish_ours:load", homes.ours(units, night="second")),
            *_peers(units, homes),
        ),
        goals=(
            Goal("dlt / ours, the same bytes", cpu_ratio, (DLT, OURS), 5),
            Goal("dlt / our compare, other bytes", _to_phase("compare"), (DLT, OTHER_BYTES), 5),
        ),
        check=check,
    )


def _changed(units: Path, homes: _Homes) -> Step:
    def check(results: Results) -> None:
        facts = results[OURS].facts
        said = {name: facts[name] for name in ("vouchers_changed", "vouchers_removed")}
        assert said == {"vouchers_changed": 1, "vouchers_removed": 1}
        assert _count(units) - 1 == facts["units_unchanged"]

    first = earlier(FIRST_LOAD, OURS)
    return Step(
        title="The same tenant: one voucher changed and one removed",
        contenders=(
            Contender(OURS, "publish_ours:load", homes.ours(units, night="first")),
            *_peers(units, homes),
        ),
        goals=(
            Goal("publish / first publish", _phase_ratio, (OURS, first), 0.2, at_least=False),
            Goal("dlt / ours, all phases", cpu_ratio, (DLT, OURS), 1.5),
        ),
        check=check,
    )


def _to_phase(phase: str) -> Callable[[Result, Result], float]:
    """Make a figure: CPU seconds of a peer divided by those of one of our phases."""
    return lambda peer, ours: peer.figure() / ours.fact(f"{phase}_cpu_s")


def _phase_ratio(ours: Result, first: Result) -> float:
    return ours.fact("publish_cpu_s") / first.fact("publish_cpu_s")


def _count(units: Path) -> int:
    return len(list(units.glob("*/*")))


def _all_rows(units: Path) -> Callable[[Results], None]:
    def check(results: Results) -> None:
        expected = row_count(units)
        assert {expected} == {result.facts["postings"] for result in results.values()}

    return check
