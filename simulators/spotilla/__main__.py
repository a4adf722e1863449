"""A simulated Spotilla to try things against: ``python -m simulators.spotilla``, until Ctrl-C."""

from __future__ import annotations

import argparse
import time
from typing import Final

from simulators.ports import asked_for
from simulators.spotilla.server import SpotillaSimulator
from simulators.spotilla.world import Acts, Tenant

PORT: Final = 9_040


def main() -> None:
    """Serve one tenant with a finished task, and say how it is reached."""
    parser = argparse.ArgumentParser(prog="python -m simulators.spotilla", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="0 for any that is free")
    tenant = Tenant("esimerkki")
    port = parser.parse_args().port
    with asked_for(port), SpotillaSimulator([tenant], port=port) as simulator:
        acts = Acts(simulator.world, tenant.subdomain)
        acts.finish(acts.add_task(acts.add_customer(), {acts.add_product(): 2}))
        user = tenant.users[0]
        lines = (
            f"export TASMA_SPOTILLA_URL={simulator.url}",
            f"Subdomain {tenant.subdomain}, user {user.email}, password {user.password}",
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
