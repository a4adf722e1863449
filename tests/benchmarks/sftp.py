"""SFTP pickup: a sweep over a thousand tenants, and a large file beside OpenSSH's own client."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step

TENANTS: Final = int(os.environ.get("SFTP_TENANTS", "1000"))
SERVERS: Final = int(os.environ.get("SFTP_SERVERS", "50"))
FILE_MB: Final = 500

QUIET: Final = "nothing new"
SOME: Final = "1 % have a file"
OURS: Final = "ours: fetched, checked, as a file of this machine"
PEER: Final = "sftp, OpenSSH's client"

SWEEP_LIMIT_S: Final = 60.0
BOX_SHARE: Final = 0.25
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
    return Step(
        title=f"one sweep of {TENANTS:,} tenants, each with a login, on {SERVERS} servers",
        contenders=tuple(
            Contender(
                name,
                "sftp_sweeps:sweep",
                {
                    "home": str(home / f"{files}-files"),
                    "tenants": TENANTS,
                    "servers": SERVERS,
                    "files": files,
                },
            )
            for name, files in ((QUIET, 0), (SOME, TENANTS // 100))
        ),
        goals=tuple(
            goal
            for name in (QUIET, SOME)
            for goal in (
                Goal(f"seconds, {name}", _wall, (name,), SWEEP_LIMIT_S, at_least=False),
                Goal(f"share of the box, {name}", _share, (name,), BOX_SHARE, at_least=False),
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


def _wall(result: Result) -> float:
    return result.fact("sweep_s")


def _share(result: Result) -> float:
    return result.fact("sweep_cpu_s") / (SWEEP_LIMIT_S * (os.cpu_count() or 1))


def _pace(ours: Result, peer: Result) -> float:
    return peer.fact("fetched_s") / ours.fact("fetched_s")


def _memory(result: Result) -> float:
    return result.fact("peak_mib")


def _all_looked_at(results: Results) -> None:
    for result in results.values():
        facts = result.facts
        assert (TENANTS, 0, facts["files"]) == (facts["polled"], facts["failed"], facts["runs"])


def _same_bytes(results: Results) -> None:
    assert 1 == len({result.facts["sha256"] for result in results.values()})
