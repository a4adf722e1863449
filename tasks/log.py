"""Log lines that a machine can read and a person can follow.

One event a line, with tenant, unit and run; counts and sums, never a payload, a secret or a
person's name. In the UI the same event reads as a sentence. Whatever of it comes from outside stays
text: `visible` in the message, `json_text` in the line.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger

from blocks.advice import as_here
from ledger.text import json_text, visible

RUN_FIELDS: Final = ("flow_run_id", "flow_run_name", "task_run_name")
OWN_FIELDS: Final = ("tenant", "unit", "figures")
LOGGER: Final = "tasma"
"""Where the events of work go that is done without a server."""


_IS_QUIET: Final[ContextVar[bool]] = ContextVar("is_quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the events of a look at one of many tenants in the process's own log.

    Prefect's server keeps about 0.4 KB a line: ten thousand quiet tenants would fill its database.
    """
    before = _IS_QUIET.set(True)
    try:
        yield
    finally:
        _IS_QUIET.reset(before)


def say(message: str, *, tenant: str = "", unit: str = "", **figures: object) -> None:
    """Log one event of the current run at level INFO."""
    _logger(tenant=tenant, unit=unit, figures=figures).info(as_here(visible(message)))


def warn(message: str, *, tenant: str = "", unit: str = "", **figures: object) -> None:
    """Log what a person should look at."""
    _logger(tenant=tenant, unit=unit, figures=figures).warning(as_here(visible(message)))


def _logger(**fields: Any) -> logging.Logger | logging.LoggerAdapter[Any]:
    """Return the run's logger; outside of a run (the command line) the one called ``tasma``."""
    try:
        if not _IS_QUIET.get():
            return get_run_logger(**fields)
    except MissingContextError:
        pass
    return logging.LoggerAdapter(logging.getLogger(LOGGER), fields)


class JsonLines(logging.Formatter):
    """Write a record as one JSON object: time, level, logger, message, run, tenant, unit."""

    def __init__(self, *_format: object, **_options: object) -> None:
        super().__init__()

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; a traceback is one of its fields."""
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields = {name: getattr(record, name, None) for name in RUN_FIELDS + OWN_FIELDS}
        line.update({name: value for name, value in fields.items() if value})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json_text(line)
