"""The demo from beginning to end."""

from __future__ import annotations

import hashlib
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
from flows.demo.truth import Truth
from flows.inbox import PROCESSED
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
    for stop in (signal.SIGTERM, signal.SIGINT):
        # Also where a shell made a background job deaf to Ctrl-C: the server has to be stopped.
        signal.signal(stop, signal.default_int_handler)
    home = use_demo_home()
    with used_alone(home):
        reset(home)
        with Hub(settings().hub_url) as hub:
            prepared, problems = _load(hub.migrate(), say)
            seen = look(hub, Warehouse(settings().warehouse))
        problems += complaints(prepared.truths, seen)
    return Outcome(home, seen, problems, time.monotonic() - began)


def _load(hub: Hub, say: Say) -> tuple[Prepared, list[str]]:
    """Run the deployments; return the files and what went otherwise than it must."""
    say("Starting a Prefect server and the deployments ...")
    with ThreadPoolExecutor(1) as beside:
        # The server takes several seconds to start, on one core: the books are invented meanwhile.
        preparing = beside.submit(prepare, hub, settings().inbox)
        with _server() as server:
            prepared = preparing.result()
            say(f"Prefect answers at {server.url}. {len(prepared.truths)} SIE files to load.")
            return prepared, _run_all(server, prepared, say)


def _run_all(server: PrefectServer, prepared: Prepared, say: Say) -> list[str]:
    """Load every file, and the first one again as soon as it is published."""
    first, *others = [_start(server, prepared, truth) for truth in prepared.truths]
    runs.wait_for(server, [first], tell=lambda _: None)
    again = _start(server, prepared, prepared.truths[0], again=True)
    *found, second = runs.wait_for(server, [first, *others, again], tell=_teller(say))
    problems = [f"{run.name}: {run.state}: {run.message}" for run in found if _is_bad(run)]
    say(f"{second.name}, loaded a second time, ended as {second.state}: {second.message}")
    if second.state != UNCHANGED:
        problems.append(f"{second.name}: expected {UNCHANGED}, got {second.state}")
    return problems


def _start(server: PrefectServer, prepared: Prepared, truth: Truth, *, again: bool = False) -> str:
    """Ask for the run of a file, as the sweep of the inbox does; ``again``: where it lies then."""
    path = prepared.files[truth.tenant, truth.fiscal_year]
    if again:
        return runs.start(
            server,
            runs.IMPORT_FILE,
            tenant=truth.tenant,
            path=str(path.parent / PROCESSED / path.name),
        )
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return runs.start(server, runs.IMPORT_FILE, tenant=truth.tenant, path=str(path), sha256=sha256)


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
