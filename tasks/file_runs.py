"""Runs on files that were taken up: one for each, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from prefect import State
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment

from blocks.names import shown_name
from ledger.outcome import Outcome
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


@dataclass(frozen=True)
class FileRun:
    """The run that is wanted for a file of the lake.

    `key`: what makes it one run however often it is asked for; the same bytes put there again
    tomorrow are another. `path`: where the file waits, or its bare name. `who`: brought it.
    """

    tenant: str
    name: str
    path: str
    sha256: str
    key: str
    who: str = ""

    async def end(self) -> RunEnd | None:
        """See to it that a run works on the file; return how it ended, None while it works."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            run = await self._run(attempt)
            if run.state is None or not run.state.is_final():
                say(f"{shown_name(self.name)}: run {run.name}", tenant=self.tenant)
                return None
            if not run.state.is_crashed():
                return RunEnd(Outcome.of_state(run.state.name), _reason(run, run.state))
        return RunEnd(Outcome.FAILED, GAVE_UP)

    async def _run(self, attempt: int) -> FlowRun:
        """Return the run: a new one, or the one that there is already."""
        parameters = {"tenant": self.tenant, "path": self.path, "sha256": self.sha256}
        return await arun_deployment(
            IMPORT,
            parameters=parameters | ({"who": self.who} if self.who else {}),
            idempotency_key=f"{self.key}:{attempt}",
            flow_run_name=f"{self.tenant} {self.name}",
            tags=[f"tenant:{self.tenant}"],
            timeout=0,
            as_subflow=False,
        )


@dataclass(frozen=True)
class RunEnd:
    """How a run on a file ended; `reason`: why the file was not taken in, empty when it was."""

    outcome: Outcome | None
    reason: str


def _reason(run: FlowRun, state: State[Any]) -> str:
    if state.is_completed():
        return ""
    return CANCELLED if state.is_cancelled() else ENDED.format(name=run.name, state=state.name)
