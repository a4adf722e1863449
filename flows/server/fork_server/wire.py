"""What passes between a run's process and the host: one request, then two lines of answer.

Both ends check that the other belongs to the same user: the request holds the environment, and
with it secrets.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from dataclasses import asdict, dataclass
from typing import Final

MAX_REQUEST_BYTES: Final = 4 << 20
"""Largest environment that is passed on; Linux itself allows about 2 MB."""
STREAMS: Final = 3
"""Standard input, output and error."""

_LENGTH: Final = struct.Struct("!I")
_CREDENTIALS: Final = struct.Struct("3i")


@dataclass(frozen=True)
class Request:
    """What a fork is to take over from the process that asked for it."""

    environment: dict[str, str]
    folder: str
    umask: int


def is_ours(connection: socket.socket) -> bool:
    """Return whether the other end belongs to the same user."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(raw)
    return bool(user == os.getuid())


def send_request(connection: socket.socket, request: Request) -> None:
    """Send the request and this process's three standard streams."""
    body = json.dumps(asdict(request)).encode()
    socket.send_fds(connection, [_LENGTH.pack(len(body))], list(range(STREAMS)))
    connection.sendall(body)


def receive_request(connection: socket.socket) -> tuple[Request, list[int]]:
    """Receive what `send_request` sent.

    Raises:
        ConnectionError: It is not whole, or too large. Streams that came are closed.
    """
    streams = array.array("i")
    head, ancillary, _, _ = connection.recvmsg(
        _LENGTH.size, socket.CMSG_LEN(STREAMS * streams.itemsize)
    )
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            streams.frombytes(data[: len(data) - len(data) % streams.itemsize])
    try:
        return Request(**json.loads(_body(connection, head))), _all(streams.tolist())
    except (ConnectionError, OSError, ValueError, TypeError) as error:
        for stream in streams:
            os.close(stream)
        raise ConnectionError from error


def _all(streams: list[int]) -> list[int]:
    if len(streams) != STREAMS:
        raise ConnectionError
    return streams


def _body(connection: socket.socket, head: bytes) -> bytes:
    if len(head) != _LENGTH.size:
        raise ConnectionError
    (size,) = _LENGTH.unpack(head)
    if size > MAX_REQUEST_BYTES:
        raise ConnectionError
    body = bytearray()
    while len(body) < size:
        part = connection.recv(size - len(body))
        if not part:
            raise ConnectionError
        body += part
    return bytes(body)
