"""Pushing: documents through the outbox, its growth, a file that is judged, a sweep that idles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step
from tests.benchmarks.push_ours import write_invoices

FREELY: Final = "ours: 500 drafts, no limit"
PACED: Final = "ours: 100 drafts at 20 calls a second"
JUDGED: Final = "ours: 100,000 invoices judged"
IDLE: Final = "ours: 1,000 tenants without work"
QUEUED: Final = (10, 1_000, 100_000)

DOCUMENTS, PACED_DOCUMENTS, RATE = 500, 100, 20
INVOICES, TENANTS = 100_000, 1_000


def push(folder: Path) -> Benchmark:
    """Five steps, none with a peer: nobody else pushes into Fennoa."""
    invoices = folder / "invoices.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    write_invoices(invoices, INVOICES)

    def steps(number: int) -> Sequence[Step]:
        def home(name: str) -> str:
            return str(folder / "runs" / f"push-{name}-{number}")

        freely = {"home": home("freely"), "documents": DOCUMENTS}
        paced = {"home": home("paced"), "documents": PACED_DOCUMENTS, "rate": RATE}
        growing = [
            Contender(
                f"ours: the next of {queued:,}",
                "push_ours:growth",
                {"home": home(f"growth-{queued}"), "queued": queued},
            )
            for queued in QUEUED
        ]
        return [
            Step(
                title=f"{DOCUMENTS} drafts through the outbox, created and read back",
                contenders=(Contender(FREELY, "push_ours:through", freely),),
                goals=(Goal("documents a second of our CPU", _per_cpu_s, (FREELY,), 100),),
                check=_all_done,
            ),
            Step(
                title=f"{PACED_DOCUMENTS} drafts where {RATE} calls a second are allowed",
                contenders=(Contender(PACED, "push_ours:through", paced),),
                goals=(
                    Goal("share of the allowed rate", _share_of_rate, (PACED,), 0.95),
                    Goal("calls that were one too many", _refused, (PACED,), 0, at_least=False),
                ),
                check=_all_done,
            ),
            Step(
                title="the next document of many that wait",
                contenders=tuple(growing),
                goals=(
                    Goal(
                        "times as long with 10,000 times as many",
                        _growth,
                        (growing[-1].name, growing[0].name),
                        2.0,
                        at_least=False,
                    ),
                ),
            ),
            Step(
                title=f"{INVOICES:,} invoices of one file, read and judged",
                contenders=(Contender(JUDGED, "push_ours:judge", {"path": str(invoices)}),),
                goals=(Goal("seconds", _wall_s, (JUDGED,), 30.0, at_least=False),),
                check=_all_good,
            ),
            Step(
                title=f"a sweep over {TENANTS:,} tenants that have nothing to send",
                contenders=(
                    Contender(IDLE, "push_ours:idle", {"home": home("idle"), "tenants": TENANTS}),
                ),
                goals=(Goal("seconds", _wall_s, (IDLE,), 5.0, at_least=False),),
            ),
        ]

    return Benchmark("push", steps, rounds_at_most=1)


def _per_cpu_s(result: Result) -> float:
    return result.fact("done") / result.figure("cpu_s")


def _share_of_rate(result: Result) -> float:
    return result.fact("calls") / (result.fact("took_s") * RATE)


def _refused(result: Result) -> float:
    return result.fact("too_many_requests")


def _growth(many: Result, few: Result) -> float:
    return many.fact("next_ms") / few.fact("next_ms")


def _wall_s(result: Result) -> float:
    return result.figure("wall_s")


def _all_done(results: Results) -> None:
    (result,) = results.values()
    assert result.facts["done"] == result.contender.arguments["documents"]


def _all_good(results: Results) -> None:
    assert {"good": INVOICES} == results[JUDGED].facts
