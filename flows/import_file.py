"""Import one file of one tenant: the form a person fills in, and what the inbox starts."""

from __future__ import annotations

from typing import Any

from prefect import State

from flows.runs.flow import flow
from flows.runs.forms import FilePath, Hash, OptionalPerson, TenantId
from flows.runs.hooks import run_cancelled, run_crashed, run_failed
from flows.runs.outcomes import combined
from flows.runs.states import ended
from flows.runs.taking import take_in
from tasks.arrivals import Arrival, resolve
from tasks.stores import open_stores


@flow(
    name="import-file",
    flow_run_name="{tenant} file",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def import_file(
    tenant: TenantId,
    path: FilePath,
    *,
    dry_run: bool = False,
    who: OptionalPerson = "",
    sha256: Hash = "",
) -> State[Any]:
    """Read an accounting file (SIE, journal), check it, and publish it if nothing holds it.

    The file replaces the fiscal year it is of, whatever was there before, or the period that it
    says it covers; loading it again changes nothing. What does not pass the controls is held, and
    the last good data stays. A few vouchers of no named year are one load for each defined year.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        path: The file: its full path, or its name in the tenant's inbox folder.
        dry_run: Only show what would change; publish nothing.
        who: Who brings the file; it is kept with it.
        sha256: In no form. The hash of a file that the inbox has already taken in.
    """
    arrival = Arrival(tenant, resolve(tenant, path), who, sha256)
    with open_stores() as stores:
        found = combined(await take_in(stores, arrival, dry_run=dry_run))
    return ended(found.outcome, found.message)
