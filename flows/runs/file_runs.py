"""Runs on files that were taken up: one for each, and how it ended."""

from __future__ import annotations

from typing import Any, Final

from prefect import State
from prefect.client.schemas.objects import FlowRun

from blocks.names import shown_name
from flows.runs.starting import start_run
from ledger.outcome import Outcome
from tasks.file_runs import FileRun, RunEnd
from tasks.log import say

IMPORT: Final = "import-file/import-file"

MAX_ATTEMPTS: Final = 5
"""Runs for one file, each of which died and left it lying."""

GAVE_UP: Final = (
    f"{MAX_ATTEMPTS} runs were started for this file and each of them died. Look at them in the "
    "UI, then drop the file again."
)
CANCELLED: Final = "The run was cancelled. Drop the file again when it is wanted."
ENDED: Final = "The run {name} ended as {state}; its page in the UI says why."


async def end_of(file: FileRun) -> RunEnd | None:
    """See to it that a run works on the file; return how it ended, None while it works."""
    for attempt in range(1, MAX_ATTEMPTS + 1):
        run = await _run(file, attempt)
        if run.state is None or not run.state.is_final():
            say(f"{shown_name(file.name)}: run {run.name}", tenant=file.tenant)
            return None
        if not run.state.is_crashed():
            return RunEnd(Outcome.of_state(run.state.name), _reason(run, run.state))
    return RunEnd(Outcome.FAILED, GAVE_UP)


async def _run(file: FileRun, attempt: int) -> FlowRun:
    """Return the run: a new one, or the one that there is already."""
    parameters = {"tenant": file.tenant, "path": file.path, "sha256": file.sha256}
    return await start_run(
        IMPORT,
        parameters=parameters | ({"who": file.who} if file.who else {}),
        idempotency_key=f"{file.key}:{attempt}",
        flow_run_name=f"{file.tenant} {file.name}",
        tags=[f"tenant:{file.tenant}"],
    )


def _reason(run: FlowRun, state: State[Any]) -> str:
    if state.is_completed():
        return ""
    return CANCELLED if state.is_cancelled() else ENDED.format(name=run.name, state=state.name)
