"""Bytes of a file on an SFTP server, several requests at a time, and never more than a window.

Paramiko's own read-ahead waits for ever for bytes that a file does not have (any more), and holds
as much as the network gives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from paramiko import SFTPClient, SFTPFile
from paramiko.sftp import CMD_DATA, CMD_READ, int64

CHUNK_BYTES: Final = 255 * 1_024
"""Bytes of one request: as much as OpenSSH answers at once. A server that gives less is asked for
as much as it gave from then on."""

WINDOW_BYTES: Final = 8 * CHUNK_BYTES
"""Bytes that are asked for at once, so that memory stays at two megabytes."""


def pieces(sftp: SFTPClient, opened: SFTPFile, size_bytes: int) -> Iterator[bytes]:
    """Yield the bytes of a file up to a size, and one more if there is one.

    Where the file ends before, so do the pieces.

    Raises:
        OSError, SSHException: The server does not answer, or refuses.
    """
    at, chunk_bytes, end = 0, CHUNK_BYTES, size_bytes + 1
    while at < end:
        for asked, piece in _in_turn(sftp, opened.handle, range(at, end, chunk_bytes), end):
            if not piece:
                return
            at += len(piece)
            yield piece
            if len(piece) < asked:  # the end, or a server that gives less at once
                chunk_bytes = len(piece)
                break


@dataclass
class _Answers:
    """What came so far, by number of the request; paramiko hands it over."""

    came: dict[int, tuple[int, Any]] = field(default_factory=dict)

    def _async_response(self, kind: int, message: Any, number: int) -> None:
        self.came[number] = kind, message


def _in_turn(
    sftp: SFTPClient, handle: bytes, places: range, end: int
) -> Iterator[tuple[int, bytes]]:
    """Yield what lies at some places, and how much was asked for; nothing behind the file's end.

    What was asked for and is not waited for goes to the answers of this call, and away with them.
    """
    answers, waiting, ahead = _Answers(), deque[tuple[int, int]](), iter(places)
    window = max(1, WINDOW_BYTES // places.step)
    while True:
        for at in islice(ahead, window - len(waiting)):
            size = min(places.step, end - at)
            number = sftp._async_request(answers, CMD_READ, handle, int64(at), size)  # noqa: SLF001 - reason above
            waiting.append((number, size))
        if not waiting:
            return
        number, size = waiting.popleft()
        while number not in answers.came:
            sftp._read_response()  # noqa: SLF001 - as above
        yield size, _data(sftp, *answers.came.pop(number))


def _data(sftp: SFTPClient, kind: int, message: Any) -> bytes:
    """Return what an answer holds; nothing at the file's end."""
    if kind == CMD_DATA:
        return bytes(message.get_string())
    try:
        sftp._convert_status(message)  # noqa: SLF001 - as above
    except EOFError:
        return b""
    return b""
