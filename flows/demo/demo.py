"""The demo from beginning to end."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.hub import Hub
from blocks.settings import settings
from blocks.warehouse.warehouse import Warehouse
from flows.demo import runs
from flows.demo.check import Seen, complaints
from flows.demo.companies import Prepared, prepare
from flows.demo.home import reset, use_demo_home, used_alone
from flows.demo.outcome import look
from flows.server import PrefectServer, deployments_served, prefect_server

UNCHANGED: Final = "Unchanged"
"""How a run ends that found everything published already."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What the demo found; `complaints` is empty when all is as it must be."""

    home: Path
    seen: list[Seen]
    complaints: list[str]
    took_s: float


def run_demo(say: Say) -> Outcome:
    """Load the demo's companies through the registered deployments, and judge the outcome.

    Args:
        say: Hears what is going on, a sentence at a time.

    Raises:
        TerminalError: The server or a run did not end in time; nothing is left running.
        TransientError: Another demo is running.
    """
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    home = use_demo_home()
    with used_alone(home):
        reset(home)
        with Hub(settings().hub_url) as hub:
            prepared = prepare(hub.migrate(), settings().inbox)
            say(f"Wrote {len(prepared.files)} SIE files of {len(list(hub.tenants))} companies.")
            problems = _load(prepared, say)
            seen = look(hub, Warehouse(settings().warehouse))
        problems += complaints(prepared.truths, seen)
    return Outcome(home, seen, problems, time.monotonic() - began)


def _load(prepared: Prepared, say: Say) -> list[str]:
    """Run the deployments; return what went otherwise than it must."""
    say("Starting a Prefect server and the deployments ...")
    with _server() as server:
        say(f"Prefect answers at {server.url}; the inbox is swept.")
        sweep = runs.wait_for_run(server, runs.start(server, runs.SWEEP))
        found = runs.wait_for_imports(server, len(prepared.files), tell=_teller(say))
        problems = [
            f"{run.name}: {run.state}: {run.message}" for run in [sweep, *found] if _is_bad(run)
        ]
        return problems + _load_again(server, prepared, say)


def _load_again(server: PrefectServer, prepared: Prepared, say: Say) -> list[str]:
    """Load a published file a second time: nothing may change."""
    tenant, path = next(
        (truth.tenant, prepared.files[truth.tenant, truth.fiscal_year])
        for truth in prepared.truths
        if truth.planted is None
    )
    say(f"Loading {path.name} a second time ...")
    again = path.parent / "processed" / path.name
    run = runs.wait_for_run(
        server, runs.start(server, runs.IMPORT_FILE, tenant=tenant, path=str(again))
    )
    say(f"The second load ended as {run.state}: {run.message}")
    return [] if run.state == UNCHANGED else [f"{run.name}: expected Unchanged, got {run.state}"]


@contextmanager
def _server() -> Iterator[PrefectServer]:
    with prefect_server(port=_free_port()) as server, deployments_served(server):
        yield server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_bad(run: runs.Run) -> bool:
    # Held is an outcome, judged by the check; these mean that a run did not come to one.
    return run.state in {"Failed", "Crashed", "Cancelled", "TimedOut"}


def _teller(say: Say) -> Callable[[list[runs.Run]], None]:
    told = -1

    def tell(found: list[runs.Run]) -> None:
        nonlocal told
        done = sum(run.is_over for run in found)
        if done != told:
            say(f"{done} of {len(found)} runs are over.")
            told = done

    return tell
