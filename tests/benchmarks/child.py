"""What runs in a contender's process: prepare untimed, then time one call."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time


def main(target: str, arguments: str) -> None:
    """Run ``module:function`` of this package with JSON arguments and print one line of JSON."""
    module, _, name = target.partition(":")
    prepare = getattr(importlib.import_module(f"tests.benchmarks.{module}"), name)
    work = prepare(**json.loads(arguments))
    cpu, wall = _cpu_s(), time.perf_counter()
    facts = work()
    cpu, wall = _cpu_s() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"cpu_s": cpu, "wall_s": wall, "peak_bytes": peak, "facts": facts}))  # noqa: T201 - the answer


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main(*sys.argv[1:])
