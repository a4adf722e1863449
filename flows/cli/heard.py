"""What steps warn of while a command runs is said as the command speaks, not as a log is."""

from __future__ import annotations

import logging
from typing import Final

LOGGER: Final = "tasma"
"""That of `tasks.log`, whose import takes longer than most commands."""


class Remarks(logging.Handler):
    """Prints each warning as a remark."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one warning."""
        from flows.cli.output import remark  # noqa: PLC0415 - it is loaded by whoever says anything

        remark(record.getMessage())


def hear_warnings() -> None:
    """Print what steps warn of, and keep it from the format of Prefect's log."""
    logger = logging.getLogger(LOGGER)
    logger.addHandler(Remarks(logging.WARNING))
    logger.propagate = False
