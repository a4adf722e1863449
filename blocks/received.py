"""Files that others give us: opened without trust, read once, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final, cast

from blocks.lake import LANDED_MAX_BYTES, FileRefused, too_large
from blocks.names import shown_name

OUR_FAULTS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""What says nothing about the file: this process or machine has no room to open another."""


class UnreadableFile(FileRefused):
    """There is no file at a path, or none that may be read."""

    def __init__(self, path: Path, *, why: str) -> None:
        super().__init__(
            f"Cannot read {shown_name(path.name)}: {why}. Give the path of a file on the machine "
            "that runs the flow, which its user may read, or drop one in the tenant's inbox.",
            path=path,
            why=why,
        )


@contextmanager
def opened(path: Path, *, follow_links: bool = True) -> Iterator[BufferedReader]:
    """Open a file for reading, if it is one: nothing is waited for, and nothing else is touched.

    Args:
        path: The file.
        follow_links: Whether a symbolic link in the last part of the path is followed.

    Raises:
        UnreadableFile: There is none, it may not be read, or it is a folder, a link that is not to
            be followed, a pipe, a device or a socket.
    """
    # Without O_NONBLOCK a pipe that nobody writes to would be waited for, for ever.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    try:
        # Looked at before it is opened: to open some devices is to do something.
        kind = (path.stat() if follow_links else path.lstat()).st_mode
        _require_file(path, kind)
        handle = os.open(path, flags if follow_links else flags | os.O_NOFOLLOW)
    except OSError as problem:
        if problem.errno in OUR_FAULTS:
            raise
        raise UnreadableFile(path, why=_reason(problem)) from problem
    except ValueError as problem:  # a name with a NUL in it
        raise UnreadableFile(path, why="it has no name of a file") from problem
    with os.fdopen(handle, "rb") as file:
        _require_file(path, os.fstat(handle).st_mode)
        yield file


def read_received(path: Path, *, follow_links: bool = True) -> bytes:
    """Return the bytes of a file, at most `LANDED_MAX_BYTES`.

    Raises:
        UnreadableFile: As `opened` does.
        FileRefused: It is too large.
        OSError: This process has no room for another open file.
    """
    with opened(path, follow_links=follow_links) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        if size_bytes > LANDED_MAX_BYTES:
            raise too_large(path.name, size_bytes)
        try:
            content = file.read(LANDED_MAX_BYTES + 1)
        except OSError as problem:
            raise UnreadableFile(path, why=_reason(problem)) from problem
    if len(content) > LANDED_MAX_BYTES:  # it grew meanwhile
        raise too_large(path.name, len(content))
    return content


@contextmanager
def opened_to_land(path: Path, name: str, *, follow_links: bool = True) -> Iterator[BinaryIO]:
    """Open a file that is to be landed; its bytes are then read piece by piece.

    Args:
        path: The file.
        name: What its sender calls it, for the refusal.
        follow_links: As in `opened`.

    Raises:
        UnreadableFile: As `opened` does, or a read fails.
        FileRefused: It is too large.
        OSError: This process has no room for another open file.
    """
    with opened(path, follow_links=follow_links) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        if size_bytes > LANDED_MAX_BYTES:
            raise too_large(name, size_bytes)
        yield cast("BinaryIO", _Read(path, file))


class _Read:
    """A file whose failing reads say that it is the file that cannot be read, not the lake."""

    def __init__(self, path: Path, file: BufferedReader) -> None:
        self._path, self._file = path, file

    def read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as problem:
            raise UnreadableFile(self._path, why=_reason(problem)) from problem


def sha256_of(path: Path) -> str:
    """Return the hash of a file that is no link.

    Raises:
        UnreadableFile: As `opened` does.
    """
    with opened(path, follow_links=False) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _require_file(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise UnreadableFile(path, why=f"it is {kind_of(mode)}, not a file")


def kind_of(mode: int) -> str:
    """Name what lies at a path, by its mode."""
    kinds = {
        stat.S_IFREG: "a file",
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a link",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "something else")


def _reason(problem: OSError) -> str:
    if problem.errno == errno.ELOOP:
        return "it is a link, or its links lead in a circle"
    return problem.strerror or type(problem).__name__
