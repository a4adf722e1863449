"""Connections to a PostgreSQL server: how they are opened, what they take, what answers mean."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import URL, Dialect, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from blocks.forks import keep_to_own_process
from blocks.settings import settings

CONNECT_TIMEOUT_S: Final = 10
"""Longest wait for the server to take a connection."""

PATIENCE_POLL_S: Final = 1.0
"""Between two attempts to open a connection."""

IDLE_LIMIT_S: Final = 60
"""After how long the server ends a transaction in which nothing is asked: its host is lost."""

SILENCE_LIMIT_S: Final = 20
"""After how long without a word from the server's host a connection counts as lost."""

LOCKED: Final = frozenset({"55P03", "40P01"})
"""SQLSTATEs: waited too long for a lock, or for each other."""

AWAY: Final = frozenset({"25P03", "53300", "57P01", "57P02", "57P03", "57P05"})
"""SQLSTATEs of a session that the server ended or did not begin; and all of class 08."""


NUL: Final = "\0"
SHOWN_NUL: Final = "\ufffd"
"""What stands for a NUL character in a text, which PostgreSQL does not take; SQLite does."""


def fit(parameters: Any) -> Any:
    """Return values as PostgreSQL takes them: one by one, by name, or several such in a list."""
    match parameters:
        case str() if NUL in parameters:
            return parameters.replace(NUL, SHOWN_NUL)
        case Mapping():
            return {name: fit(value) for name, value in parameters.items()}
        case list() | tuple():
            return type(parameters)(map(fit, parameters))
        case _:
            return parameters


def is_away(code: str) -> bool:
    """Return whether a SQLSTATE says that the session ended, or did not begin."""
    return code in AWAY or code.startswith("08")


def first_line(problem: BaseException, *, password: str) -> str:
    """Return what the server answered, without the password."""
    answer = str(problem).strip().partition("\n")[0]
    return answer.replace(password, "***") if password else answer


def open_engine(address: URL, *, busy_timeout_s: float, **more: str) -> Engine:
    """Return an engine of psycopg connections in UTC; nothing is opened yet.

    Args:
        address: With user and password.
        busy_timeout_s: Longest wait for a lock, in seconds.
        more: More settings of each session.

    Raises:
        ModuleNotFoundError: The driver is not installed.
    """
    of_session = {
        "timezone": "UTC",
        "lock_timeout": f"{max(1, round(busy_timeout_s * 1_000))}ms",
        "idle_in_transaction_session_timeout": f"{IDLE_LIMIT_S}s",
        **more,
    }
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        # A server that was restarted since is noticed before a transaction, not by it.
        pool_pre_ping=True,
        connect_args={
            "application_name": "tasma",
            "connect_timeout": CONNECT_TIMEOUT_S,
            "keepalives_idle": SILENCE_LIMIT_S // 2,
            "keepalives_interval": SILENCE_LIMIT_S // 4,
            "keepalives_count": 2,
            "tcp_user_timeout": SILENCE_LIMIT_S * 1_000,
            "options": " ".join(f"-c {name}={value}" for name, value in of_session.items()),
        },
    )
    event.listen(engine, "before_cursor_execute", _fitted, retval=True)
    keep_to_own_process(engine)
    event.listen(engine, "do_connect", _connect)
    return engine


def _connect(
    dialect: Dialect, _record: object, arguments: list[Any], named: dict[str, Any]
) -> DBAPIConnection:
    """Open a connection; where nobody waits for an answer, a server may take a while to be there.

    Nothing was asked of it yet, so to try again can do nothing twice.
    """
    until = time.monotonic() + settings().server_patience_s
    while True:
        try:
            return dialect.connect(*arguments, **named)
        except dialect.loaded_dbapi.OperationalError:
            if time.monotonic() > until:
                raise
        time.sleep(PATIENCE_POLL_S)


def _fitted(
    _connection: object,
    _cursor: object,
    statement: str,
    parameters: Any,
    _context: object,
    _many: object,
) -> tuple[str, Any]:
    """Have texts from outside stored with a mark where they had a NUL, wherever they come in."""
    return statement, fit(parameters)
