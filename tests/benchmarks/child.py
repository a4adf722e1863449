"""What runs in a contender's process: prepare untimed, then time one call."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

# Only a peer needs pandas, but pyarrow loads it on first use wherever it is installed.
with suppress(ImportError):
    import pandas as pd  # noqa: F401 - loaded here, so that nobody's clock pays for it


def main(target: str, arguments: str) -> None:
    """Run ``module:function`` of this package with JSON arguments and print one line of JSON."""
    module, _, name = target.partition(":")
    prepare = getattr(importlib.import_module(f"tests.benchmarks.{module}"), name)
    work = prepare(**json.loads(arguments))
    cpu, wall = _cpu_s(), time.perf_counter()
    facts = work()
    cpu, wall = _cpu_s() - cpu, time.perf_counter() - wall
    peak = peak_bytes()
    # Processes that outlive the timed part are counted by whoever started them.
    cpu = facts.pop("cpu_s", cpu)
    print(json.dumps({"cpu_s": cpu, "wall_s": wall, "peak_bytes": peak, "facts": facts}))  # noqa: T201 - the answer


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_bytes() -> int:
    """Give the most memory that this process has had resident; 0 where the kernel does not say.

    Not ``ru_maxrss``: Linux lets a process inherit that from its parent.
    """
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main(*sys.argv[1:])
