"""Fortnox's token endpoint: three ways to an access token; no lost POST is repeated blindly.

Source:
    Vendor's pages get-access-token, get-refresh-token, get-access-token-using-client-credentials.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx
from pydantic import SecretStr

from blocks.http import PATIENT, CallFailed, SlidingWindow, Tally, http_client, read_json
from blocks.hub import check_company_id
from blocks.systems.fortnox import fields
from blocks.systems.fortnox.answers import explain_token
from blocks.systems.fortnox.block import FortnoxApp
from blocks.systems.fortnox.fields import NoRight, Row, UnexpectedField
from blocks.systems.fortnox.settings import settings
from blocks.systems.fortnox.wire import UnexpectedShape

MAX_BODY_BYTES: Final = 1 << 16
"""Largest answer; an access token is a JWT of about 3,000 characters."""

CALLS: Final = 25
PERIOD_S: Final = 5.0
"""The pace of calls; the vendor states none for this endpoint."""

DEFAULT_LIFE_S: Final = 3_600
"""Life of an access token whose answer does not say, in seconds."""

MAX_LIFE: Final = dt.timedelta(days=366)
"""A longer life than this is none; an hour is what the vendor documents."""

# Asking again for a token by client credentials spends nothing.
SAFE_POST: Final = PATIENT.copy_with(allowed_methods=["POST"])


@dataclass(frozen=True)
class Grant:
    """What the endpoint gave. `refresh_token` is empty by client credentials.

    `life`: of the access token, None when the answer says it in a way that cannot be read: the
    refresh token beside it is the only copy, and is kept before anybody complains.
    """

    access_token: SecretStr
    refresh_token: SecretStr
    scopes: str
    life: dt.timedelta | None

    @property
    def known_life(self) -> dt.timedelta:
        """How long the access token lasts.

        Raises:
            UnexpectedShape: The answer does not say it as documented.
        """
        if self.life is None:
            raise UnexpectedShape(
                "token answer", problem="its field expires_in is no number of seconds"
            )
        return self.life


class OAuth:
    """The endpoint, for one integration."""

    def __init__(self, client: httpx.AsyncClient, app: FortnoxApp, tally: Tally) -> None:
        self._client, self._app, self._tally = client, app, tally

    @property
    def calls(self) -> int:
        """Calls made, repetitions included."""
        return self._tally.calls

    async def by_client_credentials(self, source_tenant_id: str) -> Grant:
        """Ask for an access token of a company that approved the service account.

        Raises:
            CallRefused: The consent, a licence or our credentials are not there.
            CallFailed: No answer, or one that passes by itself.
            UnusableCompanyId: The id, kept by an earlier release, cannot be sent.
        """
        check_company_id(source_tenant_id, system="fortnox")
        return await self._ask(
            {"grant_type": "client_credentials"},
            headers={"TenantId": source_tenant_id},
            extensions={"retry": SAFE_POST},
        )

    async def by_refresh_token(self, token: SecretStr) -> Grant:
        """Spend a refresh token on a new pair. It is asked once: a lost answer spent it too.

        Raises:
            CallRefused: The token is not accepted, or a licence is missing.
            CallFailed: No answer, so that nobody knows whether the token is spent.
        """
        form = {"grant_type": "refresh_token", "refresh_token": token.get_secret_value()}
        grant = await self._ask(form)
        return with_refresh_token(grant)

    async def by_code(self, code: SecretStr, *, redirect_uri: str) -> Grant:
        """Exchange the code of a consent, which works once and for 10 minutes.

        Raises:
            CallRefused: The code is not accepted.
            CallFailed: No answer; the customer approves again.
        """
        form = {"grant_type": "authorization_code", "code": code.get_secret_value()}
        return await self._ask(form | ({"redirect_uri": redirect_uri} if redirect_uri else {}))

    async def _ask(
        self,
        form: dict[str, str],
        *,
        headers: dict[str, str] | None = None,
        extensions: dict[str, object] | None = None,
    ) -> Grant:
        response = await self._client.post(
            "/token",
            data=form,
            headers=headers,
            auth=(self._app.client_id, self._app.client_secret.get_secret_value()),
            extensions={"max_body_bytes": MAX_BODY_BYTES, **(extensions or {})},
        )
        return read_grant(response.content)


@asynccontextmanager
async def oauth(app: FortnoxApp) -> AsyncIterator[OAuth]:
    """Open the token endpoint of the settings."""
    tally = Tally()
    client = http_client(
        settings().oauth_url,
        explain_token,
        window=SlidingWindow(calls=CALLS, period_s=PERIOD_S),
        tally=tally,
        methods=frozenset({"POST"}),
    )
    async with client:
        yield OAuth(client, app, tally)


def read_grant(content: bytes) -> Grant:
    """Read the endpoint's answer; what it says of the token's life is judged when it is asked for.

    Raises:
        CallFailed: There is no access token in it.
    """
    body = read_json(content)
    token = body.get("access_token") if isinstance(body, dict) else None
    # A header carries it: anything else than visible ASCII is no token.
    if not isinstance(token, str) or not re.fullmatch(r"[!-~]+", token):
        raise _incomplete("access token")
    refresh_token, scopes = body.get("refresh_token"), body.get("scope")
    return Grant(
        access_token=SecretStr(token),
        refresh_token=SecretStr(refresh_token if isinstance(refresh_token, str) else ""),
        # What cannot be read is not known, which is what no scopes say.
        scopes=scopes if isinstance(scopes, str) else "",
        life=_life(body),
    )


def _life(body: Row) -> dt.timedelta | None:
    if body.get("expires_in") is None:
        return dt.timedelta(seconds=DEFAULT_LIFE_S)
    try:
        seconds = fields.whole(body, "expires_in")
    except (UnexpectedField, NoRight):
        return None
    return dt.timedelta(seconds=seconds) if 0 < seconds <= MAX_LIFE.total_seconds() else None


def with_refresh_token(grant: Grant) -> Grant:
    """Return the grant, which must hold a refresh token.

    Raises:
        CallFailed: It holds none.
    """
    if not grant.refresh_token.get_secret_value():
        raise _incomplete("refresh token")
    return grant


def _incomplete(what: str) -> CallFailed:
    return CallFailed(
        f"Fortnox's token endpoint answered well but without {what}. Try again; if it lasts, tell "
        "Fortnox.",
        code="token_missing",
    )
