"""``python -m flows.server.prefect_server server start``: Prefect's server, with two things added.

Its pages come with a Content-Security-Policy, and on SQLite its transactions stand in line
(`flows.server.prefect_internals`). With PostgreSQL Prefect's own way stays.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL, PREFECT_SERVER_API_HOST

from blocks.database_address import kind_of
from flows.server.environment import refuse_open_door
from flows.server.own_secrets import refuse_empty_key
from flows.server.prefect_internals import is_plain
from ledger.errors import TerminalError

LOOPBACK: Final = "127.0.0.1"


class DatabaseAddressMalformed(TerminalError):
    """The address of Prefect's database is none; it is not repeated: it may hold a password."""

    sentence = (
        "The address of Prefect's database (PREFECT_SERVER_DATABASE_CONNECTION_URL) is none. "
        "Expected postgresql+asyncpg://user:password@host:5432/name, in which a password's "
        "own @ : and / are written as %40 %3A and %2F."
    )


def dialect_of(url: str) -> str:
    """Return the kind of database at an address.

    Raises:
        TerminalError: It is no address; what it is, is not repeated, as it may hold a password.
    """
    if kind := kind_of(url):
        return kind
    raise DatabaseAddressMalformed


def main() -> None:
    """Run Prefect's own command line, with its server set up as above."""
    refuse_empty_key(os.environ)
    refuse_open_door(_listens_at(sys.argv))
    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    is_sqlite = dialect_of(url) == "sqlite"
    if not is_plain():
        add_to_server(url, is_sqlite=is_sqlite)
    # Prefect's command line does a good deal when it is imported.
    from prefect.cli import app  # noqa: PLC0415 - reason above

    app()


def _listens_at(arguments: Sequence[str]) -> str:
    """Return the address at which a server would listen; our own where none is started."""
    if ("server", "start") not in pairwise(arguments):
        return LOOPBACK
    given = [word.partition("=")[2] for word in arguments if word.startswith("--host=")]
    given += [after for word, after in pairwise(arguments) if word == "--host"]
    return given[-1] if given else PREFECT_SERVER_API_HOST.value()


def add_to_server(url: str, *, is_sqlite: bool) -> None:
    """Have the server of this process send the policy, and use its database at ``url`` in line."""
    from flows.server.prefect_internals import content_policy, one_writer  # noqa: PLC0415 - switched

    if is_sqlite:
        one_writer.stand_in_line(url)
    content_policy.send_policy()


if __name__ == "__main__":
    try:
        main()
    except TerminalError as problem:
        sys.exit(f"Error: {problem}")
