"""A simulated Spotilla with a tenant's user, whose Prefect block is a value of the test."""

from __future__ import annotations

from blocks.systems.spotilla import session
from blocks.systems.spotilla.block import SpotillaUser

SUBDOMAIN, EMAIL, PASSWORD = "acme", "integraatio@example.invalid", "plainly-fake-password"
BLOCK = "spotilla-user/acme"


def give_block(patch, *, url, subdomain=SUBDOMAIN, email=EMAIL, password=PASSWORD, names=None):
    """Let the block be there, and Spotilla be at an address."""

    async def load(_tenant, _name):
        return SpotillaUser(subdomain=subdomain, email=email, password=password, names=names or {})

    patch.setattr(session, "user_block", load)
    patch.setenv("TASMA_SPOTILLA_URL", url)
    patch.setenv("TASMA_SPOTILLA_RATE", "10000")
