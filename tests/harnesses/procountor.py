"""A simulated Procountor with a tenant's API key, whose Prefect blocks are values of the test."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import SecretStr

from blocks.systems.procountor import tokens
from blocks.systems.procountor.block import ProcountorApiKey, ProcountorClient
from simulators.procountor import CLIENT_ID, CLIENT_SECRET

KEY_BLOCK = "procountor-api-key/acme"
CLIENT_BLOCK = "procountor-client/ours"
COMPANY_ID = 1001
NUMBER = "12345671"
"""The tenant's organisation number; the environment's business id is the same."""


def give_blocks(
    patch,
    *,
    url,
    key=f"key-{COMPANY_ID}",
    client_id=CLIENT_ID,
    client_secret=CLIENT_SECRET,
    terms=None,
):
    """Let both blocks be there, and Procountor be at an address."""
    held = {
        KEY_BLOCK: ProcountorApiKey(
            client_block=CLIENT_BLOCK, api_key=SecretStr(key), terms=terms or {}
        ),
        CLIENT_BLOCK: ProcountorClient(client_id=client_id, client_secret=SecretStr(client_secret)),
    }

    async def load(name):
        if name not in held:
            raise ValueError(name)
        return held[name]

    patch.setattr(Block, "aload", load)
    patch.setattr(tokens, "_HELD", {})
    patch.setenv("TASMA_PROCOUNTOR_URL", url)
    patch.setenv("TASMA_PROCOUNTOR_RATE", "100000")
    return held
