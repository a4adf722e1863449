"""The command that starts a run: Prefect's runner has no setting for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import prefect.runner.runner
from prefect.runner._starter_engine import EngineCommandStarter
from prefect.utilities.processutils import command_to_string


def start_runs_by(command: Sequence[str]) -> None:
    """Have runners of this process start each run by ``command``."""
    starter = partial(EngineCommandStarter, command=command_to_string([*command]))
    vars(prefect.runner.runner)[EngineCommandStarter.__name__] = starter
