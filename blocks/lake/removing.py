"""One at a time: who removes from the lake, and who makes a backup of it.

A hub names what lies in the lake. A backup that copied the hub first, and the lake an hour later,
would name what a prune removed in between.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ledger.errors import TransientError

LOCK: Final = "removing.lock"
"""Locked by the kernel for as long as its process lives; holds who it is."""


class LakeBusy(TransientError):
    """Something is removed from the lake, or must not be, at the moment."""

    sentence = (
        "{doing} has to wait for {other}: nothing may be removed from the lake meanwhile. Nothing "
        "was done. Run it again when that has ended."
    )


@contextmanager
def removing_alone(root: Path, doing: str) -> Iterator[None]:
    """Hold the lake's lock for the length of the body; ``doing``: what others are told.

    Raises:
        LakeBusy: Another process holds it.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise LakeBusy(doing=doing, other=file.read() or "another command") from None
        file.truncate(0)
        file.write(doing)
        file.flush()
        yield
