"""Run our deployments as soon as Prefect's server answers: the two processes start at once.

Each spends seconds on a core before it can do anything; one after the other they would add up.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
import urllib.error
import urllib.request
from contextlib import suppress
from typing import Final

from flows.deployments import serve_all

START_LIMIT_S: Final = 120.0
"""Longest wait for the server; its first start makes its database."""
POLL_S: Final = 0.25
ANSWER_LIMIT_S: Final = 5.0


def wait_for_server(api_url: str) -> None:
    """Return when the server answers, or after `START_LIMIT_S`: what follows then says why not."""
    deadline = time.monotonic() + START_LIMIT_S
    while not _answers(f"{api_url}/health") and time.monotonic() < deadline:
        time.sleep(POLL_S)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_LIMIT_S):  # noqa: S310 - http, our own server
            return True
    except urllib.error.HTTPError:
        return True  # it wants a password, so it is there
    except OSError:
        return False


if __name__ == "__main__":
    # As in `flows.deployments`: SIGINT lets the last sweep happen, also in a script's background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        wait_for_server(os.environ["PREFECT_API_URL"])
        asyncio.run(serve_all())
