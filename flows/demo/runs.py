"""The demo's runs: asked for over Prefect's API, as the UI does, and waited for."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from prefect.context import SettingsContext

from flows.doors.on_server import asking
from flows.runs.rescheduling import NIGHT, SHARD
from flows.server.own_secrets import CLIENT_LOGIN
from flows.server.processes import PrefectServer
from ledger.errors import TerminalError

IMPORT_FILE: Final = "import-file/import-file"
PULL: Final = "pull/pull"
NIGHTLY: Final = "nightly/nightly"
WATCH: Final = "watch/watch"
OVERVIEW: Final = "overview/overview"

QUIET_LIMIT_S: Final = 180.0
"""Without any run coming to its end; on two idle cores one does every other second."""

ANSWER_LIMIT_S: Final = 180.0
"""Until the server has answered one question."""

POLL_S: Final = 0.5


@dataclass(frozen=True)
class Run:
    """A run as the server knows it; `state` is the name that the UI shows."""

    name: str
    state: str
    is_over: bool
    message: str


class NotAnswered(TerminalError):
    """Prefect's server did not do what it was asked."""

    def __init__(self, path: str, *, server: PrefectServer) -> None:
        super().__init__(
            f"Prefect's server did not answer {path} within {ANSWER_LIMIT_S:g} s. Its log is "
            f"{server.folder}/server.log, that of the runs {server.folder}/runs.log.",
            path=path,
            folder=server.folder,
        )


def asking_as_client(server: PrefectServer) -> SettingsContext:
    """Have Prefect's client ask the demo's server, with its password, in the body."""
    where = server.client_variables
    return asking(where["PREFECT_API_URL"], where[CLIENT_LOGIN])


def start(server: PrefectServer, deployment: str, **parameters: object) -> str:
    """Ask for a run of a deployment and return its id."""
    found = _answer(server, f"/deployments/name/{deployment}")
    # A key, so that asking again after a lost answer starts nothing twice.
    key = f"{deployment}:{uuid.uuid4()}"
    body = {"parameters": parameters, "state": {"type": "SCHEDULED"}, "idempotency_key": key}
    made = _answer(server, f"/deployments/{found['id']}/create_flow_run", body=body)
    return str(made["id"])


def pause(server: PrefectServer, deployment: str) -> None:
    """Stop the schedules of a deployment."""
    found = _answer(server, f"/deployments/name/{deployment}")
    server.ask(f"/deployments/{found['id']}/pause_deployment", body={})


class RunsStuck(TerminalError):
    """The demo's runs do not come to an end."""

    sentence = "For {limit_s:g} s no run has come to its end; {over} of {runs} have: {states}."


def wait_for(
    server: PrefectServer, run_ids: list[str], *, tell: Callable[[list[Run]], None]
) -> list[Run]:
    """Wait until the runs are over; ``tell`` hears how they stand meanwhile."""
    over, since = -1, time.monotonic()
    while True:
        runs = _look(server, run_ids)
        tell(runs)
        if all(run.is_over for run in runs):
            return runs
        if over != (over := sum(run.is_over for run in runs)):
            since = time.monotonic()
        if time.monotonic() - since > QUIET_LIMIT_S:
            raise RunsStuck(
                limit_s=QUIET_LIMIT_S,
                over=over,
                runs=len(runs),
                states="; ".join(f"{run.name}: {run.state}" for run in runs),
            )
        time.sleep(POLL_S)


def of_night(server: PrefectServer) -> list[str]:
    """Return the ids of the runs that a night's shards have started, once those are over."""
    wait_for(server, _tagged(server, SHARD), tell=lambda _found: None)
    return _tagged(server, NIGHT)


def _tagged(server: PrefectServer, tag: str) -> list[str]:
    body = {"flow_runs": {"tags": {"all_": [tag]}}}
    return [str(item["id"]) for item in _answer(server, "/flow_runs/filter", body=body)]


def _look(server: PrefectServer, run_ids: list[str]) -> list[Run]:
    """Return the runs in the order of their ids."""
    body = {"flow_runs": {"id": {"any_": run_ids}}, "limit": len(run_ids)}
    found = {item["id"]: item for item in _answer(server, "/flow_runs/filter", body=body)}
    return [_run(found[run_id]) for run_id in run_ids]


def _answer(server: PrefectServer, path: str, *, body: object = None) -> Any:
    """Ask until the server answers: on a busy machine it may take its time."""
    deadline = time.monotonic() + ANSWER_LIMIT_S
    while (answer := server.ask(path, body=body)) is None:
        if time.monotonic() > deadline:
            raise NotAnswered(path, server=server)
        time.sleep(POLL_S)
    return answer


def _run(found: Any) -> Run:
    state = found["state"] or {}
    return Run(
        name=found["name"],
        state=state.get("name", "Scheduled"),
        is_over=state.get("type") in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"},
        message=state.get("message") or "",
    )
