"""What somebody with the rights may do to a landing behind the lake's back, in each form of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from blocks.lake import Lake


class Hands(Protocol):
    """`lake`: whose landing it is. Addresses are the lake's: ``landing/acme/sie/...``."""

    lake: Lake

    def names(self, below: str = "") -> list[str]:
        """Return the addresses of all that was received, in order."""

    def bytes_at(self, address: str) -> bytes:
        """Return what lies there, as it lies there."""

    def overwrite(self, address: str, content: bytes) -> None:
        """Put other bytes there."""

    def remove(self, address: str) -> None:
        """Take away what lies there."""

    def age(self, address: str, seconds: float) -> None:
        """Make what lies there look as if it had come earlier."""

    def written_at(self, address: str) -> object:
        """Return what changes when it is written anew."""


@dataclass
class FolderHands:
    lake: Lake

    def names(self, below=""):
        files = (path for path in self.lake.root.glob("landing/*/*/*") if path.is_file())
        found = (path.relative_to(self.lake.root).as_posix() for path in files)
        return sorted(name for name in found if name.startswith(f"landing/{below}"))

    def bytes_at(self, address):
        return self._path(address).read_bytes()

    def overwrite(self, address, content):
        self._path(address).write_bytes(content)

    def remove(self, address):
        self._path(address).unlink()

    def age(self, address, seconds):
        then = self._path(address).stat().st_mtime - seconds
        os.utime(self._path(address), (then, then))

    def written_at(self, address):
        found = self._path(address).stat()
        return found.st_ino, found.st_size

    def _path(self, address) -> Path:
        return self.lake.place_of(address)
