"""A simulated Fennoa with a tenant's API user, whose Prefect block is a value of the test."""

from __future__ import annotations

from blocks.systems.fennoa import session
from blocks.systems.fennoa.block import FennoaApiUser

USER, KEY = "api-user", "plainly-fake-key"
BLOCK = "fennoa-api-user/acme"


def give_block(patch, *, url, user=USER, key=KEY, terms=None):
    """Let the block be there, and Fennoa be at an address."""

    async def load(_tenant, _name):
        return FennoaApiUser(user=user, key=key, terms=terms or {})

    patch.setattr(session, "api_user", load)
    patch.setenv("TASMA_FENNOA_URL", url)
    patch.setenv("TASMA_FENNOA_RATE", "10000")
