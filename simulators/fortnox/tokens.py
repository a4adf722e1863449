"""Consents, codes, refresh tokens and access tokens: what was granted, and until when.

Source: Fortnox developer pages "Authorization", "Get Access-Token", "Get Refresh-Token" and "Get
Access-Token using client credentials": codes live 10 minutes and work once, access tokens live an
hour, refresh tokens live 45 days and work once. The claims are those of a published expired token.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

CODE_LIFE: Final = dt.timedelta(minutes=10)
ACCESS_LIFE: Final = dt.timedelta(hours=1)
REFRESH_LIFE: Final = dt.timedelta(days=45)
RIGHTS_BYTES: Final = 1_200
"""Size of the claim that makes access tokens about 3,000 characters long."""

NO_SKEW: Final = dt.timedelta()
ACCESS_TOKENS_KEPT: Final = 10_000
"""Above this many, expired access tokens are forgotten."""


@dataclass(frozen=True)
class Grant:
    """What a code, a token or a consent is good for.

    `tenant` is None for a token of nobody. `redirect_uri`: with which a code must be used (None:
    with any).
    """

    tenant: int | None
    scopes: tuple[str, ...]
    expires_at: dt.datetime
    service: bool = False
    redirect_uri: str | None = None


class OAuthRefused(Exception):
    """The token endpoint refuses: an OAuth error, not Fortnox's envelope."""

    def __init__(self, error: str, description: str) -> None:
        """Keep both fields of the body."""
        self.error = error
        self.description = description
        super().__init__(f"{error}: {description}")


@dataclass
class Tokens:
    """All that was granted. A tenant has at most one living refresh token."""

    client_id: str
    consents: dict[int, Grant] = field(default_factory=dict)
    codes: dict[str, Grant] = field(default_factory=dict)
    refresh_tokens: dict[str, Grant] = field(default_factory=dict)
    access_tokens: dict[str, Grant] = field(default_factory=dict)

    def consent(self, grant: Grant) -> str:
        """Remember a consent and give its code. What the tenant held before is replaced."""
        if grant.tenant is None:
            raise ValueError("A consent belongs to a tenant.")
        self.forget(grant.tenant)
        self.consents[grant.tenant] = grant
        code = str(uuid.uuid4())
        self.codes[code] = grant
        return code

    def forget(self, tenant: int) -> None:
        """End a tenant's consent, codes and refresh tokens. Access tokens cannot be revoked."""
        self.consents.pop(tenant, None)
        for granted in (self.codes, self.refresh_tokens):
            for key in [key for key, grant in granted.items() if grant.tenant == tenant]:
                del granted[key]

    def use_code(self, code: str, *, redirect_uri: str, now: dt.datetime) -> Grant:
        """Take a code for its grant; it never works again."""
        grant = self.codes.pop(code, None)
        if grant is None or grant.expires_at <= now:
            raise OAuthRefused("invalid_grant", "Auth code or ClientID supplied is invalid")
        if grant.redirect_uri not in (None, redirect_uri):
            raise OAuthRefused("invalid_grant", "redirect_uri does not match")
        return grant

    def use_refresh(self, token: str, now: dt.datetime) -> Grant:
        """Take a refresh token for its grant; it never works again."""
        grant = self.refresh_tokens.pop(token, None)
        if grant is None or grant.expires_at <= now:
            raise OAuthRefused("invalid_grant", "Invalid refresh token")
        return grant

    def new_refresh(self, grant: Grant, now: dt.datetime) -> str:
        """Make the next refresh token."""
        token = str(uuid.uuid4())
        self.refresh_tokens[token] = Grant(grant.tenant, grant.scopes, now + REFRESH_LIFE)
        return token

    def new_access(
        self,
        tenant: int | None,
        scopes: tuple[str, ...],
        now: dt.datetime,
        *,
        skew: dt.timedelta = NO_SKEW,
    ) -> str:
        """Make an access token: a JWT in form, signed by nobody.

        ``skew``: how far the clock is ahead that writes the token's own times.
        """
        if len(self.access_tokens) > ACCESS_TOKENS_KEPT:
            kept = {k: grant for k, grant in self.access_tokens.items() if grant.expires_at > now}
            self.access_tokens = kept
        token = _jwt(self._claims(tenant, scopes, now + skew))
        self.access_tokens[token] = Grant(tenant, scopes, now + ACCESS_LIFE)
        return token

    def expire_access(self, token: str, now: dt.datetime) -> None:
        """Let one access token be over, as if its hour had passed."""
        grant = self.access_tokens[token]
        self.access_tokens[token] = Grant(grant.tenant, grant.scopes, now)

    def _claims(
        self, tenant: int | None, scopes: tuple[str, ...], now: dt.datetime
    ) -> dict[str, Any]:
        issued = int(now.timestamp())
        return {
            "userId": 1,
            "tenantId": tenant,
            "clientId": self.client_id,
            "rightsAsJson": base64.b64encode(secrets.token_bytes(RIGHTS_BYTES)).decode(),
            "scopes": list(scopes),
            "authsource": "OAUTH2",
            "jti": str(uuid.uuid4()),
            "iss": "https://api.fortnox.se/oauth2",
            "aud": "https://api.fortnox.se",
            "sub": f"1@{tenant}",
            "iat": issued,
            "exp": issued + int(ACCESS_LIFE.total_seconds()),
            "token_type": "access_token",
            "scope": list(scopes),
        }


def _jwt(claims: dict[str, Any]) -> str:
    header = {"typ": "JWT", "alg": "HS256"}
    parts = [json.dumps(part).encode() for part in (header, claims)]
    signature = b"simulated, signed by nobody"
    return ".".join(_base64(part) for part in [*parts, signature])


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
