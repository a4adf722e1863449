"""The simulated Procountor as a server of its own, in a thread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulators.fortnox.limiter import SlidingWindow
from simulators.procountor.app import App
from simulators.procountor.company import Company
from simulators.procountor.faults import Faults
from simulators.procountor.habits import Habits
from simulators.procountor.world import CLIENT_ID, RATE_LIMIT, RATE_WINDOW_S, World
from simulators.serving import Serving


class ProcountorSimulator(Serving):
    """Procountor's API over real HTTP on this machine, for invented environments.

    Use as a context manager. `url` ends with ``/api``; `world` is there to be looked at and
    changed. Each environment has a key ``key-{id}`` of the client `client_id`.
    """

    world: World

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
        known = world or World.of(companies, habits=Habits(**habits), limiter=limiter)
        super().__init__(App(known), crashes=known.crashes, port=port)
        self.world = known

    @property
    def url(self) -> str:
        """The address that paths are added to."""
        return f"{self.base}/api"

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
