"""How the server misbehaves, as a test or a person asks for it; nothing by default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import asyncssh


@dataclass
class Faults:
    """What goes wrong; each may be set while the server runs.

    `attributes`: changes what the server says of a file. `before_login`: called when a login is
    shown. `before_read`: called with name and offset; may write to the file, wait, or raise.
    `entry`: called with the number of each name that is listed; may raise. `is_read_only`: nothing
    may be moved, made or written. `stalls`: reads are not answered any more. `most_bytes`: that one
    answer gives, 0 for as many as asked for. `is_full`: there is no room for another byte.
    """

    attributes: Callable[[str, asyncssh.SFTPAttrs], None] | None = None
    before_login: Callable[[], None] | None = None
    before_read: Callable[[str, int], None] | None = None
    entry: Callable[[int], None] | None = None
    is_read_only: bool = False
    stalls: bool = False
    is_full: bool = False
    most_bytes: int = 0
    reads: int = 0
    """Reads that were asked for so far."""

    def refuse_writing(self) -> None:
        """Raise as a server does on which a login may only read."""
        if self.is_read_only:
            raise asyncssh.SFTPPermissionDenied("this login may only read")

    def refuse_more(self) -> None:
        """Raise as a server does whose disk is full: SFTP has no word of its own for that."""
        if self.is_full:
            raise asyncssh.SFTPFailure("Failure")

    def at_most(self, size: int) -> int:
        """Return how many of the bytes that are asked for one answer gives."""
        return min(size, self.most_bytes) if self.most_bytes else size

    def cut(self) -> None:
        """Raise what ends the whole connection."""
        raise asyncssh.ConnectionLost("cut by the simulator")
