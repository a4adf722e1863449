"""Folders on an SFTP server for files that were dealt with, and how a file gets there."""

from __future__ import annotations

import posixpath
import stat
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from paramiko import SFTPClient

from blocks.pickup.port import FAILED, PROCESSED, NotMoved
from ledger.text import visible_lines

REASON: Final = ".error.txt"
"""Ending of the file that says why the one beside it was not taken in."""

SHORTENED: Final = "less was kept than was written"


@dataclass(frozen=True)
class Shelves:
    """The folders below `folder`; each call raises `OSError` where the server refuses."""

    sftp: SFTPClient
    folder: str

    def move(self, name: str, *, sha256: str, failed: str) -> str:
        """Move a file, its reason first; return folder and name, empty when it is not there.

        Args:
            name: Of the file, in the folder.
            sha256: Of its bytes where it is known: makes a name that is taken another.
            failed: Why it was not taken in; empty when it was.

        Raises:
            NotMoved: A link or a file lies where the folder should be.
        """
        shelf = FAILED if failed else PROCESSED
        self._make(shelf)
        target = f"{shelf}/{self._free_name(shelf, name, sha256)}"
        reason = self._at(f"{target}{REASON}")
        try:
            if failed:
                self._write(reason, failed)
            self.sftp.rename(self._at(name), self._at(target))
        except OSError as problem:
            if failed:
                with suppress(OSError):  # it may not have been made, and names no file now
                    self.sftp.remove(reason)
            if isinstance(problem, FileNotFoundError):  # somebody took it back
                return ""
            raise
        return target

    def _at(self, *parts: str) -> str:
        return posixpath.join(self.folder, *parts)

    def _make(self, name: str) -> None:
        """Make one of the folders; a link in its place is not followed."""
        path = self._at(name)
        if not self._is_there(path):
            self.sftp.mkdir(path)
        if not stat.S_ISDIR(self.sftp.lstat(path).st_mode or stat.S_IFDIR):
            raise NotMoved(name=name, folder=name, why="a link or a file lies in its place")

    def _write(self, path: str, text: str) -> None:
        content = f"{visible_lines(text)}\n".encode()
        with self.sftp.open(path, "wx") as out:
            out.write(content)
        # Some servers take bytes for which they have no room, and say nothing of it.
        if self.sftp.lstat(path).st_size != len(content):
            raise OSError(SHORTENED)

    def _free_name(self, shelf: str, name: str, sha256: str) -> str:
        path = PurePosixPath(name)
        for free in (name, f"{path.stem}.{sha256[:8] or 'other'}{path.suffix}"):
            # A reason without its file is left by whoever died in between.
            if not (self._is_there(self._at(shelf, free)) or self._is_reason_there(shelf, free)):
                return free
        return f"{path.stem}.{uuid.uuid4().hex}{path.suffix}"

    def _is_reason_there(self, shelf: str, name: str) -> bool:
        return shelf == FAILED and self._is_there(self._at(shelf, f"{name}{REASON}"))

    def _is_there(self, path: str) -> bool:
        try:
            self.sftp.lstat(path)
        except FileNotFoundError:
            return False
        return True
