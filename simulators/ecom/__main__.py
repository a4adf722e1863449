"""A simulated Ecom to try the route with: ``python -m simulators.ecom``, until Ctrl-C."""

from __future__ import annotations

import argparse
import time

from simulators.ecom.company import Company
from simulators.ecom.server import EcomSimulator
from simulators.ports import asked_for

BUSINESS_ID, KEY = "1234567-1", "plainly-fake-key"
PORT = 9_050


def main() -> None:
    """Serve one company, and say how it is reached and steered."""
    parser = argparse.ArgumentParser(prog="python -m simulators.ecom", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="0 for any that is free")
    company = Company(BUSINESS_ID, KEY)
    for number, name in (("7230", "Vuokrat"), ("3000", "Myynti")):
        company.account(number, name, "25.5")
    port = parser.parse_args().port
    with asked_for(port), EcomSimulator([company], port=port) as simulator:
        steered = simulator.url.removesuffix("/api") + "/_simulator"
        lines = (
            f"export TASMA_ECOM_URL={simulator.url}",
            f"A block of type Ecom feed: key {KEY}; the company is {BUSINESS_ID}",
            f'curl -X POST {steered}/{BUSINESS_ID}/purchase -d \'{{"id": "p-1"}}\'',
            "does what a person does; then approve, export, send, submit, pay, bank_error, close",
        )
        print(*lines, sep="\n", flush=True)  # noqa: T201 - a command
        try:
            while True:
                time.sleep(60)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
