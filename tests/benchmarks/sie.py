"""Reading a SIE file of 33 MB: 200,000 vouchers, 600,000 rows, corrections, Swedish letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.inputs import BIG_VOUCHERS, big_sie, big_sie_for_peer, one_year, sru_table
from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step, cpu_ratio

OURS: Final = "ours: vouchers, postings, voucher balances"
EVERYTHING: Final = "ours: with objects, diagnostics, digest, #KSUMMA"
PULL: Final = "ours: the same, staged as Parquet"
PEER: Final = "pysie-accounting 0.0.2 (rewritten copy)"
BOUND: Final = "bound: decode the bytes"
ODD_PERCENT: Final = 10


def sie(folder: Path) -> Benchmark:
    """Ours, the peer and the bound, on the plain file and on one with odd rows."""
    steps = [_step(folder, odd_percent=0), _step(folder, odd_percent=ODD_PERCENT)]

    def same_every_round(_round: int) -> Sequence[Step]:
        return steps

    return Benchmark("sie", same_every_round)


def _step(folder: Path, *, odd_percent: int) -> Step:
    path = big_sie(folder, odd_percent=odd_percent, control_sum=False)
    summed = big_sie(folder, odd_percent=odd_percent)
    peer = {"path": str(big_sie_for_peer(path)), "sru": str(sru_table(folder))}
    file = {"path": str(path)}
    megabytes = path.stat().st_size / 1e6
    shape = f"{odd_percent} % odd rows" if odd_percent else "plain rows"
    return Step(
        title=f"SIE 4E, {megabytes:.1f} MB, {shape}",
        contenders=(
            Contender(OURS, "sie_ours:postings", file),
            Contender(PEER, "sie_pysie:read", peer, needs="pandas"),
            Contender(EVERYTHING, "sie_ours:everything", {"path": str(summed)}),
            Contender(PULL, "sie_ours:pull", {"path": str(summed)}),
            Contender(BOUND, "sie_ours:decode", file),
        ),
        goals=() if odd_percent else _goals(megabytes),
        megabytes=megabytes,
        check=_check_odd if odd_percent else _check_plain,
    )


def _goals(megabytes: float) -> tuple[Goal, ...]:
    def speed(result: Result) -> float:
        return megabytes / result.figure()

    return (
        Goal("postings: MB per CPU second", speed, (OURS,), 40),
        Goal("everything: MB per CPU second", speed, (EVERYTHING,), 25),
        Goal("CPU of pysie / ours", cpu_ratio, (PEER, OURS), 3),
    )


def _check_ours(results: Results) -> None:
    totals = one_year(1, BIG_VOUCHERS).book().totals
    expected = {"vouchers": totals.vouchers, "postings": totals.booked_rows}
    for name in (OURS, EVERYTHING, PULL):
        facts = results[name].facts
        assert expected == {key: facts[key] for key in expected}, (name, facts)
    assert totals.vouchers == results[OURS].facts["balances"]
    assert results[OURS].facts["unbalanced"] == 0
    assert results[OURS].facts["total"] == "0.00"
    assert results[EVERYTHING].facts["digest"] == results[PULL].facts["digest"]
    for name in (EVERYTHING, PULL):
        assert results[name].facts["errors"] == 0
        assert totals.history_rows == results[name].facts["history"]


def _check_plain(results: Results) -> None:
    _check_ours(results)
    if PEER in results:
        ours, peer = results[OURS].facts, results[PEER].facts
        assert (ours["vouchers"], ours["postings"]) == (peer["vouchers"], peer["postings"])


def _check_odd(results: Results) -> None:
    """The peer's count is only shown: it does not know most odd shapes."""
    _check_ours(results)
    assert results[PULL].facts["exact_rows"] + results[PULL].facts["fast_rows"] > 0
