"""Which parts of Prefect this room leans on, and what is lost without each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Part:
    """One name of Prefect.

    `name`: ``module:attribute``, or a module. `lost`: what no longer works, or works worse, without
    it. `user`: the module of this room that needs it. `parameters`: those that it is called with,
    or that a method of ours with its name takes.
    """

    name: str
    lost: str
    user: str
    parameters: tuple[str, ...] = ()


_COLD: Final = "`tasma up` starts each run from cold: four CPU seconds instead of one"
_LOCKED: Final = "with SQLite the server answers 'database is locked' under load and stands still"
_EVENTS: Final = "a command waits for events that nobody asked for, and says so at its end"
_PAGES: Final = "the pages of Prefect's UI may call their makers' analytics"
_SLOWER: Final = "a run imports this for itself instead of finding it imported"

_LIMIT: Final = "one of several workers takes all that is due, since none has a limit of its own"

PARTS: Final = (
    Part("prefect.runner.runner:EngineCommandStarter", _COLD, "run_command"),
    Part("prefect.runner._starter_engine:EngineCommandStarter", _COLD, "run_command", ("command",)),
    Part("prefect.utilities.processutils:command_to_string", _COLD, "run_command", ("command",)),
    Part(
        "prefect.context:refresh_global_settings_context",
        "a run that is a fork keeps the settings of the process that started it",
        "run_imports",
    ),
    Part("prefect.workers.process:ProcessWorker", _LIMIT, "fair_worker"),
    Part(
        "prefect.workers.process:ProcessWorker._submit_scheduled_flow_runs",
        _LIMIT,
        "fair_worker",
        ("flow_run_response",),
    ),
    Part("prefect.workers.process:ProcessWorker.limiter", _LIMIT, "fair_worker"),
    Part("prefect.concurrency.services", _SLOWER, "run_imports"),
    Part("prefect.task_engine", _SLOWER, "run_imports"),
    Part("prefect.utilities.visualization", _SLOWER, "run_imports"),
    Part(
        "prefect.server.database.configurations:AioSqliteConfiguration",
        _LOCKED,
        "one_writer",
        ("connection_url",),
    ),
    Part(
        "prefect.server.database.configurations:AioSqliteConfiguration.begin_transaction",
        _LOCKED,
        "one_writer",
        ("session", "with_for_update"),
    ),
    Part("prefect.server.database.dependencies:MODELS_DEPENDENCIES", _LOCKED, "one_writer"),
    Part("prefect.server.api.server:create_app", _PAGES, "content_policy"),
    Part("prefect.events.clients:NullEventsClient", _EVENTS, "no_events"),
    Part(
        "prefect.events.worker:EventsWorker.set_client_override",
        _EVENTS,
        "no_events",
        ("client_type",),
    ),
)
