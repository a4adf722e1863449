"""Bytes of a file on an SFTP server, several requests at a time, and never more than a window.

Paramiko's own read-ahead waits for ever for bytes that a file does not have (any more), and holds
as much as the network gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from paramiko import SFTPClient, SFTPFile
from paramiko.sftp import CMD_DATA, CMD_READ, int64

CHUNK_BYTES: Final = 32_768
"""Bytes of one request; every server answers as many."""

WINDOW_CHUNKS: Final = 64
"""Requests that are under way at once, so that memory stays at two megabytes."""


def pieces(sftp: SFTPClient, opened: SFTPFile, size_bytes: int) -> Iterator[bytes]:
    """Yield the bytes of a file up to a size, and one more if there is one.

    Where the file ends before, so do the pieces.

    Raises:
        OSError, SSHException: The server does not answer, or refuses.
    """
    step = CHUNK_BYTES * WINDOW_CHUNKS
    for start in range(0, size_bytes + 1, step):
        found = _window(sftp, opened.handle, start, min(start + step, size_bytes + 1))
        yield found
        if len(found) < step:
            return


@dataclass
class _Answers:
    """What came so far, by number of the request; paramiko hands it over."""

    came: dict[int, tuple[int, Any]] = field(default_factory=dict)

    def _async_response(self, kind: int, message: Any, number: int) -> None:
        self.came[number] = kind, message


def _window(sftp: SFTPClient, handle: bytes, start: int, end: int) -> bytes:
    answers = _Answers()
    asked = {
        sftp._async_request(  # noqa: SLF001 - reason above
            answers, CMD_READ, handle, int64(at), min(CHUNK_BYTES, end - at)
        ): min(CHUNK_BYTES, end - at)
        for at in range(start, end, CHUNK_BYTES)
    }
    while len(answers.came) < len(asked):
        sftp._read_response()  # noqa: SLF001 - as above
    found = bytearray()
    for number, size in asked.items():
        piece = _data(sftp, *answers.came[number])
        found += piece
        if len(piece) < size:  # the end, or a server that gives less at once than it was asked for
            found += _rest(sftp, handle, start + len(found), end)
            break
    return bytes(found)


def _rest(sftp: SFTPClient, handle: bytes, start: int, end: int) -> bytes:
    found = bytearray()
    while start + len(found) < end:
        at, size = start + len(found), min(CHUNK_BYTES, end - start - len(found))
        try:
            answer = sftp._request(CMD_READ, handle, int64(at), size)  # noqa: SLF001 - as above
        except EOFError:
            break
        if not (piece := _data(sftp, *answer)):
            break
        found += piece
    return bytes(found)


def _data(sftp: SFTPClient, kind: int, message: Any) -> bytes:
    """Return what an answer holds; nothing at the file's end."""
    if kind == CMD_DATA:
        return bytes(message.get_string())
    try:
        sftp._convert_status(message)  # noqa: SLF001 - as above
    except EOFError:
        return b""
    return b""
