"""The first pull of a Procountor year, beside dlt's ``rest_api`` fed with the same receipts.

``PROCOUNTOR_RECEIPTS=100000`` for another size of the year.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import PROJECT, Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step

RECEIPTS: Final = int(os.environ.get("PROCOUNTOR_RECEIPTS", "20000"))
OURS: Final = "ours: first pull, staged, judged, published"
PEER: Final = "dlt 1.31.0, rest_api, whole receipts into DuckDB"
RATIO: Final = 3.0
"""How many times less CPU a voucher ours takes than the peer, with all controls."""
STARTS_S: Final = 120.0


def procountor(folder: Path) -> Benchmark:
    """One step; both are served by one process that has recorded answers alone."""
    file = folder / f"procountor-{RECEIPTS}.pickle"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"

    def steps(number: int) -> Sequence[Step]:
        home = folder / "runs" / f"procountor-{number}"
        # The recorded paths hold the simulator's own, which has the same beginning.
        ours = {"url": url, "home": str(home / "ours"), "receipts": RECEIPTS}
        peer = {"url": url, "home": str(home / "dlt")}
        return [
            Step(
                title=f"first pull of {RECEIPTS:,} receipts",
                contenders=(
                    Contender(OURS, "procountor_first_ours:pull", ours),
                    Contender(PEER, "procountor_first_dlt:load", peer, needs="dlt"),
                ),
                goals=(Goal("CPU a voucher, peer ÷ ours", _ratio, (PEER, OURS), RATIO),),
                check=_check,
            )
        ]

    @contextmanager
    def beside() -> Iterator[object]:
        if not file.exists():
            work = "from tests.benchmarks.procountor_recorded import Path, record"
            code = f"{work}; record(Path({str(file)!r}), {RECEIPTS})"
            subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
        command = [sys.executable, "-m", "tests.benchmarks.procountor_recorded", str(file)]
        with subprocess.Popen([*command, str(port)], cwd=PROJECT) as process:
            try:
                _wait_for(port)
                yield process
            finally:
                process.terminate()

    return Benchmark("procountor", steps, rounds_at_most=1, beside=beside)


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing was served within {STARTS_S} s")


def _ratio(peer: Result, ours: Result) -> float:
    return (peer.figure() / peer.fact("vouchers")) / (ours.figure() / ours.fact("vouchers"))


def _check(results: Results) -> None:
    """Orders and what was invalidated are receipts and no vouchers: one in a thousand."""
    assert all(result.facts["vouchers"] >= RECEIPTS * 0.99 for result in results.values())
