"""The refresh token: works once, lives 45 days, and is lost if its successor is not saved.

The order is what keeps a tenant connected. Under the tenant's lease: the hub notes the intent; the
token is spent; the new pair is saved in its block with the next revision, before its first use;
the hub's revision follows and the intent goes. A process that dies leaves the intent behind:

=====================  ==========================================================================
died before            what the next one finds and does
=====================  ==========================================================================
the call               block at the hub's revision: the token is still good, and is spent now
the answer was saved   the same, but the token is refused: reconnect required, said plainly
the hub's revision     block one ahead of the hub: nothing is lost, the hub follows
=====================  ==========================================================================
"""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Final

from httpx import HTTPError
from prefect.exceptions import PrefectException

from blocks.held_block import delete_block, no_server
from blocks.http import CallFailed, CallRefused
from blocks.hub import Connection, Hub, KeptLease
from blocks.hub.connections import CredentialMoved
from blocks.steps import reached
from blocks.systems.fortnox.answers import refusal
from blocks.systems.fortnox.block import FortnoxTokens, tokens_name
from blocks.systems.fortnox.oauth import Grant, OAuth
from blocks.systems.fortnox.system import CRASH_POINTS
from blocks.systems.fortnox.tokens import SPARE, Token, Tokens

LEASE_LEFT_MIN: Final = dt.timedelta(seconds=60)
"""A token is spent only when the lease lasts at least this long: the answer and its saving."""

SAVE_ATTEMPTS: Final = 8
SAVE_PAUSE_S: Final = 2.0
"""Saving the new pair is tried that often with that pause: it is the only copy."""

ALREADY_SPENT: Final = frozenset({"invalid_grant", "invalid_refresh_token"})


class RotatingTokens(Tokens):
    """Access tokens bought with the refresh token of the tenant's block."""

    def __init__(self, hub: Hub, connection: Connection, oauth: OAuth, lease: KeptLease) -> None:
        super().__init__()
        self._hub, self._oauth, self._lease = hub, oauth, lease
        self._tenant, self._system = connection.tenant, connection.system

    async def obtain(self, refused: Token | None = None, /) -> Token:
        """Take the block's access token while it lasts, else spend the refresh token."""
        block = await self._settled()
        if (await self._connection()).refresh_intent_at:
            # Whether the token was spent is found out now, not when the hour is over.
            return await self.refresh(block)
        left = (block.expires_at or self._now()) - self._now()
        held = block.access_token.get_secret_value()
        is_refused = refused is not None and refused.value.get_secret_value() == held
        if held and left > SPARE and not is_refused:
            return Token.lasting(block.access_token, left)
        return await self.refresh(block)

    async def refresh_now(self) -> None:
        """Spend the refresh token, so that it does not get too old."""
        await self.refresh(await self._settled())

    async def refresh(self, block: FortnoxTokens) -> Token:
        """Spend the block's refresh token; see the module's text for the order.

        Raises:
            CallRefused: It is not accepted; the tenant has to approve again.
            CallFailed: No answer: the next attempt finds out whether the token was spent.
        """
        was_interrupted = (await self._connection()).refresh_intent_at is not None
        self._require_time()
        await asyncio.to_thread(
            self._hub.connections.begin_refresh, self._tenant, self._system, revision=block.revision
        )
        reached("fortnox.token.intent", among=CRASH_POINTS)
        grant = await self._spend(block, was_interrupted=was_interrupted)
        reached("fortnox.token.answered", among=CRASH_POINTS)
        new = await self._save(grant, revision=block.revision + 1)
        reached("fortnox.token.saved", among=CRASH_POINTS)
        await self._confirm(block.revision)
        reached("fortnox.token.confirmed", among=CRASH_POINTS)
        return Token.lasting(new.access_token, grant.known_life)

    async def _spend(self, block: FortnoxTokens, *, was_interrupted: bool) -> Grant:
        try:
            return await self._oauth.by_refresh_token(block.refresh_token)
        except CallRefused as problem:
            # A refusal spends nothing, so there is nothing to find out any more.
            await asyncio.to_thread(
                self._hub.connections.drop_refresh,
                self._tenant,
                self._system,
                revision=block.revision,
            )
            if was_interrupted and problem.code in ALREADY_SPENT:
                raise refusal("answer_lost") from None
            raise

    async def _settled(self) -> FortnoxTokens:
        """Load the block, and finish a refresh that was interrupted after its pair was saved."""
        block = await load_tokens(self._tenant)
        connection = await self._connection()
        if block.revision == connection.credential_revision + 1 and connection.refresh_intent_at:
            await self._confirm(connection.credential_revision)
        elif block.revision != connection.credential_revision:
            raise refusal(
                "tokens_missing",
                f"The block {tokens_name(self._tenant)} has revision {block.revision}, the hub "
                f"{connection.credential_revision}.",
            )
        return block

    async def _connection(self) -> Connection:
        return await asyncio.to_thread(self._hub.connections.get, self._tenant, self._system)

    async def _confirm(self, revision: int) -> None:
        await asyncio.to_thread(
            self._hub.connections.confirm_refresh, self._tenant, self._system, revision=revision
        )

    async def _save(self, grant: Grant, *, revision: int) -> FortnoxTokens:
        new = tokens_of(grant, revision=revision, at=self._now())
        await save_tokens(self._tenant, new)
        return new

    def _require_time(self) -> None:
        self._lease.check()
        if self._lease.lease.expires_at - self._now() < LEASE_LEFT_MIN:
            raise CallFailed(
                f"The lease of {self._tenant}'s connection is about to end; the refresh token was "
                "not spent. Try again.",
                code="lease_too_short",
            )

    def _now(self) -> dt.datetime:
        return self._hub.database.now()


def tokens_of(grant: Grant, *, revision: int, at: dt.datetime) -> FortnoxTokens:
    """Return what a grant gave as a block that is not saved yet."""
    return FortnoxTokens(
        refresh_token=grant.refresh_token,
        access_token=grant.access_token,
        revision=revision,
        # Of an unknown life it is taken to have run out.
        expires_at=at + (grant.life or dt.timedelta()),
    )


async def load_tokens(tenant: str) -> FortnoxTokens:
    """Return the tenant's tokens.

    Raises:
        CallRefused: There is no such block (code ``tokens_missing``).
        CallFailed: Prefect's server does not answer.
    """
    name = tokens_name(tenant)
    try:
        return await FortnoxTokens.aload(name)
    except ValueError:
        raise refusal("tokens_missing", f"There is no block fortnox-tokens/{name}.") from None
    except (HTTPError, PrefectException, RuntimeError) as problem:
        raise no_server(f"load the block {name}", problem) from None


async def save_tokens(tenant: str, tokens: FortnoxTokens) -> None:
    """Save the tenant's tokens over those before, unless somebody saved later ones.

    Raises:
        CredentialMoved: Somebody did.
        CallFailed: Prefect's server did not take them, however often it was asked.
    """
    for attempt in range(1, SAVE_ATTEMPTS + 1):
        try:
            await _save_newer(tenant, tokens)
        except CredentialMoved:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever it was, this is the only copy
            if attempt == SAVE_ATTEMPTS:
                raise no_server("save the new tokens", problem) from None
            await asyncio.sleep(SAVE_PAUSE_S)
        else:
            return


async def delete_tokens(tenant: str) -> bool:
    """Delete the tenant's block, which belongs to erasing a tenant; False when there is none.

    Raises:
        CallFailed: Prefect's server does not answer.
    """
    return await delete_block(FortnoxTokens, tokens_name(tenant))


async def _save_newer(tenant: str, tokens: FortnoxTokens) -> None:
    name = tokens_name(tenant)
    try:
        found: FortnoxTokens = await FortnoxTokens.aload(name)
        saved = found.revision
    except ValueError:  # the first of the tenant
        saved = -1
    if saved >= tokens.revision:
        raise CredentialMoved(tenant, "fortnox", expected=tokens.revision - 1, actual=saved)
    await tokens.asave(name, overwrite=True)
