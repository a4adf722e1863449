"""A simulated Fennoa to try pushing against: ``python -m simulators.fennoa``, until Ctrl-C."""

from __future__ import annotations

import argparse
import time

from simulators.fennoa.company import Company
from simulators.fennoa.server import FennoaSimulator
from simulators.ports import asked_for

USER, KEY = "try-user", "plainly-fake-key"
PORT = 9_020


def main() -> None:
    """Serve one company, and say how it is reached."""
    parser = argparse.ArgumentParser(prog="python -m simulators.fennoa", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="0 for any that is free")
    port = parser.parse_args().port
    with asked_for(port), FennoaSimulator([Company(USER, KEY)], port=port) as simulator:
        held = simulator.url.removesuffix("/api") + "/_simulator"
        lines = (
            f"export TASMA_FENNOA_URL={simulator.url}",
            f"A block of type Fennoa API user: user {USER}, key {KEY}",
            f"What it holds: {held}",
        )
        print(*lines, sep="\n", flush=True)  # noqa: T201 - a command
        try:
            while True:
                time.sleep(60)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
