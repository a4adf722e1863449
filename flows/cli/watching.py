"""Bars that show how far a backfill is, here and on the server."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
)
from prefect.client.schemas.objects import State
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from flows.cli.exits import ExitCode
from flows.cli.imported import code, place
from flows.cli.output import console, remark
from flows.cli.result import LoadResult
from flows.doors.on_server import ask_server
from ledger.text import number_of, visible

BAR: Final = "backfill"
"""Key of the progress artifact that the deployment keeps."""

LOOK_EVERY_S: Final = 2.0


class BackfillBar:
    """How many years are done, with rows, calls, and how many are held or failed.

    Of what there is none nothing stands there: at 80 columns the line would lose its end.
    """

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task = bar, task
        self._rows = self._calls = self._held = self._failed = 0

    def of_unit(self, name: str) -> Callable[[str], None]:
        """Return what hears which step of a unit begins."""
        return lambda step: self._bar.update(self._task, description=f"{step} {name}")

    def done(self, found: LoadResult) -> None:
        """Count a year; without a terminal it is a line of its own."""
        self._rows += found.rows
        self._calls += found.calls
        self._held += code(found) == ExitCode.HELD
        self._failed += code(found) in {ExitCode.FAILED, ExitCode.BUSY}
        self._bar.update(self._task, advance=1, counts=self._counts)
        if self._bar.disable:
            so_far = f" ({self._counts})" if self._counts else ""
            remark(f"{place(found)}: {found.outcome}{so_far}")

    @property
    def _counts(self) -> str:
        counts = {
            number_of(self._rows, "row"): self._rows,
            number_of(self._calls, "call"): self._calls,
            f"{self._held} held": self._held,
            f"{self._failed} failed": self._failed,
        }
        return ", ".join(text for text, count in counts.items() if count)


@contextmanager
def backfill_bar(total: int) -> Iterator[BackfillBar]:
    """Show the bar on a terminal while the years are fetched here."""
    with _bar() as bar:
        yield BackfillBar(bar, bar.add_task("", total=total, counts=""))


def watch_backfill(run_id: UUID) -> State[Any]:
    """Show the bar of a backfill on the server until it ends; return its final state.

    Ctrl-C ends the watching, not the run.

    Raises:
        NoServer: The server no longer answers.
    """
    with _bar() as bar:
        task = bar.add_task("backfill", total=100, counts="")
        while True:
            state, share, counts = ask_server(_look(run_id), wanted="such run")
            bar.update(task, completed=share, counts=visible(counts))
            if state is not None and state.is_final():
                return state
            time.sleep(LOOK_EVERY_S)


async def _look(run_id: UUID) -> tuple[State[Any] | None, float, str]:
    """Return the run's state, how much is done in per cent, and what that is."""
    async with get_client() as client:
        run = await client.read_flow_run(run_id)
        found = await client.read_artifacts(
            artifact_filter=ArtifactFilter(
                key=ArtifactFilterKey(any_=[BAR]),
                flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]),
            ),
            limit=1,
        )
    share = float(str(found[0].data)) if found and found[0].data is not None else 0.0
    return run.state, share, (found[0].description or "") if found else ""


def _bar() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}", markup=False),
        TimeElapsedColumn(),
    )
    bar = Progress(*columns, console=console(sys.stderr), transient=True)
    bar.disable = not sys.stderr.isatty()
    return bar
