"""A folder on an SFTP server as a place where files wait.

::

    <folder>/books.se                      put there by the customer
    <folder>/processed/books.se            taken in
    <folder>/failed/books.se               not taken in,
    <folder>/failed/books.se.error.txt     and why
    <folder>/invoices/                     the same for invoices that are to be pushed

Only the folder itself is looked at, never what lies below it. Whoever puts files there is trusted
with nothing, and neither is the server: what it says of sizes is held against what it sends.
"""

from __future__ import annotations

import hashlib
import posixpath
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from paramiko import SFTPFile

from blocks.durable import clean_temporary, remove, space_checked, temporary_name
from blocks.lake.landed import LANDED_MAX_BYTES, too_large
from blocks.names import shown_name
from blocks.pickup.agreed import Agreed, is_plain, is_temporary
from blocks.pickup.connection import Connection
from blocks.pickup.listing import Entry, entries
from blocks.pickup.port import FAILED, INVOICES, PROCESSED, ChangedMeanwhile, Look, NotMoved
from blocks.pickup.reading import pieces
from blocks.pickup.shelves import Shelves
from ledger.errors import TerminalError

MAX_ENTRIES: Final = 100_000
"""Names looked at in one folder; what lies behind them waits until there are fewer."""


class FolderUnusable(TerminalError):
    """The agreed folder is not there, or may not be listed."""

    sentence = (
        "The folder {folder} on {server} cannot be listed ({why}). Check the agreed folder with "
        "`tasma sftp status`, and with whoever runs the server that the login may read it."
    )


class ListingTooLong(TerminalError):
    """A folder holds more names than are looked at."""

    sentence = (
        "The folder {folder} on {server} holds more than {limit:,} names. Nothing of it was taken: "
        "move away what is done with."
    )


@dataclass(frozen=True)
class RemoteFile:
    """A file on a server as it looked at one moment; `modified_s`: by the server's clock, UTC."""

    tenant: str
    name: str
    size_bytes: int
    modified_s: int


@dataclass(frozen=True)
class RemoteFolder:
    """The agreed folder of one tenant: a `Place`.

    `temporary`: the folder of this machine through which files come.
    """

    connection: Connection
    agreed: Agreed
    temporary: Path

    def look(self) -> Look[RemoteFile]:
        """Return the files that wait, whatever their names, and count what is left alone.

        Raises:
            FolderUnusable, ListingTooLong: Nothing may be taken of what is not known whole.
            ServerAway: The server does not answer, or vanished meanwhile.
        """
        found = self._entries()
        names = {entry.name for entry in found}
        seen: Look[RemoteFile] = Look(names=names)
        for entry in found:
            if entry.name in {PROCESSED, FAILED} or self._is_done_file(entry.name):
                continue
            if entry.name == INVOICES and stat.S_ISDIR(entry.mode or 0):
                seen.has_invoices = True
                continue
            if why := self._why_left(entry, names):
                seen.leave(self.agreed.folder, why, name=entry.name)
            else:
                seen.files.add(self._file(entry))
        return seen

    @contextmanager
    def take(self, file: RemoteFile) -> Iterator[Path]:
        """Fetch a file to this machine, as large as it was said to be, before and after.

        Raises:
            ChangedMeanwhile: It grew, shrank, was taken back or written to.
            FileRefused: It is larger than what is taken in.
            ServerAway: The server does not answer, or the file takes too long.
            NoSpace: This machine's disk is full.
        """
        if file.size_bytes > LANDED_MAX_BYTES:
            raise too_large(file.name, file.size_bytes)
        clean_temporary(self.temporary)
        path = temporary_name(self.temporary, file.tenant)
        try:
            doing = f"fetching {shown_name(file.name)}"
            with space_checked(doing, self.temporary), path.open("wb") as out:
                for piece in self._read(file):
                    out.write(piece)
            yield path
        finally:
            remove(path)

    def head(self, file: RemoteFile, *, most_bytes: int) -> bytes:
        """Return how a file begins; whether it is whole and stays so is for who takes it.

        Raises:
            ChangedMeanwhile: It was taken back.
            ServerAway: The server does not answer.
        """
        try:
            with (
                self._asked("looking into a file"),
                self.connection.sftp.open(self._at(file.name)) as it,
            ):
                size_bytes = min(most_bytes, file.size_bytes)
                return b"".join(pieces(self.connection.sftp, it, size_bytes))
        except OSError as problem:
            why = problem.strerror or "it cannot be read"
            raise ChangedMeanwhile(name=shown_name(file.name), what=why) from problem

    def done(self, file: RemoteFile, *, sha256: str = "", failed: str = "") -> str:
        """Move a file that was dealt with, if it still is what it was; see `Place`.

        Raises:
            NotMoved: The server does not let us.
            ServerAway: It does not answer.
        """
        if sha256 and not self._is_still(file, sha256):
            return ""
        try:
            with self._asked("moving a file"):
                shelves = Shelves(self.connection.sftp, self.agreed.folder)
                moved = shelves.move(file.name, sha256=sha256, failed=failed)
                if moved and self.agreed.done_suffix:
                    # None is sent for what is refused by its name; and the file is moved.
                    with suppress(OSError):
                        self.connection.sftp.remove(
                            self._at(f"{file.name}{self.agreed.done_suffix}")
                        )
        except OSError as problem:
            why = problem.strerror or "the server gives no reason"
            folder = FAILED if failed else PROCESSED
            raise NotMoved(name=shown_name(file.name), folder=folder, why=why) from problem
        return moved

    def invoices(self) -> RemoteFolder:
        """Return the folder for invoices within this one, where one tenant's files lie."""
        folder = posixpath.join(self.agreed.folder, INVOICES)
        return replace(self, agreed=replace(self.agreed, folder=folder, file_pattern=""))

    def _entries(self) -> list[Entry]:
        found: list[Entry] = []
        limit_s = self.connection.limits.listing_s
        try:
            with self.connection.asked("listing a folder", limit_s=limit_s):
                for entry in entries(self.connection.sftp, self.agreed.folder):
                    if entry.name in {".", ".."}:
                        continue
                    if len(found) == MAX_ENTRIES:
                        raise ListingTooLong(
                            folder=self.agreed.folder,
                            server=self.connection.server,
                            limit=MAX_ENTRIES,
                        )
                    found.append(entry)
        except OSError as problem:
            raise FolderUnusable(
                folder=self.agreed.folder,
                server=self.connection.server,
                why=problem.strerror or "the server gives no reason",
            ) from problem
        return found

    def _is_done_file(self, name: str) -> bool:
        return bool(self.agreed.done_suffix) and name.endswith(self.agreed.done_suffix)

    def _why_left(self, entry: Entry, names: set[str]) -> str:
        """Say why something is left alone; empty when it is taken up."""
        suffix = self.agreed.done_suffix
        reasons = {
            "that are no files (folders, links, devices)": not stat.S_ISREG(entry.mode or 0),
            "whose names are no plain text": not is_plain(entry.name),
            "that are still being sent, by their names": is_temporary(entry.name),
            "of which the server gives no size or time, so that they may still grow": None
            in {entry.size_bytes, entry.modified_s},
            "that are another tenant's, by their names": not self.agreed.is_ours(entry.name),
            f"whose {suffix} file is not there yet": suffix and entry.name + suffix not in names,
        }
        return next((why for why, is_so in reasons.items() if is_so), "")

    def _file(self, entry: Entry) -> RemoteFile:
        assert entry.size_bytes is not None  # noqa: S101 - `_why_left` has seen to it
        assert entry.modified_s is not None  # noqa: S101 - as above
        return RemoteFile(self.agreed.tenant, entry.name, entry.size_bytes, entry.modified_s)

    def _at(self, *parts: str) -> str:
        return posixpath.join(self.agreed.folder, *parts)

    @contextmanager
    def _asked(self, doing: str) -> Iterator[None]:
        with self.connection.asked(doing, limit_s=self.connection.limits.file_s):
            yield

    def _read(self, file: RemoteFile) -> Iterator[bytes]:
        """Yield what a file holds, and raise unless that is what it was said to be."""
        try:
            with (
                self._asked("fetching a file"),
                self.connection.sftp.open(self._at(file.name)) as it,
            ):
                self._require_as_seen(file, it)
                yield from _pieces(self.connection, it, file)
                self._require_as_seen(file, it)
        except OSError as problem:
            why = problem.strerror or "it cannot be read"
            raise ChangedMeanwhile(name=shown_name(file.name), what=why) from problem

    def _require_as_seen(self, file: RemoteFile, opened: SFTPFile) -> None:
        """Ask for the file both by its name and as it is open: under the name may lie another."""
        for found in (opened.stat(), self.connection.sftp.lstat(self._at(file.name))):
            is_file = found.st_mode is None or stat.S_ISREG(found.st_mode)
            if not is_file or (found.st_size, found.st_mtime) != (file.size_bytes, file.modified_s):
                raise _changed(file, "its size or time is another")

    def _is_still(self, file: RemoteFile, sha256: str) -> bool:
        """Return whether the very bytes that were dealt with lie there; reads them once more."""
        digest = hashlib.sha256()
        try:
            for piece in self._read(file):
                digest.update(piece)
        except ChangedMeanwhile:
            return False
        return digest.hexdigest() == sha256


def _pieces(connection: Connection, opened: SFTPFile, file: RemoteFile) -> Iterator[bytes]:
    """Yield what a file holds, if it is as much as it was said to be."""
    read = 0
    for piece in pieces(connection.sftp, opened, file.size_bytes):
        read += len(piece)
        if read > file.size_bytes:
            raise _changed(file, "it goes on behind its size")
        yield piece
    if read < file.size_bytes:
        raise _changed(file, "it ends before its size")


def _changed(file: RemoteFile, what: str) -> ChangedMeanwhile:
    return ChangedMeanwhile(name=shown_name(file.name), what=what)
