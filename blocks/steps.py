"""The places where a pipeline may die, by name, so that a test can make it die at each of them.

A step is *reached* when what its name says has just happened. `STEPS` are those of the pipeline;
each vendor's system has its own (`System.crash_points`). The fault tests walk them all, and a child
process that was told to die at a step it never reached fails its test.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import Final

STEPS: Final = (
    "fetch.received",  # the source's bytes are in memory
    "land.written",  # bytes and sidecar lie under a temporary name, synced
    "land.described",  # the sidecar has its final name, the bytes not yet
    "land.landed",  # the bytes too: the landing is complete
    "extract.written",  # parts lie under temporary names, synced
    "extract.landed",  # the parts have their final names, and no manifest names them yet
    "stage.started",  # the temporary folder exists
    "stage.tables_written",  # every Parquet file is closed
    "stage.manifest_written",  # the temporary folder is complete and synced
    "stage.staged",  # the folder has its final name
    "reconcile.started",
    "reconcile.done",  # every control has answered; nothing is stored yet
    "publish.locked",  # the tenant's writer lock is held
    "publish.fenced",  # the token is on record: no lower one may publish
    "publish.copied",  # the tenant's file lies beside itself under a temporary name
    "publish.rows_kept",  # inside the transaction
    "publish.rows_removed",  # inside the transaction
    "publish.rows_inserted",  # inside the transaction
    "publish.committed",
    "publish.closed",  # checkpointed, closed and synced, still under the temporary name
    "publish.swapped",  # readers that open now see the new state
    "publish.recorded",  # the hub knows that the unit is published
    "report.made",
    "documents.listed",  # which files hang on the year's vouchers is known
    "documents.landed",  # files that were new lie in the lake, and no table names them
    "documents.rows_replaced",  # inside the transaction
    "documents.recorded",  # the hub knows how the documents stand
)

PUSH_STEPS: Final = (
    "push.begun",  # the hub knows that a call is about to be made
    "push.answered",  # the answer is in memory only
    "push.stored",  # the hub knows what came of the call
)

KILL_AT: Final = "TASMA_KILL_AT"
"""Environment variable that only a fault test sets, and only for its child process."""


def reached(step: str, *, among: Sequence[str] = STEPS) -> None:
    """Note that ``step`` was reached; the process kills itself here if a fault test asked for it.

    Raises:
        ValueError: The step is not on the list, so no fault test would ever visit it.
    """
    if step not in among:
        raise ValueError(f"{step!r} is not on the list of {among[0]!r}; add it there.")
    if os.environ.get(KILL_AT) == step:
        os.kill(os.getpid(), signal.SIGKILL)
