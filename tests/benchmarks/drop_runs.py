"""Runs of deployments, one after the other, as somebody waits for who pressed Run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.server.processes import PrefectServer
from tests.benchmarks.runs import end_of, start


def timed(url: str, deployment: str, asked: Sequence[Mapping[str, Any]]) -> Callable[[], Any]:
    """Start a run with each of the parameters, and wait for its end before the next."""
    server = PrefectServer(url, Path(), {})

    def work() -> dict[str, Any]:
        outcomes, waits_s = [], []
        for parameters in asked:
            began = time.monotonic()
            outcomes.append(end_of(server, start(server, deployment, parameters=parameters)))
            waits_s.append(time.monotonic() - began)
        return {
            "outcome": ",".join(sorted(set(outcomes))),
            "runs": len(outcomes),
            "median_s": round(statistics.median(waits_s), 2),
        }

    return work
