"""The fence: the highest lease token that has acted on a unit; a lower one is too late.

It lies beside the tenant's file, because it must also rise when a publication finds nothing to
write: a run that was overtaken by one that confirmed the present state may not undo it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from blocks.books_files import read_fence
from blocks.durable import rename_synced, write_synced
from blocks.warehouse.errors import FenceDamaged, StaleLease
from blocks.warehouse.files import TenantFiles
from ledger.fiscal_year import FiscalYear


def raise_fence(files: TenantFiles, year: FiscalYear, token: int) -> None:
    """Let no lower token act on the unit from now on. Only inside `files.writing`.

    Raises:
        StaleLease: A higher token has acted on it already.
        FenceDamaged: It does not say which token has.
    """
    tokens = _tokens(files)
    highest = tokens.get(year.key, token)
    if token < highest:
        raise StaleLease(tenant=files.tenant, fiscal_year=year.key, token=token, highest=highest)
    if tokens.get(year.key) != token:
        _write(files, {**tokens, year.key: token})


def highest_token(files: TenantFiles) -> int:
    """Return the highest token that has acted on a unit of the tenant; 0 when none has.

    Raises:
        FenceDamaged: It does not say.
    """
    return max(_tokens(files).values(), default=0)


def renew_fence(files: TenantFiles, years: Iterable[FiscalYear], token: int) -> None:
    """Write the fence anew, for a damaged one: no token below this one acts on any unit any more.

    Only inside `files.writing`. The token has to be a new one of a hub that has given no higher; a
    fence is never lowered.
    """
    try:
        known = _tokens(files)
    except FenceDamaged:
        known = {}
    keys = known.keys() | {year.key for year in years}
    _write(files, {key: max(token, known.get(key, token)) for key in sorted(keys)})


def _tokens(files: TenantFiles) -> dict[str, int]:
    finding, tokens = read_fence(files.root, files.tenant)
    if finding:
        raise FenceDamaged(tenant=files.tenant, place=files.fence, finding=finding)
    return tokens


def _write(files: TenantFiles, tokens: dict[str, int]) -> None:
    temporary = files.fence.with_suffix(".tmp")
    write_synced(temporary, json.dumps(tokens, indent=1).encode())
    rename_synced(temporary, files.fence)
