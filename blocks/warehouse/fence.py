"""The fence: the highest lease token that has acted on a unit; a lower one is too late.

It lies beside the tenant's file, because it must also rise when a publication finds nothing to
write: a run that was overtaken by one that confirmed the present state may not undo it.
"""

from __future__ import annotations

import json
from pathlib import Path

from blocks.durable import rename_synced, write_synced
from blocks.warehouse.errors import StaleLease
from blocks.warehouse.files import TenantFiles
from ledger.fiscal_year import FiscalYear


def raise_fence(files: TenantFiles, year: FiscalYear, token: int) -> None:
    """Let no lower token act on the unit from now on. Only inside `files.writing`.

    Raises:
        StaleLease: A higher token has acted on it already.
    """
    tokens = _tokens(files.fence)
    highest = tokens.get(year.key, token)
    if token < highest:
        raise StaleLease(tenant=files.tenant, fiscal_year=year.key, token=token, highest=highest)
    if tokens.get(year.key) != token:
        temporary = files.fence.with_suffix(".tmp")
        write_synced(temporary, json.dumps({**tokens, year.key: token}, indent=1).encode())
        rename_synced(temporary, files.fence)


def _tokens(path: Path) -> dict[str, int]:
    if not path.exists():
        return {}
    tokens: dict[str, int] = json.loads(path.read_bytes())
    return tokens
