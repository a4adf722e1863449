"""`tasma --demo up --hosts 2`: an installation of several hosts, with a night to look at."""

from __future__ import annotations

import datetime as dt
import os
import shlex
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from blocks.hub import NightRow, NightState
from flows.demo import runs
from flows.demo.hosts import night
from flows.demo.hosts.hosts import Host, Hosts, installation
from flows.demo.ledgers import connect, simulated_fortnox, variables
from flows.doors.demo import Say
from flows.doors.demo_home import FORTNOX_PORT, SIMULATED
from flows.server.own_secrets import CLIENT_LOGIN
from flows.server.processes import PrefectServer, heed_stops, login_in_words, overview_of
from simulators.fortnox import FortnoxSimulator
from tasks.pages.links import ui_address
from tasks.stores import open_stores

TENANTS: Final = 12
POLL_S: Final = 1.0
ENVIRONMENT: Final = "hosts.env"
"""The file with what a command in another terminal needs."""


def run_hosts(say: Say, *, home: Path, hosts: int, port: int) -> int:
    """Run hosts and a night on them, judge it, and stay until it is told to stop.

    Args:
        say: Hears what is where, and what came of the night.
        home: Of all of it; what an earlier start left there has to be gone.
        hosts: How many.
        port: Of the first API server.

    Returns:
        The exit code: 0 if the night was right, and the stop asked for.

    Raises:
        PartAbsent: A server is not installed.
        ServerDidNotStart: One ended, or did not answer.
    """
    heed_stops()
    say("Starting PostgreSQL, Redis, two API servers of Prefect and their services (a minute) ...")
    ledgers = night.companies(TENANTS)
    problems: list[str] = []
    try:
        with (
            simulated_fortnox(ledgers=ledgers, port=FORTNOX_PORT) as fortnox,
            installation(home, port=port) as found,
        ):
            _turn_here(found, fortnox)
            for number in range(hosts):
                found.add_host(server=number % len(found.servers))
            with _stopped_once(say):
                for line in where(found):
                    say(line)
                problems = _night_of(say, found, fortnox)
                for line in another_night(found):
                    say(line)
                say("Stop with Ctrl-C.")
                while all(process.poll() is None for process in found.api.values()):
                    time.sleep(POLL_S)
            say("A server ended on its own.")
            return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 1 if problems else 0


@contextmanager
def _stopped_once(say: Say) -> Iterator[None]:
    """Say of a stop that it takes a while, and let no second one leave a server behind."""
    try:
        yield
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        say("Stopping all of it, which may take half a minute ...")
        raise


def _night_of(say: Say, found: Hosts, fortnox: FortnoxSimulator) -> list[str]:
    """Let a night begin, wait for its end, and say what came of it."""
    ledgers, today = night.companies(TENANTS), dt.datetime.now(dt.UTC).date()
    with open_stores() as stores:
        connect(stores.hub, ledgers)
        night.begin_night(found.servers[0], today)
        begun = time.monotonic()
        say(f"The night of {TENANTS} tenants begins; any host takes any of its runs.")
        teller = _teller(say)
        night.wait_for_night(stores, today, count=TENANTS, meanwhile=teller)
        problems = night.complaints(stores, fortnox, ledgers)
    runs.start(found.servers[0], runs.OVERVIEW)
    for problem in problems:
        say(f"Wrong: {problem}")
    took = time.monotonic() - begun
    if not problems:
        say(f"As it must be: all books are the simulated system's to the öre ({took:.0f} s).")
    return problems


def _turn_here(found: Hosts, fortnox: FortnoxSimulator) -> None:
    """Turn this process, and commands in other terminals, to the hosts' stores and server."""
    here = found.home / "prompt"
    mine = {
        **found.shared,
        **{name: value for name, value in variables(fortnox).items() if name in SIMULATED},
        "TASMA_HOME": str(here),
        "TASMA_HOST_NAME": "prompt",
        "PREFECT_API_URL": found.servers[0].api_url,
        CLIENT_LOGIN: found.servers[0].environment[CLIENT_LOGIN],
    }
    os.environ.update(mine)
    path = found.home / ENVIRONMENT
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in mine.items()))


def where(found: Hosts) -> Iterator[str]:
    """Say where all of it is, and what to type in another terminal."""
    for number, server in enumerate(found.servers, start=1):
        yield f"API server {number}   {ui_address(server.api_url)}/v2/dashboard"
    yield f"Overview       {ui_address(found.servers[0].api_url)}{overview_of(found.servers[0])}"
    yield f"Password       {login_in_words(_with_login(found), is_known=False)}"
    for host in found.hosts:
        log = host.folder / "worker.log"
        yield f"{host.name}         {log} (to lose it: kill -9 -- -{_group(host)})"
    yield "In another terminal, first and once:"
    yield f"  set -a; . {shlex.quote(str(found.home / ENVIRONMENT))}; set +a"
    yield "and then, without --demo:"
    yield from (f"  {_command('tasma')} {words}" for words in ("hosts", "ready", "tenant status"))


def another_night(found: Hosts) -> Iterator[str]:
    """Say how to have one more, and a host lost in the middle of it."""
    night_after = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    asked = f"deployment run {runs.NIGHTLY} -p zone={night.ZONE} -p night={night_after}"
    yield "Another night, in which a host is lost (its page is night-helsinki-0, and -1):"
    yield f"  {_command('prefect')} {asked}; sleep 10; kill -9 -- -{_group(found.hosts[0])}"


def _command(name: str) -> str:
    return shlex.quote(str(Path(sys.executable).with_name(name)))


def _group(host: Host) -> int:
    """Return the process group of a host."""
    return host.process.pid if host.process else 0


def _with_login(found: Hosts) -> PrefectServer:
    first = found.servers[0]
    return PrefectServer(first.url, found.home / "prefect", first.environment)


def _teller(say: Say) -> Callable[[list[NightRow]], None]:
    shown: dict[str, int] = {}

    def tell(rows: list[NightRow]) -> None:
        nonlocal shown
        ended = (row.outcome for row in rows if row.state is NightState.ENDED)
        if rows and shown != (shown := dict(Counter(ended))):
            counted = ", ".join(f"{count} {outcome}" for outcome, count in shown.items())
            say(f"{sum(shown.values())} of {len(rows)} tenants: {counted}")

    return tell
