"""The simulator as a server of its own: a thread for tests, the foreground for the command."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Self

import uvicorn

from simulators.fortnox.app import App
from simulators.fortnox.calls import Call
from simulators.fortnox.connection import DroppableProtocol
from simulators.fortnox.faults import Faults
from simulators.fortnox.limiter import RATE_LIMIT, RATE_WINDOW_S, SlidingWindow
from simulators.fortnox.prompt import PromptServer
from simulators.fortnox.tenant import LEDGER_SCOPES, SimulatedTenant, Tenant
from simulators.fortnox.world import Habits, World

HOST: Final = "127.0.0.1"
START_TIMEOUT_S: Final = 10.0
STOP_TIMEOUT_S: Final = 10.0
KEEP_ALIVE_S: Final = 75
"""How long an idle connection stays open."""


def utc_now() -> dt.datetime:
    """Give the time in UTC."""
    return dt.datetime.now(dt.UTC)


class FortnoxSimulator:
    """Fortnox's API over real HTTP on this machine, for a number of invented tenants.

    Use as a context manager; `url`, `client_id` and `client_secret` are what a client needs.
    """

    def __init__(
        self,
        tenants: Iterable[SimulatedTenant],
        *,
        clock: Callable[[], dt.datetime] = utc_now,
        rate_limit: int = RATE_LIMIT,
        rate_window_s: float = RATE_WINDOW_S,
        port: int = 0,
        **settings: Any,
    ) -> None:
        """Prepare a simulator.

        Args:
            tenants: Companies that exist there.
            clock: Gives the time in UTC; the rate is measured in real time.
            rate_limit: Requests that a tenant may receive per window.
            rate_window_s: Length of the window, in seconds.
            port: Port on 127.0.0.1; 0 takes a free one.
            settings: Fields of `world.Habits`, or redirect_uri, registered_scopes, client_id,
                client_secret of `world.World`.
        """
        own = {name: settings.pop(name) for name in list(settings) if name in _WORLD_SETTINGS}
        limiter = SlidingWindow(rate_limit, rate_window_s)
        self.world = World({}, clock, limiter, habits=Habits(**settings), **own)
        self._tenants = tuple(tenants)
        self._port = port
        self._server: PromptServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start serving in a thread."""
        server, listening = self._prepared()
        self._thread = threading.Thread(
            target=server.run,
            kwargs={"sockets": [listening]},
            name="fortnox-simulator",
            daemon=True,
        )
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError(f"The simulator did not start within {START_TIMEOUT_S} s.")
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving; a mistake of the simulator itself is raised here, if there was one."""
        if self._server and self._thread:
            self._server.stop()
            self._thread.join(STOP_TIMEOUT_S)
        if self.world.crashes:
            raise RuntimeError("The simulator itself failed.") from self.world.crashes[0]

    def run(self, announce: Callable[[FortnoxSimulator], None]) -> None:
        """Serve in the foreground until a signal ends it; ``announce`` is called when bound."""
        server, listening = self._prepared()
        announce(self)
        server.run(sockets=[listening])

    def _prepared(self) -> tuple[PromptServer, socket.socket]:
        listening = socket.create_server((HOST, self._port), backlog=2048)
        # asyncio leaves Nagle on for sockets made without a protocol: 40 ms for every answer.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.world.base = f"http://{HOST}:{listening.getsockname()[1]}"
        if not self.world.tenants:
            self.world.add_tenants(self._tenants)
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
                date_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=1,
            )
        )
        return self._server, listening

    @property
    def url(self) -> str:
        """The address of REST (/3/, /api/) and of OAuth (/oauth-v1/)."""
        return self.world.base

    @property
    def client_id(self) -> str:
        """The public id of the simulated integration."""
        return self.world.client_id

    @property
    def client_secret(self) -> str:
        """Its secret, plainly a fake."""
        return self.world.client_secret

    @property
    def redirect_uri(self) -> str:
        """The address that the simulated integration has registered."""
        return self.world.redirect_uri

    @property
    def faults(self) -> Faults:
        """What goes wrong next."""
        return self.world.faults

    @property
    def habits(self) -> Habits:
        """What Fortnox does now one way, now another."""
        return self.world.habits

    @property
    def calls(self) -> list[Call]:
        """What was asked so far: (at, tenant, method, path, status), oldest first."""
        return self.world.calls.all()

    def count(self, tenant: int | None = None, path: str = "") -> int:
        """Count the calls of a tenant (None: of all) whose path begins with ``path``."""
        return len(self.world.calls.matching(tenant, path))

    def tenant(self, database_number: int) -> Tenant:
        """Give a tenant, to edit its books or turn a switch."""
        return self.world.tenants[database_number]

    def authorize(
        self,
        tenant: int,
        *,
        scopes: Sequence[str] = LEDGER_SCOPES,
        service: bool = True,
        redirect_uri: str | None = None,
    ) -> str:
        """Consent as an administrator would at /oauth-v1/auth, and give the code.

        Raises:
            world.ConsentRefused: One of the tenant's switches stands in the way.
        """
        return self.world.authorize(
            tenant, scopes=scopes, service=service, redirect_uri=redirect_uri
        )

    def revoke_consent(self, tenant: int) -> None:
        """Take a consent back, as the customer does in Fortnox."""
        self.world.revoke_consent(tenant)

    def advance(self, seconds: float) -> None:
        """Let the simulator's clock go ahead; the rate limit stays in real time."""
        with self.world.lock:
            self.world.ahead += dt.timedelta(seconds=seconds)


_WORLD_SETTINGS: Final = frozenset(
    {"redirect_uri", "registered_scopes", "client_id", "client_secret"}
)
