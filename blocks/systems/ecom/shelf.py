"""Where Ecom's files lie: a folder of this machine, or one on an SFTP server.

A name that is missing is an `OSError` in either, so that the feed's rules are the same for both.
"""

from __future__ import annotations

import stat
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from blocks.pickup.connection import Connection
from blocks.pickup.listing import entries
from blocks.pickup.reading import pieces

MAX_ENTRIES: Final = 100_000
"""Names of a folder that are looked at."""


class TooLarge(ValueError):
    """A file has more bytes than may be read."""


class Shelf(Protocol):
    """A folder; names are relative to it, with ``/`` between their parts."""

    def names(self) -> list[str]:
        """Return the names of its plain files, in order."""

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """Return a file's bytes.

        Raises:
            TooLarge: It has more than ``most_bytes``.
        """

    def move(self, name: str, folder: str, new_name: str) -> None:
        """Move a file into a folder beside it, which is made when it is missing."""


@dataclass(frozen=True)
class LocalShelf:
    """A folder of this machine."""

    folder: Path

    def names(self) -> list[str]:
        """See `Shelf`; a link is no plain file."""
        plain = (one for one in self.folder.iterdir() if one.is_file() and not one.is_symlink())
        return sorted(one.name for one in islice(plain, MAX_ENTRIES))

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """See `Shelf`."""
        path = self.folder / name
        if path.stat().st_size > most_bytes:
            raise TooLarge(name)
        return path.read_bytes()

    def move(self, name: str, folder: str, new_name: str) -> None:
        """See `Shelf`."""
        (self.folder / folder).mkdir(exist_ok=True)
        (self.folder / name).rename(self.folder / folder / new_name)


@dataclass(frozen=True)
class SftpShelf:
    """A folder on an SFTP server; whatever breaks the connection is `ServerAway`."""

    connection: Connection
    folder: str

    def names(self) -> list[str]:
        """See `Shelf`."""
        limit_s = self.connection.limits.listing_s
        with self.connection.asked("listing Ecom's files", limit_s=limit_s):
            found = list(islice(entries(self.connection.sftp, self.folder), MAX_ENTRIES))
        # What a server does not say is taken for a plain file, as most give no more than that.
        return sorted(one.name for one in found if one.mode is None or stat.S_ISREG(one.mode))

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """See `Shelf`."""
        sftp, limit_s = self.connection.sftp, self.connection.limits.file_s
        with (
            self.connection.asked("fetching a file of Ecom's", limit_s=limit_s),
            sftp.open(self._at(name), "rb") as opened,
        ):
            size_bytes = opened.stat().st_size or 0
            if size_bytes > most_bytes:
                raise TooLarge(name)
            return b"".join(pieces(sftp, opened, size_bytes))

    def move(self, name: str, folder: str, new_name: str) -> None:
        """See `Shelf`."""
        sftp, limit_s = self.connection.sftp, self.connection.limits.answer_s
        with self.connection.asked("moving a file of Ecom's", limit_s=limit_s):
            with suppress(OSError):  # it is there already, or the move says what is wrong
                sftp.mkdir(self._at(folder))
            sftp.rename(self._at(name), self._at(f"{folder}/{new_name}"))

    def _at(self, name: str) -> str:
        return f"{self.folder.rstrip('/')}/{name}"
