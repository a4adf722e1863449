"""The places where a pipeline may die, by name, so that a test can make it die at each of them.

A step is *reached* when what its name says has just happened. `STEPS` is the one list; the fault
tests walk it, and a child process that was told to die at a step it never reached fails its test.
"""

from __future__ import annotations

import os
import signal
from typing import Final

STEPS: Final = (
    "fortnox.token.intent",  # the hub knows that a refresh token is about to be spent
    "fortnox.token.answered",  # it is spent; the new pair is in memory only
    "fortnox.token.saved",  # the block holds the new pair, the hub still the old revision
    "fortnox.token.confirmed",  # the hub's revision has moved, the intent is gone
    "fortnox.pull.before",  # account list and voucher headers are read
    "fortnox.pull.sie",  # the year's SIE file is in memory
    "fortnox.pull.after",  # account list and headers are read again
    "fetch.received",  # the source's bytes are in memory
    "land.written",  # bytes and sidecar lie under a temporary name, synced
    "land.described",  # the sidecar has its final name, the bytes not yet
    "land.landed",  # the bytes too: the landing is complete
    "stage.started",  # the temporary folder exists
    "stage.tables_written",  # every Parquet file is closed
    "stage.manifest_written",  # the temporary folder is complete and synced
    "stage.staged",  # the folder has its final name
    "reconcile.started",
    "reconcile.done",  # every control has answered; nothing is stored yet
    "publish.locked",  # the tenant's writer lock is held
    "publish.fenced",  # the token is on record: no lower one may publish
    "publish.copied",  # the tenant's file lies beside itself under a temporary name
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

KILL_AT: Final = "TASMA_KILL_AT"
"""Environment variable that only a fault test sets, and only for its child process."""


def reached(step: str) -> None:
    """Note that ``step`` was reached; the process kills itself here if a fault test asked for it.

    Raises:
        ValueError: The step is not on the list, so no fault test would ever visit it.
    """
    if step not in STEPS:
        raise ValueError(f"{step!r} is not in blocks.steps.STEPS; add it there.")
    if os.environ.get(KILL_AT) == step:
        os.kill(os.getpid(), signal.SIGKILL)
