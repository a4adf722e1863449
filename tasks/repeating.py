"""What a process does again and again beside its work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeating(act: Callable[[], object], *, every_s: float, name: str) -> Iterator[None]:
    """Act every so many seconds, in a thread that ends with the body or with the process.

    `act` says itself what goes wrong: an exception would end its thread unseen.
    """
    over = threading.Event()

    def act_repeatedly() -> None:
        while not over.wait(every_s):
            act()

    threading.Thread(target=act_repeatedly, name=name, daemon=True).start()
    try:
        yield
    finally:
        over.set()
