"""The simulated Ecom as a server of its own, in a thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from typing import Final, Self

import uvicorn

from simulators.ecom.app import App
from simulators.ecom.company import Company
from simulators.ecom.faults import Faults
from simulators.fortnox.connection import DroppableProtocol
from simulators.fortnox.prompt import PromptServer

HOST: Final = "127.0.0.1"
START_LIMIT_S: Final = 10.0


class EcomSimulator:
    """Ecom's feed over real HTTP on this machine, for invented companies.

    Use as a context manager; `url` is what a client needs beside a company's key.
    """

    def __init__(self, companies: Iterable[Company], *, port: int = 0) -> None:
        self.port = port
        self.app = App({one.business_id: one for one in companies})

    def __enter__(self) -> Self:
        """Start serving in a thread."""
        listening = socket.create_server((HOST, self.port), backlog=512)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://{HOST}:{listening.getsockname()[1]}/api"
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
        """Stop serving."""
        self._server.stop()
        self._thread.join(START_LIMIT_S)

    @property
    def faults(self) -> Faults:
        """What goes wrong next."""
        return self.app.faults

    def company(self, business_id: str) -> Company:
        """Return a company, to do in it what people do."""
        return self.app.companies[business_id]
