"""A child process of the fault tests: works with a tenant's Fortnox connection, or dies."""

from __future__ import annotations

import asyncio
import os

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from blocks.hub import Hub
from blocks.steps import KILL_AT
from blocks.systems.fortnox.connect import credentials, fortnox_session
from blocks.systems.fortnox.rotation import RotatingTokens


def refresh(environment: dict[str, str], hub_url: str, tenant: str, kill_at: str = "") -> None:
    """Spend the tenant's refresh token."""
    os.environ.update({**environment, KILL_AT: kill_at})
    with temporary_settings(
        {
            PREFECT_API_URL: environment["PREFECT_API_URL"],
            PREFECT_API_AUTH_STRING: environment["PREFECT_API_AUTH_STRING"],
        }
    ):
        asyncio.run(_refresh(hub_url, tenant))


def ask(environment: dict[str, str], hub_url: str, tenant: str) -> None:
    """Ask who answers, which needs an access token that works."""
    os.environ.update(environment)
    with temporary_settings(
        {
            PREFECT_API_URL: environment["PREFECT_API_URL"],
            PREFECT_API_AUTH_STRING: environment["PREFECT_API_AUTH_STRING"],
        }
    ):
        asyncio.run(_ask(hub_url, tenant))


async def _refresh(hub_url: str, tenant: str) -> None:
    with Hub(hub_url) as hub:
        async with credentials(hub, tenant, wait_limit_s=0) as (_connection, tokens):
            assert isinstance(tokens, RotatingTokens)
            await tokens.refresh_now()


async def _ask(hub_url: str, tenant: str) -> None:
    with Hub(hub_url) as hub:
        async with fortnox_session(hub, tenant) as fortnox:
            await fortnox.company()
