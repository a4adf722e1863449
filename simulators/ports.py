"""The port that a simulator is started at by hand, and what is said where somebody has it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def asked_for(port: int) -> Iterator[None]:
    """End with one sentence where the port is taken, in place of a traceback.

    Raises:
        SystemExit: It is; the exit code is 1.
    """
    try:
        yield
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        raise SystemExit(
            f"Port {port} is taken, perhaps by another simulator: stop that, or name another port "
            "with --port."
        ) from None
