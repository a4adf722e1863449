"""A simulated Ecom with a tenant's feed, whose Prefect block is a value of the test."""

from __future__ import annotations

from blocks.systems.ecom import session
from blocks.systems.ecom.block import EcomFeed

BUSINESS_ID, KEY = "1234567-1", "plainly-fake-key"
BLOCK = "ecom-feed/acme"


def give_block(patch, *, url="", key=KEY, folder="", account=""):
    """Let the block be there, and Ecom be at an address."""

    async def load(_tenant, _name):
        return EcomFeed(key=key, folder=str(folder), account=account)

    patch.setattr(session, "feed_block", load)
    patch.setenv("TASMA_ECOM_URL", url or "http://127.0.0.1:9/api")
    patch.setenv("TASMA_ECOM_RATE", "10000")
