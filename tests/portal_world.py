"""Two companies in one portal, people of each role, and what pages ask Prefect for.

``ids`` has, of every kind of id, one that is acme's and one that is bolaget's: the isolation test
sends the second where the first belongs. A page that takes a kind that has none adds one in
`tests.portal_companies`.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from blocks.hub.portal_roles import Role
from blocks.passwords import Passwords
from flows.portal.app import create_app
from flows.portal.limits import LIMITS, Limit, Limiter
from flows.portal.portal import Portal
from flows.portal.runs import Watched
from flows.portal.settings import PortalSettings
from flows.portal.visit import csrf_of
from tasks.stores import Stores
from tests.homes import opened
from tests.portal_companies import OURS, THEIRS, move_in

ADDRESS = "http://127.0.0.1:4300"
SESSION = "tasma_session"
QUICK = Passwords(memory_kib=8, passes=1, lanes=1)


class RecordedRuns:
    """Takes what pages ask to have run, and answers as a server that has it under way."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str, Mapping[str, Any]]] = []
        self.known: dict[str, Watched] = {}

    async def start(self, deployment: str, tenant: str, parameters: Mapping[str, Any]) -> str:
        self.started.append((deployment, tenant, dict(parameters)))
        return self.add(tenant, file=parameters.get("sha256", ""))

    async def look(self, run_id: str, *, tenant: str) -> Watched | None:
        found = self.known.get(run_id)
        return found if found and found.tenant == tenant else None

    def add(
        self,
        tenant: str,
        state: str = "Running",
        message: str = "",
        *,
        file: str = "",
        **ended: bool,
    ) -> str:
        run_id = str(uuid.uuid4())
        is_over, is_good = ended.get("is_over", False), ended.get("is_good", False)
        self.known[run_id] = Watched(run_id, tenant, state, message, is_over, is_good, file)
        return run_id


@dataclass
class World:
    """The portal, its stores, and clients by who is signed in."""

    stores: Stores
    app: Any
    runs: RecordedRuns
    runner: asyncio.Runner
    ids: dict[str, tuple[str, str]] = field(default_factory=dict)

    def portal_at(self, settings: PortalSettings) -> Any:
        """Return the same portal as it is with other settings."""
        return create_app(Portal(self.stores, settings, self.runs, QUICK))

    def client(self, role: Role | None = None, *, tenant: str = OURS) -> Client:
        """Return a browser in which somebody of a tenant, or nobody, is signed in."""
        token = ""
        if role is not None:
            users = self.stores.hub.portal_users
            email = f"{role}@{tenant}.example"
            if users.password_of(email) is None:
                users.add(email, role, tenants=[tenant], by="test")
            token = self.stores.hub.portal_sessions.begin(users.get(email))
        return Client(self.runner, self.app, token)


class Client:
    """A browser: sends the cookies, the token of a form and where the form was."""

    def __init__(self, runner: asyncio.Runner, app: Any, token: str = "") -> None:
        self._runner = runner
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=("127.0.0.1", 50_000)), base_url=ADDRESS
        )
        if token:
            self.http.cookies.set(SESSION, token)

    @property
    def secret(self) -> str:
        cookies = self.http.cookies
        return cookies.get(SESSION) or cookies.get("tasma_visitor") or ""

    @property
    def csrf(self) -> str:
        if not self.secret:
            self.get("/sign-in")
        return csrf_of(self.secret)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._ask("GET", path, headers=headers)

    def post(
        self, path: str, *, origin: str = ADDRESS, csrf: str | None = None, **form: Any
    ) -> httpx.Response:
        token = self.csrf if csrf is None else csrf
        headers = {"origin": origin} if origin else {}
        return self._ask("POST", path, data={"csrf": token, **form}, headers=headers)

    def upload(self, path: str, content: Any, **headers: str) -> httpx.Response:
        sent = {"origin": ADDRESS, "x-csrf-token": self.csrf, **headers}
        return self._ask("POST", path, content=content, headers=sent)

    def _ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        return self._runner.run(self.http.request(method, path, **sent))


@contextmanager
def world(home: Path, empty_hub: Path) -> Iterator[World]:
    """Open a portal with acme and bolaget."""
    ids = move_in(home, empty_hub)
    with (
        pytest.MonkeyPatch.context() as patched,
        opened(home) as stores,
        asyncio.Runner() as runner,
    ):
        patched.setenv("TASMA_HOME", str(home))  # where uploads lie
        runs = RecordedRuns()
        # Every route is asked by one address here; how often it may is a test of its own.
        limits = {name: Limit(10_000, 60.0) for name in LIMITS}
        portal = Portal(stores, PortalSettings(address=ADDRESS), runs, QUICK, Limiter(limits))
        made = World(stores, create_app(portal), runs, runner)
        made.ids = {**ids, "run": (runs.add(OURS), runs.add(THEIRS))}
        yield made
