"""The demo from beginning to end."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.hub import Hub
from blocks.pickup.port import PROCESSED
from blocks.settings import settings
from blocks.warehouse import warehouse_of
from flows.demo import finnish, night, pushing, runs, vouchers, workshop
from flows.demo.check import complaints
from flows.demo.companies import Prepared, prepare
from flows.demo.customers import approve_opened, complaints_of_customers
from flows.demo.ledgers import LEDGERS, connect, simulated_fortnox, truths
from flows.demo.outcome import look
from flows.demo.pickup import FETCHED, sftp_server, start_pickup, wait_until_moved
from flows.demo.truth import Truth
from flows.doors.demo import DemoResult, Say
from flows.doors.demo_home import reset, use_demo_home, used_alone
from flows.server.processes import PrefectServer, heed_stops, server_with_deployments
from ledger.outcome import Outcome
from simulators.fortnox import FortnoxSimulator
from simulators.sftp import SftpSimulator

SFTP: Final = "sftp"
"""Folder of the demo's home that is served over SFTP."""


def run_demo(say: Say) -> DemoResult:
    """Load the demo's companies through the registered deployments, and judge the outcome.

    Args:
        say: Hears what is going on, a sentence at a time.

    Raises:
        TerminalError: The server or a run did not end in time; nothing is left running.
        TransientError: Another demo is running.
    """
    began = time.monotonic()
    heed_stops()
    home = use_demo_home()
    with used_alone(home):
        reset(home)
        with (
            Hub(settings().hub_url) as hub,
            simulated_fortnox() as fortnox,
            sftp_server(home / SFTP) as sftp,
            pushing.simulated_fennoa() as fennoa,
            vouchers.simulated_both() as both,
            finnish.simulated(fennoa, both.world) as books,
            workshop.simulated_workshop(both.world) as serviced,
        ):
            there = Simulators(fortnox, sftp, home, both, books, serviced)
            expected, problems = _load(hub.migrate(), there, say)
            seen = look(hub, warehouse_of(settings()))
            problems += [*complaints(expected, seen), *complaints_of_customers(hub)]
            unsent = pushing.complaints_of_push(hub, fennoa)
            if not unsent:
                say(pushing.outcome(hub))
            problems += unsent
            unlike = vouchers.complaints_of_vouchers(hub, both)
            if not unlike:
                say(vouchers.outcome(hub))
            problems += unlike
            undone = workshop.complaints_of_workshop(serviced)
            if not undone:
                say(workshop.outcome(serviced))
            problems += undone
    took_s = time.monotonic() - began
    return DemoResult(home, seen, problems, took_s)


@dataclass(frozen=True)
class Simulators:
    """What the demo's companies are connected to."""

    fortnox: FortnoxSimulator
    sftp: SftpSimulator
    home: Path
    """Where files are written that are given to a command."""
    both: vouchers.Both
    finnish: finnish.There
    workshop: workshop.Workshop


def _load(hub: Hub, there: Simulators, say: Say) -> tuple[list[Truth], list[str]]:
    """Run the deployments; return what must be true, and what went otherwise than it must."""
    say("Starting a Prefect server, the deployments, simulated systems and an SFTP server ...")
    fetched = {FETCHED: there.sftp.folder(FETCHED)}
    with ThreadPoolExecutor(1) as background:
        # The server takes several seconds to start, on one core: the books are invented meanwhile.
        preparing = background.submit(prepare, hub, settings().inbox, fetched=fetched)
        connect(hub)
        with _server() as server:
            prepared = preparing.result()
            say(
                f"Prefect answers at {server.url}. {len(prepared.truths)} SIE files to load, one "
                f"of them from an SFTP server, {len(LEDGERS)} tenants to pull from Fortnox, "
                "one from Fennoa and one from Procountor."
            )
            finnish.connect(hub, server)
            start_pickup(hub, server, there.sftp)
            pushed = pushing.start_push(hub, server, there.home)
            heard = vouchers.start(hub, server, there.both)
            cycle = workshop.start(hub, server, there.workshop)
            problems = _run_all(server, prepared, there, say)
            problems += wait_until_moved(server, there.sftp)
            hub.pickups.stop(FETCHED, who="the demo, whose server ends with it")
            runs.wait_for(server, [pushed, heard, cycle], tell=_ignore)
            there.workshop.change_billing()
            later = [vouchers.start_push(server), workshop.start_cycle(server)]
            runs.wait_for(server, later, tell=_ignore)
            say(f"The file of {FETCHED} was fetched by SFTP, and lies in processed there.")
            known = [*prepared.truths, *truths(there.fortnox), *there.finnish.truths()]
            return known, problems


def _run_all(server: PrefectServer, prepared: Prepared, there: Simulators, say: Say) -> list[str]:
    """Load every file, the first one twice; pull every ledger, and one again in its night.

    What others wait for is asked for first, so that no core has to wait.
    """
    first, second, *rest = [item for item in prepared.truths if item.tenant != FETCHED]
    pulls = night.start_pulls(server)
    files = [_start(server, prepared, truth) for truth in (first, second)]
    runs.wait_for(server, pulls[: len(night.IN_THE_NIGHT)], tell=_ignore)
    nightly = night.start_night(server, there.fortnox, there.finnish)
    say(
        "The first transfers from Fortnox, Fennoa and Procountor are approved, the books change, "
        "and the night begins."
    )
    runs.wait_for(server, files[:1], tell=_ignore)
    repeated = _start(server, prepared, first, repeated=True)
    files += [_start(server, prepared, truth) for truth in rest]
    asked = [nightly, repeated, *pulls, *files]
    the_night, twice, *found = runs.wait_for(server, asked, tell=_teller(say))
    approve_opened()
    say("One customer agrees with both of its statements; its first transfer is approved.")
    started = runs.wait_for(server, runs.of_night(server), tell=_ignore)
    pulled, loaded = found[: len(pulls)], found[len(pulls) :]
    problems = [f"{run.name}: {run.state}: {run.message}" for run in loaded if _is_bad(run)]
    say(f"{twice.name}, loaded a second time, ended as {twice.state}: {twice.message}")
    if twice.state != Outcome.UNCHANGED.state_name:
        problems.append(f"{twice.name}: expected {Outcome.UNCHANGED.state_name}, got {twice.state}")
    for run in started:
        say(f"{run.name} ended as {run.state}: {run.message.partition('. ')[0]}.")
    return [
        *problems,
        *night.complaints_of_pulls(pulled),
        *night.complaints_of_night(the_night, started, warehouse_of(settings())),
    ]


def _start(
    server: PrefectServer, prepared: Prepared, truth: Truth, *, repeated: bool = False
) -> str:
    """Ask for the run of a file, as the sweep of the inbox does; ``repeated``: by its new path."""
    path = prepared.files[truth.tenant, truth.fiscal_year]
    if repeated:
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
    # Its files lie in the inbox and are asked for one by one: no sweep may come first.
    os.environ["TASMA_WATCH_AT_START"] = "false"
    with server_with_deployments(port=_free_port()) as (server, _):
        runs.pause(server, runs.WATCH)
        yield server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_bad(run: runs.Run) -> bool:
    # Held is an outcome, judged by the check; these mean that a run did not come to one.
    return run.state in {"Failed", "Crashed", "Cancelled", "TimedOut"}


def _ignore(_found: list[runs.Run]) -> None:
    """Hear nothing of runs that are waited for beside others."""


def _teller(say: Say) -> Callable[[list[runs.Run]], None]:
    shown = -1

    def tell(found: list[runs.Run]) -> None:
        nonlocal shown
        done = sum(run.is_over for run in found)
        if done != shown:
            say(f"{done} of {len(found)} runs are over.")
            shown = done

    return tell
