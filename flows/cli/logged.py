"""What the steps log while a command runs: each thing once, with our commands as called here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from flows.cli.own_command import as_called
from tasks.log import LOGGER


class Once(logging.Filter):
    """Lets each message of one command pass once: years are worked on one after another."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the message is new, and write its commands as the person calls them."""
        message = record.getMessage()
        is_new = message not in self._seen
        self._seen.add(message)
        record.msg, record.args = as_called(message), ()
        return is_new


@contextmanager
def logged_once() -> Iterator[None]:
    """Say nothing twice of what steps log within the context."""
    logger, once = logging.getLogger(LOGGER), Once()
    logger.addFilter(once)
    try:
        yield
    finally:
        logger.removeFilter(once)
