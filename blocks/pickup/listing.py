"""What lies in a folder of an SFTP server, name by name as the server gives it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paramiko import SFTPAttributes, SFTPClient
from paramiko.sftp import CMD_CLOSE, CMD_OPENDIR, CMD_READDIR


@dataclass(frozen=True)
class Entry:
    """One name; what the server does not say is None. `modified_s`: seconds since 1970 (UTC)."""

    name: str
    mode: int | None
    size_bytes: int | None
    modified_s: int | None


def entries(sftp: SFTPClient, folder: str) -> Iterator[Entry]:
    """List a folder, whole or with an error: a name that is no UTF-8 has surrogates in it.

    Paramiko's own listing fails altogether at such a name, which anybody may put there.

    Raises:
        OSError: There is no such folder, or it may not be read.
        SSHException: The server went away.
    """
    _, opened = sftp._request(CMD_OPENDIR, folder.encode())  # noqa: SLF001 - reason above
    handle = opened.get_string()
    try:
        while True:
            _, page = sftp._request(CMD_READDIR, handle)  # noqa: SLF001 - as above
            for _ in range(page.get_int()):
                name, _long = page.get_string(), page.get_string()
                found = SFTPAttributes._from_msg(page)  # noqa: SLF001 - as above
                yield _entry(name, found)
    except EOFError:  # SFTP's way to say that this was all
        sftp._request(CMD_CLOSE, handle)  # noqa: SLF001 - as above


def _entry(name: bytes, found: SFTPAttributes) -> Entry:
    return Entry(
        name.decode("utf-8", "surrogateescape"), found.st_mode, found.st_size, found.st_mtime
    )
