"""The simulated Fennoa as a server of its own, in a thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from typing import Any, Final, Self

import uvicorn

from simulators.fennoa.app import App
from simulators.fennoa.company import Company
from simulators.fennoa.faults import Faults
from simulators.fennoa.habits import Habits
from simulators.fennoa.world import World
from simulators.fortnox.connection import DroppableProtocol
from simulators.fortnox.prompt import PromptServer

HOST: Final = "127.0.0.1"
START_LIMIT_S: Final = 10.0


class FennoaSimulator:
    """Fennoa's API over real HTTP on this machine, for invented companies.

    Use as a context manager; `url` is what a client needs beside a company's user and key.
    """

    def __init__(self, companies: Iterable[Company], *, port: int = 0, **habits: Any) -> None:
        """Prepare a simulator; ``habits`` are fields of `habits.Habits`, port 0 any free one."""
        self.port = port
        self.world = World({item.user: item for item in companies}, Habits(**habits))

    def __enter__(self) -> Self:
        """Start serving in a thread."""
        listening = socket.create_server((HOST, self.port), backlog=512)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://{HOST}:{listening.getsockname()[1]}/api"
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
        return self.world.faults

    def reset(self) -> None:
        """Forget whatever the companies hold, what goes wrong and what was called."""
        for company in self.world.companies.values():
            company.empty()
        self.world.faults.waiting.clear()
        self.world.faults.late_s = 1.0
        self.world.late.clear()
        self.world.calls.clear()
        self.world.heads.clear()
        self.world.recent.clear()

    def company(self, user: str) -> Company:
        """Return a company, to look at or to change."""
        return self.world.companies[user]
