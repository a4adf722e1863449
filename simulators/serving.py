"""A simulator as a server of its own, in a thread; what it serves is an ASGI application."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from typing import Final, Self

import uvicorn
from starlette.types import ASGIApp

from simulators.fortnox.connection import DroppableProtocol
from simulators.fortnox.prompt import PromptServer

HOST: Final = "127.0.0.1"
START_LIMIT_S: Final = 10.0


class Serving:
    """Serves an application over real HTTP on this machine, while it is a context manager.

    `base`: the address, once it serves. `crashes`: mistakes of the simulator itself, as they come.
    """

    def __init__(
        self, app: ASGIApp, *, crashes: Sequence[BaseException] = (), port: int = 0
    ) -> None:
        """Prepare; port 0 takes a free one."""
        self.app, self.crashes, self.port = app, crashes, port
        self.base = ""

    def __enter__(self) -> Self:
        """Start serving in a thread."""
        listening = socket.create_server((HOST, self.port), backlog=2048)
        # asyncio leaves Nagle on for sockets made without a protocol: 40 ms for every answer.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.base = f"http://{HOST}:{listening.getsockname()[1]}"
        self._server = PromptServer(
            uvicorn.Config(
                self.app,
                http=DroppableProtocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + START_LIMIT_S
        while not self._server.started:
            if time.monotonic() > deadline:
                raise RuntimeError(f"The simulator did not start within {START_LIMIT_S} s.")
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving; a mistake of the simulator itself is raised here, if there was one."""
        self._server.stop()
        self._thread.join(START_LIMIT_S)
        if self.crashes:
            raise RuntimeError("The simulator itself failed.") from self.crashes[0]
