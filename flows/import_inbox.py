"""Take up the files dropped into the inbox folders: one import run for each complete one."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from prefect import State, flow
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment
from prefect.states import Completed

from blocks.settings import settings
from flows.inbox import Dropped, complete_files, file_away, others
from tasks.fetch import land_file
from tasks.log import say, warn
from tasks.stores import Stores, open_stores

IMPORT: Final = "import-file/import-file"
MAX_ATTEMPTS: Final = 5
"""Runs for one dropped file of which each ended and left it lying: they crashed, or the very same
file was put back."""

GAVE_UP: Final = (
    f"{MAX_ATTEMPTS} runs were started for this file and none took it away. Look at them in the "
    "UI, then drop the file again."
)
CANCELLED: Final = "The run was cancelled. Drop the file again when it is wanted."


@flow(name="import-inbox", flow_run_name="inbox sweep", retries=0)
async def import_inbox() -> State[Any]:
    """Look through all inbox folders and start an import for each complete new file.

    A file that is still being written (its size or time changes, or it has a temporary name) is
    left for the next sweep. Done files are moved to *processed* or *failed*.
    """
    inbox = settings().inbox
    inbox.mkdir(parents=True, exist_ok=True)
    at_work = 0
    with open_stores() as stores:
        for file in await complete_files(inbox):
            at_work += await _take_up(stores, file)
    for path in await asyncio.to_thread(others, inbox):
        warn(f"Left alone: {path.name} does not end in .se, .si or .sie", tenant=path.parent.name)
    return Completed(message=f"{at_work} files at work.")


async def _take_up(stores: Stores, file: Dropped) -> bool:
    """Land a file and see to it that a run works on it; say whether one does."""
    if stores.hub.tenants.find(file.tenant) is None:
        warn(f"The folder {file.tenant} is of no tenant; add it with `tasma tenant add`")
        return False
    landed = await asyncio.to_thread(land_file, stores, file.tenant, path=file.path)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        run = await _run_of(file, landed.sha256, attempt=attempt)
        if run.state is None or not run.state.is_final():
            say(f"{file.path.name}: run {run.name}", tenant=file.tenant)
            return True
        if run.state.is_cancelled():
            await asyncio.to_thread(file_away, file.tenant, file.path, reason=CANCELLED)
            return False
    await asyncio.to_thread(file_away, file.tenant, file.path, reason=GAVE_UP)
    return False


async def _run_of(file: Dropped, sha256: str, *, attempt: int) -> FlowRun:
    """Return the run of a dropped file: a new one, or the one that there is already.

    The key holds the time of the file, since the same bytes dropped again tomorrow are a new wish.
    """
    return await arun_deployment(
        IMPORT,
        parameters={"tenant": file.tenant, "path": str(file.path), "sha256": sha256},
        idempotency_key=f"inbox:{file.tenant}:{sha256}:{file.modified_ns}:{attempt}",
        flow_run_name=f"{file.tenant} {file.path.name}",
        tags=[f"tenant:{file.tenant}"],
        timeout=0,
        as_subflow=False,
    )
