"""SFTP pickup: a sweep over a thousand tenants, and a large file beside OpenSSH's own client."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step

TENANTS: Final = int(os.environ.get("SFTP_TENANTS", "1000"))
SERVERS: Final = int(os.environ.get("SFTP_SERVERS", "50"))
FILE_MB: Final = 500

SWEEPS: Final = "ours: one with nothing new, one with files"
OURS: Final = "ours: fetched, checked, as a file of this machine"
PEER: Final = "sftp, OpenSSH's client"

SWEEP_LIMIT_S: Final = 60.0
BOX: Final = 0.25
"""Of all cores for the length of the goal, what the sweep itself may take."""

PACE: Final = 0.8
MEMORY_MIB: Final = 300.0
"""Of the whole process, most of it modules; a file held in memory would be more."""


def sftp(folder: Path) -> Benchmark:
    """Two steps; servers and Prefect's server run on the same machine and are told apart."""

    def steps(number: int) -> Sequence[Step]:
        home = folder / "runs" / f"sftp-{number}"
        return [_sweeps(home), _large(home)]

    return Benchmark("sftp", steps, rounds_at_most=1)


def _sweeps(home: Path) -> Step:
    words = {"tenants": TENANTS, "servers": SERVERS, "files": max(1, TENANTS // 100)}
    return Step(
        title=f"two sweeps of {TENANTS:,} tenants, each with a login, on {SERVERS} servers",
        contenders=(Contender(SWEEPS, "sftp_sweeps:sweeps", {"home": str(home), **words}),),
        goals=tuple(
            goal
            for name, title in (("quiet", "nothing new"), ("some", "1 % have a file"))
            for goal in (
                Goal(f"seconds, {title}", _wall(name), (SWEEPS,), SWEEP_LIMIT_S, at_least=False),
                Goal(f"share of the box, {title}", _share(name), (SWEEPS,), BOX, at_least=False),
            )
        ),
        check=_all_looked_at,
    )


def _large(home: Path) -> Step:
    words = {"home": str(home / "large"), "megabytes": FILE_MB}
    return Step(
        title=f"one file of {FILE_MB} MB from OpenSSH's server",
        contenders=(
            Contender(OURS, "sftp_large:ours", words),
            Contender(PEER, "sftp_large:peer", words),
        ),
        goals=(
            Goal("pace, ours ÷ peer", _pace, (OURS, PEER), PACE),
            Goal("MiB at most", _memory, (OURS,), MEMORY_MIB, at_least=False),
        ),
        megabytes=FILE_MB,
        check=_same_bytes,
    )


def _wall(name: str) -> Callable[[Result], float]:
    return lambda result: result.fact(f"{name}_sweep_s")


def _share(name: str) -> Callable[[Result], float]:
    cores_s = SWEEP_LIMIT_S * (os.cpu_count() or 1)
    return lambda result: result.fact(f"{name}_sweep_cpu_s") / cores_s


def _pace(ours: Result, peer: Result) -> float:
    return peer.fact("fetched_s") / ours.fact("fetched_s")


def _memory(result: Result) -> float:
    return result.fact("peak_mib")


def _all_looked_at(results: Results) -> None:
    facts = results[SWEEPS].facts
    for name, files in (("quiet", 0), ("some", facts["files"])):
        expected = {"polled": TENANTS, "failed": 0, "taken": files, "runs": files}
        assert expected == {word: facts[f"{name}_{word}"] for word in expected}, facts


def _same_bytes(results: Results) -> None:
    assert 1 == len({result.facts["sha256"] for result in results.values()})
