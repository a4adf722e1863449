"""``python -m simulators.fortnox``: demo tenants on a fixed port, until Ctrl-C."""

from __future__ import annotations

import argparse
import sys

from simulators.fortnox.demo import demo_tenants
from simulators.fortnox.server import FortnoxSimulator
from simulators.fortnox.tenant import ALL_SCOPES
from simulators.fortnox.world import REDIRECT_URI
from simulators.ports import asked_for

PORT = 4302


def main() -> None:
    """Serve until a signal ends it."""
    parser = argparse.ArgumentParser(prog="python -m simulators.fortnox", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--tenants", type=int, default=5)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--no-consent", action="store_true", help="nobody has consented yet")
    parser.add_argument("--redirect-uri", default=REDIRECT_URI)
    options = parser.parse_args()
    consented = None if options.no_consent else ALL_SCOPES
    tenants = demo_tenants(options.tenants, seed=options.seed, consented=consented)
    made = FortnoxSimulator(tenants, port=options.port, redirect_uri=options.redirect_uri)
    with asked_for(options.port):
        made.run(_announce)


def _announce(simulator: FortnoxSimulator) -> None:
    lines = [
        f"Simulated Fortnox at {simulator.url} (steered under {simulator.url}/_simulator/)",
        f"client id {simulator.client_id}, client secret {simulator.client_secret}",
        *(
            f"{number}  {tenant.edition.company.organisation_number}  {tenant.edition.company.name}"
            for number, tenant in simulator.world.tenants.items()
        ),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
