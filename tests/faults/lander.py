"""A child process of the fault tests: lands one file after the other until its tenant is gone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from blocks.lake.lake import TenantErased
from tasks.stores import open_stores

LIMIT_S = 60


def land_until_erased(home: Path) -> None:
    """Land, and say what ended it."""
    os.environ["TASMA_HOME"] = str(home)
    give_up_at, number = time.monotonic() + LIMIT_S, 0
    with open_stores() as stores:
        try:
            while time.monotonic() < give_up_at:
                number += 1
                stores.lake.land("acme", "sie", f"{number}".encode(), file_name="books.se")
        except TenantErased as problem:
            (home / "said").write_text(type(problem).__name__)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It was not so within `LIMIT_S` seconds.
    """
    give_up_at = time.monotonic() + LIMIT_S
    while not is_so():
        if time.monotonic() > give_up_at:
            raise TimeoutError
        time.sleep(0.002)
