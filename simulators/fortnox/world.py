"""Everything that the simulator knows: tenants, grants, faults, calls, the time."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from simulators.fortnox.calls import Calls
from simulators.fortnox.faults import Faults
from simulators.fortnox.limiter import SlidingWindow
from simulators.fortnox.tenant import (
    ALL_SCOPES,
    LEDGER_SCOPES,
    MODULES,
    SimulatedTenant,
    Tenant,
)
from simulators.fortnox.tokens import CODE_LIFE, Grant, Tokens

CLIENT_ID: Final = "simulated-client"
CLIENT_SECRET: Final = "simulated-client-secret"  # noqa: S105  opens the simulator, nothing else
REDIRECT_URI: Final = "http://127.0.0.1:4300/fortnox/callback"


class ConsentRefused(Exception):
    """The consent step ends with an error in the redirect."""

    def __init__(self, error: str, description: str) -> None:
        """Keep the redirect's ``error`` and ``error_description``."""
        self.error = error
        self.description = description
        super().__init__(f"{error}: {description}")


CONSENT_ERRORS: Final = {
    "licence_missing": ("error_missing_license", "The company has no Integration licence"),
    "app_licence_missing": ("error_missing_app_license", "The integration was not bought"),
    "not_administrator": ("error_missing_system_admin_right", "Only a system administrator can"),
    "module_missing": ("error_missing_license", "The company has no licence for a scope"),
    "archive_missing": ("error_missing_license", "The company has no licence for a scope"),
    "declines": ("access_denied", "The user said no"),
}
"""What a tenant's switch makes of a consent, in the order in which Fortnox looks."""


@dataclass
class Habits:
    """What Fortnox does now one way, now another.

    `error_keys`: lower, upper, or alternate (each code first in lower case); `retry_after_s`: on
    429 (None: the header is left out); `licence_status`: of 2001101; `app_status`: of 2001103;
    `lists_without_meta`: names of lists that come without MetaInformation; `compresses`: whether
    bodies are sent with gzip to those who accept it.
    """

    error_keys: str = "alternate"
    retry_after_s: int | None = None
    licence_status: int = 400
    app_status: int = 403
    lists_without_meta: frozenset[str] = frozenset(
        {"voucherseries", "supplierinvoicefileconnections"}
    )
    allows_service_accounts: bool = True
    compresses: bool = False


@dataclass
class World:
    """The state that requests read and change; `lock` keeps grants and clock whole.

    `ahead`: how far the clock was advanced; `crashes`: mistakes of the simulator itself.
    """

    tenants: dict[int, Tenant]
    clock: Callable[[], dt.datetime]
    limiter: SlidingWindow
    habits: Habits = field(default_factory=Habits)
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    redirect_uri: str = REDIRECT_URI
    registered_scopes: tuple[str, ...] = ALL_SCOPES
    base: str = ""
    faults: Faults = field(default_factory=Faults)
    calls: Calls = field(default_factory=Calls)
    tokens: Tokens = field(init=False)
    ahead: dt.timedelta = dt.timedelta()
    lock: threading.RLock = field(default_factory=threading.RLock)
    crashes: list[Exception] = field(default_factory=list)
    _errors_answered: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with no grants."""
        self.tokens = Tokens(self.client_id)

    @property
    def now(self) -> dt.datetime:
        """The simulator's time, in UTC."""
        return self.clock() + self.ahead

    def add_tenants(self, tenants: Iterable[SimulatedTenant]) -> None:
        """Let companies exist, with the consents that were given before."""
        for made_with in tenants:
            number = made_with.database_number
            if number in self.tenants:
                raise ValueError(f"Two tenants have the database number {number}.")
            self.tenants[number] = Tenant(made_with, base=self.base, now=lambda: self.now)
            if made_with.consented is not None:
                self.tokens.consents[number] = Grant(number, made_with.consented, self.now, True)

    def authorize(
        self,
        tenant: int,
        *,
        scopes: Sequence[str] = LEDGER_SCOPES,
        service: bool = True,
        redirect_uri: str | None = None,
    ) -> str:
        """Consent in a tenant's name and give the code.

        Raises:
            ConsentRefused: One of the tenant's switches stands in the way.
        """
        self._check_consent(self.tenants[tenant], scopes, service=service)
        with self.lock:
            self.tenants[tenant].switch("consent_revoked", on=False)
            expires_at = self.now + CODE_LIFE
            grant = Grant(tenant, tuple(scopes), expires_at, service, redirect_uri)
            return self.tokens.consent(grant)

    def _check_consent(self, tenant: Tenant, scopes: Sequence[str], *, service: bool) -> None:
        if set(scopes) - set(self.registered_scopes):
            raise ConsentRefused("invalid_scope", "The scope is not registered")
        harmless = {switch for switch, closed in MODULES.items() if not closed & set(scopes)}
        harmless |= set() if service else {"not_administrator"}
        for switch, (error, description) in CONSENT_ERRORS.items():
            if switch in tenant.switches - harmless:
                raise ConsentRefused(error, description)

    def revoke_consent(self, tenant: int) -> None:
        """Take the consent back, as the customer does in Fortnox."""
        with self.lock:
            self.tokens.forget(tenant)
            self.tenants[tenant].switch("consent_revoked")

    def tells_upper(self, code: int) -> bool:
        """Choose the case of an error's keys."""
        if self.habits.error_keys != "alternate":
            return self.habits.error_keys == "upper"
        with self.lock:
            answered = self._errors_answered.get(code, 0)
            self._errors_answered[code] = answered + 1
        return answered % 2 == 1
