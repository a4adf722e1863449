"""A simulated Procountor to try things against: ``python -m simulators.procountor``."""

from __future__ import annotations

import argparse
import time
from typing import Final

from simulators.ports import asked_for
from simulators.procountor.company import Company
from simulators.procountor.server import ProcountorSimulator

PORT: Final = 9_030
COMPANY: Final = 1_001


def main() -> None:
    """Serve one environment until Ctrl-C, and say how it is reached."""
    parser = argparse.ArgumentParser(prog="python -m simulators.procountor", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="0 for any that is free")
    port = parser.parse_args().port
    with asked_for(port), ProcountorSimulator([Company(COMPANY)], port=port) as simulator:
        lines = (
            f"export TASMA_PROCOUNTOR_URL={simulator.url}",
            f"A block of type Procountor client, called ecom: client id {simulator.client_id},",
            f"  secret {simulator.client_secret}",
            "A block of type Procountor API key: client block procountor-client/ecom,",
            f"  API key key-{COMPANY}",
            f"What it holds: {simulator.base}/_simulator",
        )
        print(*lines, sep="\n", flush=True)  # noqa: T201 - a command
        try:
            while True:
                time.sleep(60)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
