"""The host: a fork of whoever starts runs, made once everything is imported, that forks again.

It does nothing else: it connects to nothing, starts no thread and keeps nothing of what passes
through it, so that every fork begins as a fresh interpreter does after its imports.
"""

from __future__ import annotations

import ctypes
import gc
import os
import runpy
import secrets
import selectors
import signal
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, NoReturn

# Not used here: what every run imports while it runs.
import anyio._backends._asyncio  # noqa: F401
import prefect.concurrency.services
import prefect.task_engine
import prefect.utilities.visualization  # noqa: F401
from prefect.context import refresh_global_settings_context

from blocks.settings import PROJECT
from flows.warm import ADDRESS
from flows.warm.wire import Request, is_ours, receive_request

PATIENCE_S: Final = 5.0
"""For a request to arrive; it is sent at once, on this machine."""
BACKLOG: Final = 512
"""Requests that may wait to be looked at."""
PACKAGES: Final = ("ledger", "blocks", "tasks", "flows")
DECLINED: Final = b"no\n"

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15
_libc: Final = ctypes.CDLL(None)


@contextmanager
def warm_host() -> Iterator[None]:
    """Fork a host and name it to all that this process starts; it ends after this process.

    To be entered before a thread or an event loop begins. Where sockets have no abstract names
    (anything but Linux) there is no host, and runs start cold.
    """
    if sys.platform != "linux":
        yield
        return
    address = f"tasma-warm-{secrets.token_hex(8)}"
    owner_ended, owned = os.pipe()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind("\0" + address)
        listener.listen(BACKLOG)
        if os.fork() == 0:
            os.close(owned)
            _become_host(listener, owner_ended)
    os.close(owner_ended)
    os.environ[ADDRESS] = address
    try:
        yield
    finally:
        os.close(owned)


def code_state() -> tuple[int, int]:
    """Return how many modules we have, and when the newest was written (ns): it dates imports."""
    times = [
        file.stat().st_mtime_ns
        for package in PACKAGES
        for file in (PROJECT / package).rglob("*.py")
    ]
    return len(times), max(times)


def _become_host(listener: socket.socket, owner_ended: int) -> NoReturn:
    """Serve until the owner has ended; in a fork, be the run instead."""
    _libc.prctl(_PR_SET_NAME, b"tasma-host")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, and its end is ours
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    gc.freeze()  # what is imported stays shared: the collector of a fork does not touch it
    host = Host(listener, owner_ended)
    if request := host.next_run():
        _run(request)
    os._exit(0)


def _run(request: Request) -> NoReturn:
    """Be the run: what ``python -m prefect.engine`` would do in the process that asked."""
    os.umask(request.umask)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    refresh_global_settings_context()
    sys.argv = ["prefect.engine"]
    warnings.filterwarnings("ignore", ".*prefect.engine.* found in sys.modules", RuntimeWarning)
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
    sys.exit()


@dataclass
class Host:
    """Waits for requests, for forks that end, for askers that end, and for its owner's end."""

    listener: socket.socket
    owner_ended: int
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    askers: dict[int, socket.socket] = field(default_factory=dict)
    code: tuple[int, int] = field(default_factory=code_state)
    is_taking: bool = True

    def next_run(self) -> Request | None:
        """Return a request in the fork that is to run it; None in the host, once all has ended."""
        fork_ended, woken = _wake_on_child()
        for source in (self.listener, self.owner_ended, fork_ended):
            self.selector.register(source, selectors.EVENT_READ)
        while self.is_taking or self.askers:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    if request := self._answer():
                        self._leave()
                        os.close(fork_ended)
                        os.close(woken)
                        return request
                elif key.fileobj == self.owner_ended:
                    self._take_no_more()
                elif key.fileobj == fork_ended:
                    os.read(fork_ended, BACKLOG)
                    self._report_ended()
                else:
                    self._asker_ended(key.data)
        return None

    def _answer(self) -> Request | None:
        """Fork for whoever asks; return the request in the fork."""
        asker, _ = self.listener.accept()
        asker.settimeout(PATIENCE_S)
        with suppress(OSError):
            if is_ours(asker):
                request, streams = receive_request(asker)
                if self.code == code_state():
                    return self._fork(asker, request, streams)
                _close(streams)
                asker.sendall(DECLINED)
        asker.close()
        return None

    def _fork(self, asker: socket.socket, request: Request, streams: list[int]) -> Request | None:
        host = os.getpid()
        fork = os.fork()
        if fork == 0:
            _die_with(host)
            _take_over(streams)
            asker.close()
            return request
        _close(streams)
        self.askers[fork] = asker
        self.selector.register(asker, selectors.EVENT_READ, data=fork)
        _send(asker, fork)
        return None

    def _asker_ended(self, fork: int) -> None:
        """Kill the fork of an asker that was killed; its end is reported to nobody."""
        self.selector.unregister(self.askers[fork])
        with suppress(ProcessLookupError):
            os.kill(fork, signal.SIGKILL)

    def _report_ended(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
                fork, status = ended
                asker = self.askers.pop(fork)
                _send(asker, status)
                with suppress(KeyError):
                    self.selector.unregister(asker)
                asker.close()

    def _take_no_more(self) -> None:
        self.selector.unregister(self.owner_ended)
        self.selector.unregister(self.listener)
        self.listener.close()
        self.is_taking = False

    def _leave(self) -> None:
        """Let go, in a fork, of all that is the host's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.selector.close()
        self.listener.close()
        os.close(self.owner_ended)
        for asker in self.askers.values():
            asker.close()


def _wake_on_child() -> tuple[int, int]:
    """Return a pipe that can be read from when a child has ended."""
    fork_ended, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return fork_ended, woken


def _die_with(host: int) -> None:
    """Have the kernel end this fork when the host dies, and leave the host's process group."""
    _libc.prctl(_PR_SET_NAME, b"tasma-run")
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != host:
        os._exit(1)
    os.setpgid(0, 0)


def _take_over(streams: list[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    _close(streams)


def _close(streams: list[int]) -> None:
    for stream in streams:
        os.close(stream)


def _send(asker: socket.socket, number: int) -> None:
    with suppress(OSError):  # it was killed; the selector says so
        asker.sendall(b"%d\n" % number)
