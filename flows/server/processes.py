"""Prefect's server and the process that runs our deployments, started and stopped together.

The newcomer's arrangement: one machine, SQLite, no pool and no worker. In production the server
stands on PostgreSQL and `prefect.yaml` deploys to a process pool (docs/runbook.md).
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Any, Final

import httpx

from blocks.home import PROJECT
from blocks.settings import settings
from flows.server.environment import ServerSettings, environment
from flows.server.own_secrets import (
    CLIENT_LOGIN,
    LOGIN_FILE,
    SERVER_LOGIN,
    blocks_unreadable,
    known_login,
)
from ledger.errors import TerminalError
from tasks.pages.links import DEPLOYMENTS, OVERVIEW, PAGES, RUNS_OF_BOOKS, page_of, ui_address

START_LIMIT_S: Final = 120.0
"""Until a process answers (about 10 s on an idle machine, first migrations included)."""
STOP_LIMIT_S: Final = 15.0
"""Until a process that was asked to stop is killed."""
ENDED: Final = "Mend what its log names, and run the command again."
SLOW: Final = (
    "A machine that does too much else at once is such: run the command again once it is less busy."
)
STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a request to end, and the end of the terminal."""
POLL_S: Final = 0.25
ANSWER_LIMIT_S: Final = 40.0
"""A request that is given up is not taken back: with SQLite it may hold up those that follow."""
LOG_TAIL_LINES: Final = 12
ASKED_FOR: Final = "Prefect's page asks for all of it, user:password, once"


class ServerDidNotStart(TerminalError):
    """A process ended, or did not answer in time."""

    def __init__(self, what: str, *, log: Path) -> None:
        super().__init__(f"{what} The end of its log, {log}:", what=what, log=log)
        self.lines = _tail(log)
        """What a person reads below the message."""


@dataclass(frozen=True)
class PrefectServer:
    """A server that answers: its address, its folder, and the environment its clients need."""

    url: str
    folder: Path
    environment: Mapping[str, str]

    @property
    def api_url(self) -> str:
        """The address that clients are given as ``PREFECT_API_URL``."""
        return f"{self.url}/api"

    @property
    def client_variables(self) -> dict[str, str]:
        """What the environment of a client holds: the address and the password."""
        return {"PREFECT_API_URL": self.api_url, CLIENT_LOGIN: self.environment[CLIENT_LOGIN]}

    def ask(self, path: str, body: object = None) -> Any:
        """Ask the API (POST when there is a body); None when nobody answers yet."""
        try:
            return self._answer(path, body).raise_for_status().json()
        except httpx.HTTPError:
            return None

    def require_readable_blocks(self) -> None:
        """Refuse a key by which what there is of blocks cannot be read.

        Raises:
            BlocksUnreadable: As it says; the server does nothing with blocks any more.
        """
        with suppress(httpx.HTTPError):
            answer = self._answer("/block_documents/filter", {})
            if answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
                raise blocks_unreadable(self.folder)

    def _answer(self, path: str, body: object) -> httpx.Response:
        user, _, password = self.environment.get(CLIENT_LOGIN, "").partition(":")
        return httpx.request(
            "GET" if body is None else "POST",
            self.api_url + path,
            json=body,
            auth=(user, password) if user else None,
            timeout=ANSWER_LIMIT_S,
        )


@dataclass(frozen=True)
class Also:
    """A process beside the server. `module`: what Python runs. `log`: its file in that folder.

    `answers_at`: an address that is asked until something answers. `says`: what a person is told
    once it does.
    """

    module: str
    log: str
    answers_at: str
    says: Callable[[], Sequence[str]]

    @contextmanager
    def started(self, server: PrefectServer) -> Iterator[subprocess.Popen[bytes]]:
        """Run it until the context ends.

        Raises:
            ServerDidNotStart: It ended, or did not answer in time.
        """
        log = server.folder / self.log
        command = [sys.executable, "-m", self.module]
        with running(command, server.environment, log=log) as process:
            wait_for(self._answers, process=process, log=log)
            yield process

    def _answers(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(self.answers_at, timeout=ANSWER_LIMIT_S).is_success
        return False


@contextmanager
def prefect_server(
    *, home: Path | None = None, host: str = "127.0.0.1", port: int = 4200
) -> Iterator[PrefectServer]:
    """Run Prefect's server in ``<home>/prefect`` until the context ends.

    Raises:
        TerminalError: The port is taken, the address is open to others without a password, or
            the server did not start or cannot read its blocks; the message says what to do.
    """
    server = _prepared(home or settings().home, host=host, port=port)
    with _server_process(server) as process:
        _wait_for_health(server, process)
        yield server


@contextmanager
def deployments_served(server: PrefectServer) -> Iterator[subprocess.Popen[bytes]]:
    """Register our deployments and run what is asked of them, until the context ends."""
    log = server.folder / "runs.log"
    started_at = dt.datetime.now(dt.UTC)
    command = [sys.executable, "-m", "flows.server.serve"]
    with running(command, server.environment, log=log) as process:
        wait_for(lambda: _polled_since(started_at, server), process=process, log=log)
        yield process


@contextmanager
def server_with_deployments(
    *, host: str = "127.0.0.1", port: int = 4200
) -> Iterator[tuple[PrefectServer, subprocess.Popen[bytes]]]:
    """Do what `prefect_server` and `deployments_served` do, starting both at once.

    Raises:
        TerminalError: As they do.
    """
    server = _prepared(settings().home, host=host, port=port)
    log = server.folder / "runs.log"
    started_at = dt.datetime.now(dt.UTC)
    command = [sys.executable, "-m", "flows.server.serve"]
    with (
        _server_process(server) as process,
        running(command, server.environment, log=log) as runs,
    ):
        _wait_for_health(server, process)
        wait_for(lambda: _polled_since(started_at, server), process=runs, log=log)
        yield server, runs


def up(say: Callable[[str], None] = print, *, also: Sequence[Also] = ()) -> int:
    """Run server and deployments, and what else is wanted, until it is told to stop.

    Args:
        say: Hears what is where.
        also: Processes that need the server; started when it answers, and stopped before it.

    Returns:
        The exit code: 0 after a stop that was asked for, 1 when one of them ended on its own.
    """
    chosen = ServerSettings()
    heed_stops()
    say(f"Starting Prefect on port {chosen.port}; the first start takes about 15 s ...")
    is_known = bool(known_login(settings().home / "prefect"))
    try:
        with server_with_deployments(host=chosen.host, port=chosen.port) as (server, runs):
            address = ui_address(server.api_url)
            say(f"Prefect's UI   {address}{DEPLOYMENTS}")
            say(f"Overview       {address}{overview_of(server)}")
            say(f"Runs of books  {address}{RUNS_OF_BOOKS}")
            say(f"All pages      {address}{PAGES}")
            say(f"Password       {login_in_words(server, is_known=is_known)}")
            say(f"Drop files in  {settings().inbox}/<tenant>/")
            say(f"Logs           {server.folder}/server.log and runs.log")
            with ExitStack() as started:
                others = [started.enter_context(one.started(server)) for one in also]
                for one in also:
                    for line in one.says():
                        say(line)
                say("Stop with Ctrl-C.")
                logs = ["runs.log", *(one.log for one in also)]
                what, log = wait_for_end(server, dict(zip(logs, [runs, *others], strict=True)))
                say(f"{what} The end of its log, {server.folder / log}:")
                for line in _tail(server.folder / log):
                    say(line)
                say("All of it is stopped now. Begin again with the same command.")
            return 1
    except KeyboardInterrupt:
        say("Stopped. A run that was under way can be run again from the UI after the next start.")
        return 0


def heed_stops() -> None:
    """Have Ctrl-C, SIGTERM and the end of the terminal stop us, which none of our servers hears.

    Ctrl-C also where a shell made a background job deaf to it; the terminal's end not where
    `nohup` did.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _hung_up)


def _hung_up(number: int, _: FrameType | None) -> None:
    """Stop once: the system says it to us, and the shell that ends says it again."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def overview_of(server: PrefectServer) -> str:
    """Return where the overview is; before its first look it is a page that says so.

    It is the first version that belongs to no run, as `flows.runs.live_page` has it.
    """
    asked = {"artifacts": {"key": {"any_": [OVERVIEW]}}, "sort": "CREATED_DESC", "limit": 200}
    empty = {"key": OVERVIEW, "type": "markdown", "data": "# Tenants\n\nThey are being looked at."}
    for is_first in (True, False):
        found = server.ask("/artifacts/filter", asked) or []
        if lasting := [one["id"] for one in found if one["flow_run_id"] is None]:
            return page_of(lasting[-1])
        if is_first:
            server.ask("/artifacts/", empty)
    return "/v2/artifacts"


def login_in_words(server: PrefectServer, *, is_known: bool, to_person: bool | None = None) -> str:
    """Say what the browser asks for: itself once and to a person, else where it is kept.

    Args:
        server: Whose login.
        is_known: Whether an earlier start had it, and told it.
        to_person: Whether a person reads this; unless told, whether it goes to a terminal.
    """
    if os.environ.get(SERVER_LOGIN):
        return f"as in {SERVER_LOGIN}"
    kept = server.folder / LOGIN_FILE
    if is_known or not (sys.stdout.isatty() if to_person is None else to_person):
        return f"the line in {kept}   ({ASKED_FOR})"
    return f"{server.environment[SERVER_LOGIN]}   ({ASKED_FOR}; kept in {kept})"


def wait_for(
    condition: Callable[[], bool],
    *,
    process: subprocess.Popen[bytes],
    log: Path,
    limit_s: float = START_LIMIT_S,
) -> None:
    """Wait until ``condition`` holds while ``process`` lives.

    Raises:
        ServerDidNotStart: The process ended, or ``limit_s`` seconds passed.
    """
    deadline = time.monotonic() + limit_s
    while not condition():
        if process.poll() is not None:
            came = f"It ended with exit code {process.returncode}."
            raise ServerDidNotStart(f"{came} {ENDED}", log=log)
        if time.monotonic() > deadline:
            raise ServerDidNotStart(f"It did not answer within {limit_s:g} s. {SLOW}", log=log)
        time.sleep(POLL_S)


def _prepared(home: Path, *, host: str, port: int) -> PrefectServer:
    """Make the server's folder and say how it is to run."""
    folder = home / "prefect"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # releases before made it readable by others
    return PrefectServer(
        url=f"http://{host}:{port}",
        folder=folder,
        environment=environment(folder, host=host, port=port),
    )


def _server_process(server: PrefectServer) -> AbstractContextManager[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "flows.server.prefect_server", "server", "start"]
    return running(command, server.environment, log=server.folder / "server.log")


def _wait_for_health(server: PrefectServer, process: subprocess.Popen[bytes]) -> None:
    log = server.folder / "server.log"
    wait_for(lambda: server.ask("/health") is True, process=process, log=log)
    server.require_readable_blocks()


def wait_for_end(
    server: PrefectServer, others: Mapping[str, subprocess.Popen[bytes]]
) -> tuple[str, str]:
    """Wait until one of the processes has ended, or the server does not answer any more.

    Args:
        server: Asked again and again.
        others: The processes beside it, by the names of their logs.

    Returns:
        What came to an end, in words, and the name of its log.
    """
    while True:
        for log, process in others.items():
            if (code := process.poll()) is not None:
                return f"What writes {log} ended by itself, with exit code {code}.", log
        if server.ask("/health") is not True:
            return f"Prefect's server, {server.url}, does not answer any more.", "server.log"
        time.sleep(POLL_S * 8)


@contextmanager
def running(
    command: list[str], env: Mapping[str, str], *, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of ours, in a session of its own, until the context ends."""
    with ExitStack() as started:
        with log.open("ab") as sink, _undisturbed():
            # A session of its own: Ctrl-C reaches us alone, and we stop runs before their server.
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                command,
                cwd=PROJECT,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            started.callback(_stop, process)
        yield process


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let what stops us wait: in the middle of a start there is nothing yet to be stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: came.append(number)) for number in STOPS
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        for missed in came:
            signal.raise_signal(missed)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, then end whatever is left of its group."""
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_LIMIT_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _polled_since(moment: dt.datetime, server: PrefectServer) -> bool:
    """Return whether deployments have been looked at for runs since ``moment``: all are at once."""
    found = server.ask("/deployments/filter", body={"limit": 1})
    return bool(found) and all(
        deployment["last_polled"] and dt.datetime.fromisoformat(deployment["last_polled"]) >= moment
        for deployment in found
    )


def _tail(log: Path) -> list[str]:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-LOG_TAIL_LINES:]
