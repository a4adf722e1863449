"""Fortnox's connector: consent, sessions, what a customer lacks, tokens that would end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

from pydantic import SecretStr

from blocks.http import CallProblem
from blocks.hub import Connection, Hub, Method
from blocks.systems.fortnox.by_number import connect_by_number
from blocks.systems.fortnox.connect import fortnox_session
from blocks.systems.fortnox.consent import authorize_url, finish_consent
from blocks.systems.fortnox.documents import DOCUMENT_SCOPES, INVOICE_SCOPES
from blocks.systems.fortnox.idle import refresh_idle
from blocks.systems.fortnox.preflight import asked, preflight, preflight_of_redirect, unmet
from blocks.systems.fortnox.rotation import delete_tokens
from blocks.systems.fortnox.session import FortnoxSession
from blocks.systems.lease import WAIT_LIMIT_S
from blocks.systems.ports import Renewal, Requirement, Wants

NO_WAIT_S: Final = 0.0


class FortnoxConnector:
    """See `Connector` and `Consent`."""

    def session(
        self, hub: Hub, tenant: str, *, run_id: str = "", wait_limit_s: float = WAIT_LIMIT_S
    ) -> AbstractAsyncContextManager[FortnoxSession]:
        """Open a session with the tenant's company."""
        return fortnox_session(hub, tenant, run_id=run_id, wait_limit_s=wait_limit_s)

    async def preflight(self, hub: Hub, tenant: str, *, run_id: str = "") -> Sequence[Requirement]:
        """Find out which of licence, approval and module the company has."""
        return await preflight(hub, tenant, run_id=run_id)

    def completed(self, wants: Wants, known: Connection | None) -> Wants:
        """Let the approval cover documents as the last one did, and the first without."""
        granted = set(known.scopes.split()) if known else set()
        had_documents = set(DOCUMENT_SCOPES) <= granted
        had_invoices = had_documents and set(INVOICE_SCOPES) <= granted
        documents = wants.get("documents", wants.get("customer_invoices") or had_documents)
        invoices = documents and wants.get("customer_invoices", had_invoices)
        return {**wants, "documents": documents, "customer_invoices": invoices}

    async def authorize_url(self, state: str, *, wants: Wants) -> str:
        """Return the address where the customer's system administrator approves."""
        return await authorize_url(
            state,
            documents=bool(wants.get("documents")),
            customer_invoices=bool(wants.get("customer_invoices")),
        )

    def refused_consent(self, error: str, description: str) -> Sequence[Requirement]:
        """Say which requirement a customer who came back with an error did not meet."""
        return preflight_of_redirect(error, description)

    def asked(self) -> Sequence[Requirement]:
        """Return licence, approval and module, with where to look for each."""
        return asked()

    def unmet(self, problem: CallProblem) -> Sequence[Requirement]:
        """Say which of the three a refusal is about."""
        return unmet(problem)

    async def finish(
        self, hub: Hub, tenant: str, answer: Mapping[str, SecretStr], *, wants: Wants
    ) -> Connection:
        """Connect by the code of a consent, or by the number of a company that gave one before."""
        if number := wants.get("database_number"):
            return await connect_by_number(hub, tenant, number, wait_limit_s=NO_WAIT_S)
        rotates = wants.get("refresh_token")
        method = Method.REFRESH_TOKEN if rotates else Method.CLIENT_CREDENTIALS
        return await finish_consent(hub, tenant, answer["code"], method=method)

    async def keep_alive(self, hub: Hub, *, run_id: str = "") -> Sequence[Renewal]:
        """Renew the refresh tokens of quiet tenants: one that rests for 45 days ends."""
        return await refresh_idle(hub, run_id=run_id)

    async def forget(self, connection: Connection) -> None:
        """Delete the block with the tenant's tokens, if the connection has one."""
        if connection.method is Method.REFRESH_TOKEN:
            await delete_tokens(connection.tenant)
