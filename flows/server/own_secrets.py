"""What a server of ours keeps to itself: its password, and the key its blocks are encrypted with.

Each is made once, in a file that its owner alone may read.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from blocks.durable import remove, rename_synced, temporary_name
from ledger.errors import TerminalError

LOGIN_FILE: Final = "password"
KEY_FILE: Final = "encryption.key"

SERVER_LOGIN: Final = "PREFECT_SERVER_API_AUTH_STRING"
CLIENT_LOGIN: Final = "PREFECT_API_AUTH_STRING"
KEY: Final = "PREFECT_SERVER_ENCRYPTION_KEY"

DATABASE_FILE: Final = "prefect.db"
DATABASES: Final = (
    "PREFECT_SERVER_DATABASE_CONNECTION_URL",
    "PREFECT_API_DATABASE_CONNECTION_URL",
)
"""Settings that lead to another database than that file, the second by its former name."""

USER: Final = "tasma"
PASSWORD_BYTES: Final = 24
KEY_BYTES: Final = 32


def login(folder: Path) -> str:
    """Return ``user:password`` of the server that keeps its things in ``folder``.

    The environment's (`SERVER_LOGIN`) when there is one; else it is made at the first start.

    Raises:
        TerminalError: The one that there is, is none.
    """
    if given := os.environ.get(SERVER_LOGIN):
        return _checked_login(given, where=SERVER_LOGIN)
    path = folder / LOGIN_FILE
    made = _kept(path, lambda: f"{USER}:{secrets.token_urlsafe(PASSWORD_BYTES)}")
    return _checked_login(made, where=str(path))


def known_login(folder: Path) -> str:
    """Return the login of a server that was started before; empty when none was."""
    path = folder / LOGIN_FILE
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def encryption_key(folder: Path) -> str:
    """Return the key that blocks are encrypted with, made once and kept out of the database.

    The folder's own goes before the environment's: blocks may be encrypted with it already.

    Raises:
        TerminalError: File or environment holds no key; blocks would be lost, or lie open.
    """
    path = folder / KEY_FILE
    if (given := os.environ.get(KEY)) and not path.exists():
        return checked_key(given, where=KEY)
    made = _kept(path, lambda: base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode())
    return checked_key(made, where=str(path))


class NotAnEncryptionKey(TerminalError):
    """What is kept or set as the encryption key is none."""

    sentence = (
        "{where} holds no encryption key: {chars} characters came, expected 44 that are "
        "{key_bytes} bytes in URL-safe base64. Put it back from a backup: what the blocks hold "
        "cannot be read without it. Where no block was saved yet, take it away, and the next start "
        "of `tasma up` makes another."
    )


def checked_key(key: str, *, where: str) -> str:
    """Return a key that is one.

    Raises:
        TerminalError: It is empty or malformed; Prefect would take one out of its own database.
    """
    try:
        is_one = len(base64.urlsafe_b64decode(key)) == KEY_BYTES
    except (binascii.Error, ValueError):
        is_one = False
    if is_one:
        return key
    raise NotAnEncryptionKey(where=where, chars=len(key), key_bytes=KEY_BYTES)


WRONG_LOGIN: Final = "set PREFECT_API_AUTH_STRING to the server's, or name its home"
"""What to do where the server wants another password than the one given."""

UNREADABLE: Final = (
    "the server cannot read its blocks: its encryption key is not the one that they were encrypted "
    "with; docs/runbook.md, *Prefect asks for a password*, has what to do"
)
"""Of a server that is up."""


class BlocksUnreadable(TerminalError):
    """Prefect's blocks are encrypted with another key than the server has."""

    sentence = (
        "The blocks in Prefect's database were encrypted with another key than {where} holds, so "
        "that none can be listed, changed or removed. Put the key back from a backup. If it is "
        "lost, what the blocks hold is lost too: with everything stopped, {remedy}; start again, "
        "and connect again what `tasma connect list` names. The books are not touched."
    )


def blocks_unreadable(folder: Path) -> BlocksUnreadable:
    """Say which key does not fit, and what is to be done in whatever database it is."""
    path = folder / KEY_FILE
    if any(os.environ.get(name) for name in DATABASES):
        remedy = "do `delete from block_document` in that database"
    else:
        remedy = (
            f"move {folder / DATABASE_FILE} away, and the -wal and -shm of its name if they are "
            "there (Prefect's runs, logs and pages begin anew with it)"
        )
    return BlocksUnreadable(where=path if path.exists() else KEY, remedy=remedy)


def refuse_empty_key(environment: Mapping[str, str]) -> None:
    """Refuse a key that is set and is none; where none is set, the choice is Prefect's.

    Raises:
        TerminalError: As `checked_key`.
    """
    if KEY in environment:
        checked_key(environment[KEY], where=KEY)


class NotALogin(TerminalError):
    """What is kept or set as the login is none."""

    sentence = (
        "{where} holds no login: expected user:password in one line. Set it, or take it away, and "
        "the next start makes another."
    )


def _checked_login(text: str, *, where: str) -> str:
    user, colon, password = text.partition(":")
    if user and colon and password and text.isprintable():
        return text
    raise NotALogin(where=where)


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Return what a file holds; whole, as it is made beside its place and then named."""
    if not path.exists():
        temporary = temporary_name(path.parent, path.name)
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(make())
                file.flush()
                os.fsync(handle)
            rename_synced(temporary, path)
        finally:
            remove(temporary)
    path.chmod(0o600)  # whatever copied it back
    return path.read_text(encoding="utf-8").strip()
