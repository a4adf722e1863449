"""All environments, the keys and tokens that open them, the time, the faults and the calls."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from simulators.fortnox.limiter import SlidingWindow
from simulators.procountor.answers import Request, refuse
from simulators.procountor.company import Company, Record, later
from simulators.procountor.faults import Faults
from simulators.procountor.habits import Habits

CLIENT_ID: Final = "simulated-client"
CLIENT_SECRET: Final = "simulated-client-secret"  # noqa: S105  opens the simulator, nothing else
RATE_LIMIT: Final = 60
RATE_WINDOW_S: Final = 1.0
CALLS_KEPT: Final = 500_000
"""The newest so many calls are remembered."""
BODY_KEPT_BYTES: Final = 20_000
"""So much of a call's body is remembered."""
NO_ANSWER: Final = 0
"""The status of a call whose connection was dropped."""


def utc_now() -> dt.datetime:
    """Give the time in UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass
class Key:
    """An API key: of one client, one environment and one user of it."""

    text: str
    client_id: str
    company_id: int
    user_id: int
    is_revoked: bool = False


@dataclass
class Token:
    """An access token and until when it is good."""

    key: Key
    expires_at: dt.datetime


class Call(NamedTuple):
    """One call: when (UTC), of which client and environment, what, and how it ended."""

    at: dt.datetime
    client_id: str
    company_id: int | None
    method: str
    path: str
    query: str
    status: int
    body: bytes


@dataclass
class World:
    """Everything that the simulator knows; one lock guards it.

    `clients`: secret by client id. `late`: requests whose effect is still to come. `before`: what
    happens once, right before the next call whose path begins so (books that change while read).
    `lists`: of large environments, until something changes. `crashes`: mistakes of the simulator
    itself.
    """

    companies: dict[int, Company] = field(default_factory=dict)
    habits: Habits = field(default_factory=Habits)
    clock: Callable[[], dt.datetime] = utc_now
    limiter: SlidingWindow = field(default_factory=lambda: SlidingWindow(RATE_LIMIT, RATE_WINDOW_S))
    clients: dict[str, str] = field(default_factory=lambda: {CLIENT_ID: CLIENT_SECRET})
    faults: Faults = field(default_factory=Faults)
    keys: dict[str, Key] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))
    late: list[tuple[dt.datetime, Request]] = field(default_factory=list)
    before: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    lists: dict[object, list[Any]] = field(default_factory=dict)
    crashes: list[Exception] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _serial: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _ahead: dt.timedelta = dt.timedelta()

    @classmethod
    def of(cls, companies: Iterable[Company], **settings: object) -> World:
        """Make a world of environments; each has a key ``key-{id}`` of the usual client."""
        world = cls(**settings)  # type: ignore[arg-type]
        for company in companies:
            world.companies[company.id] = company
            world.add_key(company.id, text=f"key-{company.id}")
        return world

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock while something changes."""
        with self.lock:
            self.lists.clear()
            yield

    @property
    def now(self) -> dt.datetime:
        """The time in UTC."""
        return self.clock() + self._ahead

    @property
    def here(self) -> dt.datetime:
        """The time as Procountor writes it: in its zone, without saying so."""
        now = self.now.astimezone(ZoneInfo(self.habits.zone)).replace(tzinfo=None)
        if self.habits.version_form == "seconds":
            return now.replace(microsecond=0)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    @property
    def today(self) -> dt.date:
        """The date there."""
        return self.here.date()

    def stamp(self, moment: dt.datetime) -> str:
        """Write a version or a creation time."""
        form = self.habits.version_form
        text = moment.isoformat(timespec="seconds" if form == "seconds" else "milliseconds")
        return text + "Z" if form == "zulu" else text

    def touch(self, record: Record) -> None:
        """Give a record a new version."""
        self.lists.clear()
        record.version = later(self.here, record.version)

    def advance(self, seconds: float) -> None:
        """Let the clock go ahead; the rate is measured in real time."""
        with self.lock:
            self._ahead += dt.timedelta(seconds=seconds)

    def add_key(
        self, company_id: int, *, text: str = "", client_id: str = CLIENT_ID, user_id: int = 1
    ) -> Key:
        """Let a user of an environment make an API key for a client.

        Raises:
            ValueError: There is no such environment or user.
        """
        if user_id not in self.companies[company_id].users:
            raise ValueError(f"Environment {company_id} has no user {user_id}.")
        key = Key(text or f"key-{company_id}-{next(self._serial)}", client_id, company_id, user_id)
        self.keys[key.text] = key
        return key

    def revoke(self, key: Key) -> None:
        """Take a key back, as its user or an administrator does."""
        key.is_revoked = True
        if self.habits.revoking_ends_tokens:
            self.tokens = {text: t for text, t in self.tokens.items() if t.key is not key}

    def expire_tokens(self, company_id: int | None = None) -> None:
        """Let all access tokens, or those of one environment, run out now."""
        self.tokens = {
            text: token
            for text, token in self.tokens.items()
            if company_id is not None and token.key.company_id != company_id
        }

    def new_token(self, key: Key) -> str:
        """Give an access token for a key."""
        text = f"token-{next(self._serial)}-{key.company_id}"
        life = dt.timedelta(seconds=self.habits.token_life_s)
        self.tokens[text] = Token(key, self.now + life)
        return text

    def key_of(self, bearer: str) -> Key:
        """Return the key whose access token this is.

        Raises:
            Refused: There is none, or its time is over (401).
        """
        token = self.tokens.get(bearer)
        if token is None or token.expires_at <= self.now:
            raise refuse(401, "Unauthorized")
        return token.key

    def matching(
        self, path: str = "", *, method: str = "", company: int | None = None
    ) -> list[Call]:
        """Return the calls whose path below ``/api`` begins so, oldest first."""
        return [
            call
            for call in self.calls
            if call.path.startswith(path)
            and method in ("", call.method)
            and company in (None, call.company_id)
        ]
