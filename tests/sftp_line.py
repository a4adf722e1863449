"""A line to a server on which things happen: it is cut, it is slow, somebody acts meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

PIECE_BYTES = 65_536


@dataclass
class Line:
    """A port of this machine that leads to a server for one connection.

    `cut_after`: bytes of the server's behind which nothing comes; `is_closed`: the line is closed
    then, else dead without a word. `acts_after`: bytes behind which `act` is called, once, before
    more comes. `pause_s`: before each piece of the server's. `came`: its bytes so far.
    """

    server_port: int
    cut_after: int | None = None
    is_closed: bool = True
    acts_after: int | None = None
    act: Callable[[], None] | None = None
    pause_s: float = 0.0
    came: int = 0
    has_acted: bool = False
    listener: Any = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def __post_init__(self) -> None:
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def is_cut(self) -> bool:
        """Whether so much has come that nothing comes any more."""
        return self.cut_after is not None and self.came > self.cut_after

    def _accept(self) -> None:
        client, _ = self.listener.accept()
        self.listener.close()
        server = socket.create_connection(("127.0.0.1", self.server_port))
        threading.Thread(target=self._pass, args=(client, server, False), daemon=True).start()
        self._pass(server, client, True)

    def _pass(self, source: socket.socket, target: socket.socket, is_servers: bool) -> None:  # noqa: FBT001 - of a thread
        with suppress(OSError):  # the other direction was cut
            while piece := source.recv(PIECE_BYTES):
                if is_servers:
                    self._happen(len(piece))
                if not self.is_cut:
                    target.sendall(piece)
                elif self.is_closed:
                    break
        for end in (source, target):
            with suppress(OSError):  # it has gone already
                end.shutdown(socket.SHUT_RDWR)

    def _happen(self, size_bytes: int) -> None:
        self.came += size_bytes
        if self.act and self.acts_after is not None and self.came > self.acts_after:
            act, self.act = self.act, None
            act()
            self.has_acted = True
        time.sleep(self.pause_s)
