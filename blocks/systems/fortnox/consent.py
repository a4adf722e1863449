"""Consent: sending a customer to Fortnox, and what is done with the code that comes back.

A new consent replaces the one before; connecting again is the same as connecting.

Source:
    Vendor's pages get-authorization-code, get-access-token, blog "service accounts".
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

import httpx
from pydantic import SecretStr

from blocks.http import CallRefused
from blocks.hub import Connection, Hub, Method, Tenant
from blocks.systems.fortnox.answers import refusal
from blocks.systems.fortnox.block import fortnox_app
from blocks.systems.fortnox.connect import paced_calls
from blocks.systems.fortnox.documents import DOCUMENT_SCOPES, INVOICE_SCOPES
from blocks.systems.fortnox.oauth import Grant, OAuth, oauth, with_refresh_token
from blocks.systems.fortnox.rotation import load_tokens, save_tokens, tokens_of
from blocks.systems.fortnox.session import FortnoxSession, require_own, require_same
from blocks.systems.fortnox.settings import settings
from blocks.systems.fortnox.system import FORTNOX
from blocks.systems.fortnox.tokens import ClientCredentialTokens, Token, Tokens
from blocks.systems.fortnox.wire import Company
from blocks.systems.lease import system_lease
from ledger.errors import TerminalError

SCOPES: Final = ("companyinformation", "bookkeeping")
"""The least that a ledger needs; every scope more may cost the customer a licence."""

WAIT_LIMIT_S: Final = 60.0
"""Longest wait for a run that uses the tenant's connection: a person waits, and a code dies."""

MIN_STATE_CHARS: Final = 16
"""A shorter ``state`` could be guessed."""


class StateTooShort(TerminalError):
    """The state of a consent could be guessed: a fault of this program."""

    sentence = (
        "The state of a consent needs at least {least_chars} characters that nobody can guess; "
        "make one with secrets.token_urlsafe."
    )


async def authorize_url(
    state: str, *, documents: bool = False, customer_invoices: bool = False
) -> str:
    """Return the address where the customer's system administrator approves.

    Args:
        state: Opaque, unguessable and used once; comes back unchanged beside the code.
        documents: Ask for `DOCUMENT_SCOPES` too, for which the customer needs Arkivplats.
        customer_invoices: Ask for both, so that documents of customer invoices are fetched too.

    Raises:
        TerminalError: `state` is too short, or client id and secret are nowhere to be found.
    """
    if len(state) < MIN_STATE_CHARS:
        raise StateTooShort(least_chars=MIN_STATE_CHARS)
    redirect_uri = settings().redirect_uri
    scopes = SCOPES + (DOCUMENT_SCOPES if documents or customer_invoices else ())
    scopes += INVOICE_SCOPES if customer_invoices else ()
    query = {
        "client_id": (await fortnox_app()).client_id,
        **({"redirect_uri": redirect_uri} if redirect_uri else {}),
        "scope": " ".join(scopes),
        "state": state,
        "access_type": "offline",
        "response_type": "code",
        "account_type": "service",
    }
    return f"{settings().oauth_url}/auth?{httpx.QueryParams(query)}"


async def finish_consent(
    hub: Hub,
    tenant: str,
    code: SecretStr,
    *,
    method: Method = Method.CLIENT_CREDENTIALS,
    run_id: str = "",
) -> Connection:
    """Exchange the code and connect the tenant to the company that approved.

    The company is pinned by its DatabaseNumber; a tenant without organisation number gets the
    company's. By client credentials the way of the nights to come is tried once here.

    Raises:
        UnknownTenant: There is no such tenant.
        CallRefused: The code is not accepted, a scope is missing, or another company approved
            (code ``wrong_company``); nothing was changed.
        CallFailed: No answer; the customer approves again.
        LeaseTaken: A run uses the tenant's connection; the code is not spent.
    """
    known = await asyncio.to_thread(hub.tenants.get, tenant)
    app = await fortnox_app()
    lease = system_lease(hub, tenant, FORTNOX, run_id=run_id, wait_limit_s=WAIT_LIMIT_S)
    async with lease, oauth(app) as endpoint:
        old = await asyncio.to_thread(hub.connections.find, tenant, FORTNOX)
        grant = await endpoint.by_code(code, redirect_uri=settings().redirect_uri)
        require_scopes(grant.scopes)
        blank = Connection(tenant, FORTNOX, method)
        company, asked = await _who(hub, blank, _Granted(grant))
        _require_own(known, old, company)
        new = replace(
            asked,
            source_tenant_id=company.database_number,
            scopes=grant.scopes,
            checked_at=hub.database.now(),
        )
        new = await _prove(hub, new, endpoint, grant=grant, old=old)
        return await asyncio.to_thread(_remember, hub, known, new, company)


def require_scopes(granted: str) -> None:
    """Make sure that a consent covers what a ledger needs; empty means that nobody told.

    Raises:
        CallRefused: A scope is missing.
    """
    missing = [scope for scope in SCOPES if granted and scope not in granted.split()]
    if missing:
        raise refusal("2000663", f"The consent lacks the scope {', '.join(missing)}.")


class _Granted(Tokens):
    """The one access token that came with the code."""

    def __init__(self, grant: Grant) -> None:
        super().__init__()
        self._grant = grant

    async def obtain(self, refused: Token | None = None, /) -> Token:
        if refused is not None:
            raise refusal("2000310")
        return Token.lasting(self._grant.access_token, self._grant.known_life)


async def _who(hub: Hub, connection: Connection, tokens: Tokens) -> tuple[Company, Connection]:
    """Return who answers, and the connection with the times of its calls."""
    async with paced_calls(hub, connection, tokens) as calls:
        company = await FortnoxSession(hub, connection, calls).who()
    return company, replace(connection, recent_calls=calls.recent(hub.database.now()))


def _require_own(tenant: Tenant, old: Connection | None, company: Company) -> None:
    require_own(tenant, company)
    if old:
        require_same("DatabaseNumber", old.source_tenant_id, company.database_number)


async def _prove(
    hub: Hub, new: Connection, endpoint: OAuth, *, grant: Grant, old: Connection | None
) -> Connection:
    """Make sure that the credential works, or is safe, before the hub says connected."""
    if new.method is Method.REFRESH_TOKEN:
        return await _keep(hub, new, with_refresh_token(grant), old=old)
    answering, asked = await _who(hub, new, ClientCredentialTokens(endpoint, new))
    require_same("DatabaseNumber", new.source_tenant_id, answering.database_number)
    return asked


async def _keep(hub: Hub, new: Connection, grant: Grant, *, old: Connection | None) -> Connection:
    """Save the pair that came with the code."""
    # A block may have outlived its tenant here; revisions only grow.
    revision = 1 + max(old.credential_revision if old else 0, await _saved_revision(new.tenant))
    now = hub.database.now()
    await save_tokens(new.tenant, tokens_of(grant, revision=revision, at=now))
    return replace(new, credential_revision=revision, refreshed_at=now)


async def _saved_revision(tenant: str) -> int:
    try:
        return (await load_tokens(tenant)).revision
    except CallRefused:
        return 0


def _remember(hub: Hub, tenant: Tenant, connection: Connection, company: Company) -> Connection:
    if not tenant.organisation_number:
        hub.tenants.update(tenant.id, organisation_number=company.organisation_number)
    return hub.connections.save(connection)
