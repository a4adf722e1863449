"""The simulated Procountor as a server of its own, in a thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from typing import Any, Final, Self

import uvicorn

from simulators.fortnox.connection import DroppableProtocol
from simulators.fortnox.limiter import SlidingWindow
from simulators.fortnox.prompt import PromptServer
from simulators.procountor.app import App
from simulators.procountor.company import Company
from simulators.procountor.faults import Faults
from simulators.procountor.habits import Habits
from simulators.procountor.world import CLIENT_ID, RATE_LIMIT, RATE_WINDOW_S, World

HOST: Final = "127.0.0.1"
START_LIMIT_S: Final = 10.0


class ProcountorSimulator:
    """Procountor's API over real HTTP on this machine, for invented environments.

    Use as a context manager. `url` ends with ``/api``; `world` is there to be looked at and
    changed. Each environment has a key ``key-{id}`` of the client `client_id`.
    """

    def __init__(
        self,
        companies: Iterable[Company],
        *,
        port: int = 0,
        rate_limit: int = RATE_LIMIT,
        rate_window_s: float = RATE_WINDOW_S,
        world: World | None = None,
        **habits: Any,
    ) -> None:
        """Prepare a simulator.

        Args:
            companies: Environments that exist there.
            port: Port on 127.0.0.1; 0 takes a free one.
            rate_limit: Calls of one client, over all environments, per window.
            rate_window_s: Length of the window, in seconds.
            world: A world to serve instead, with environments of its own.
            habits: Fields of `habits.Habits`.
        """
        limiter = SlidingWindow(rate_limit, rate_window_s)
        self.port = port
        self.world = world or World.of(companies, habits=Habits(**habits), limiter=limiter)

    def __enter__(self) -> Self:
        """Start serving in a thread."""
        listening = socket.create_server((HOST, self.port), backlog=2048)
        # asyncio leaves Nagle on for sockets made without a protocol: 40 ms for every answer.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.base = f"http://{HOST}:{listening.getsockname()[1]}"
        self.url = f"{self.base}/api"
        self._server = PromptServer(
            uvicorn.Config(
                App(self.world),
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
        if self.world.crashes:
            raise RuntimeError("The simulator itself failed.") from self.world.crashes[0]

    @property
    def client_id(self) -> str:
        """The public id of the usual client."""
        return CLIENT_ID

    @property
    def client_secret(self) -> str:
        """Its secret, plainly a fake."""
        return self.world.clients[CLIENT_ID]

    @property
    def faults(self) -> Faults:
        """What goes wrong next."""
        return self.world.faults

    def company(self, company_id: int) -> Company:
        """Return an environment, to look at or to change."""
        return self.world.companies[company_id]
