"""A simulated Fennoa in a process of its own: says where it is, and at a line how it was called."""

from __future__ import annotations

import json
import sys

from simulators.fennoa import Company, FennoaSimulator

USER, KEY = "bench-user", "plainly-fake-key"


def main(calls_per_second: int) -> None:
    """Serve until the input ends."""
    simulator = FennoaSimulator([Company(USER, KEY)], calls_per_second=calls_per_second)
    with simulator:
        print(simulator.url, flush=True)  # noqa: T201 - whoever started it reads this
        for _ in sys.stdin:
            statuses = [call.status for call in simulator.world.calls]
            facts = {"calls": len(statuses), "refused": statuses.count(429)}
            print(json.dumps(facts), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main(int(sys.argv[1]))
