"""A run's process as Prefect sees it, in place of ``python -m prefect.engine``.

It imports little, as it runs once per run, and does nothing but stand in for the fork: its
streams, environment and folder become the fork's, signals go through, and it ends as the fork
ends. If it is killed, the host kills the fork.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import suppress
from typing import BinaryIO, Final, NoReturn

from flows.server.fork_server import ADDRESS
from flows.server.fork_server.wire import Request, is_ours, send_request

FORWARDED: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def main() -> NoReturn:
    """Become the run: in a fork of the host, else in this process."""
    # Until the fork is known there is nobody to pass a signal to.
    signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
    if answers := _ask(os.environ.get(ADDRESS)):
        first = answers.readline()
        if not first:
            _host_died()
        if first.strip().isdigit():
            _stand_in(int(first), answers)
        _say("Our code changed after the process that starts runs imported it: starting cold.")
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
    engine = [sys.executable, "-m", "prefect.engine"]
    os.execv(sys.executable, engine)  # noqa: S606 - our own interpreter


def _ask(address: str | None) -> BinaryIO | None:
    """Ask the host for a fork; return where it answers, or None when it did not get the request."""
    if not address:
        return None
    umask = os.umask(0o077)
    os.umask(umask)
    request = Request(dict(os.environ), os.getcwd(), umask)  # noqa: PTH109 - pathlib is heavy
    try:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect("\0" + address)
        if is_ours(connection):
            send_request(connection, request)
            return connection.makefile("rb")
    except OSError as error:
        _say(f"The process that starts runs cannot be reached ({error.strerror}): starting cold.")
    return None


def _stand_in(fork: int, answers: BinaryIO) -> NoReturn:
    """Pass signals to the fork until it ends, then end in the same way."""

    def forward(number: int, _: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(fork, number)

    for number in FORWARDED:
        signal.signal(number, forward)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
    status = answers.readline()
    if not status:
        forward(signal.SIGKILL, None)
        _host_died()
    _end_like(os.waitstatus_to_exitcode(int(status)))


def _host_died() -> NoReturn:
    _say("The process that starts runs has died. Restart it, then run this again.")
    sys.exit(1)


def _end_like(code: int) -> NoReturn:
    """Exit with ``code``; a negative one is the signal that ended the fork."""
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")


main()
