"""The host: a fork of whoever starts runs, made once everything is imported, that forks again.

It does nothing else: it connects to nothing, starts no thread and keeps nothing of what passes
through it, so that every fork begins as a fresh interpreter does after its imports.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import runpy
import secrets
import selectors
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, NoReturn

import pyarrow as pa

from blocks.home import PROJECT
from blocks.http.client import tls
from flows.server.fork_server import ADDRESS
from flows.server.fork_server.wire import Request, is_ours, receive_request
from flows.server.prefect_internals import is_plain

PATIENCE_S: Final = 5.0
"""For a request to arrive; it is sent at once, on this machine."""
BACKLOG: Final = 512
"""Requests that may wait to be looked at."""
PACKAGES: Final = ("ledger", "blocks", "tasks", "flows")
DECLINED: Final = b"no\n"

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15
_libc: Final = ctypes.CDLL(None)


Taken = tuple[Request, list[int]]
"""What a fork takes over: the request, and the asker's standard streams."""


@contextmanager
def fork_host() -> Iterator[None]:
    """Fork a host and name it to all that this process starts; it ends after this process.

    To be entered before a thread or an event loop begins. Where sockets have no abstract names
    (anything but Linux), and where Prefect is to stay plain, there is no host, and runs start cold.
    """
    if sys.platform != "linux" or is_plain():
        yield
        return
    _do_what_every_run_does_once()
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
        del os.environ[ADDRESS]
        os.close(owned)


def _do_what_every_run_does_once() -> None:
    import flows.server.prefect_internals.run_imports  # noqa: F401, PLC0415 - switched

    # Arrow looks for pandas at the first list that it is given, and loads it where it finds it.
    pa.array([None])
    tls()


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
    host = Host(listener, owner_ended, code_state())
    if request := host.next_run():
        _run(request)
    os._exit(0)


def _run(request: Request) -> NoReturn:
    """Be the run: what ``python -m prefect.engine`` would do in the process that asked."""
    from flows.server.prefect_internals import run_imports  # noqa: PLC0415 - imported long since

    os.umask(request.umask)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    run_imports.refresh_global_settings_context()
    sys.argv = ["prefect.engine"]
    warnings.filterwarnings("ignore", ".*prefect.engine.* found in sys.modules", RuntimeWarning)
    try:
        runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
        _end(0)
    except SystemExit as ended:
        _end(ended.code if isinstance(ended.code, int) else int(ended.code is not None))
    except BaseException:  # noqa: BLE001 - as the interpreter does at the end of all
        sys.excepthook(*sys.exc_info())
        _end(1)


def _end(code: int) -> NoReturn:
    """End as an interpreter does, but leave the memory, most of it shared, to the kernel."""
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - joins, as at any exit
    atexit._run_exitfuncs()  # noqa: SLF001 - Prefect and our engines have some
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@dataclass
class Host:
    """Waits for requests, for forks that end, for askers that end, and for its owner's end."""

    listener: socket.socket
    owner_ended: int
    code: tuple[int, int]
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    askers: dict[int, socket.socket] = field(default_factory=dict)
    is_taking: bool = True

    def next_run(self) -> Request | None:
        """Return a request in the fork that is to run it; None in the host, once all has ended."""
        fork_ended, woken = _wake_on_child()
        for source in (self.listener, self.owner_ended, fork_ended):
            self.selector.register(source, selectors.EVENT_READ)
        host = os.getpid()
        while self.is_taking or self.askers:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    if taken := self._accept():
                        request, streams = taken
                        self._leave(fork_ended, woken)
                        _begin(host, streams)
                        return request
                elif key.fileobj == self.owner_ended:
                    self._take_no_more()
                elif key.fileobj == fork_ended:
                    os.read(fork_ended, BACKLOG)
                    self._report_ended()
                else:
                    self._asker_ended(key.data)
        return None

    def _accept(self) -> Taken | None:
        """Fork for whoever asks; return in the fork what it takes over."""
        with suppress(OSError):  # whoever asked has gone, or gets no answer and says so
            asker, _ = self.listener.accept()
            with asker:
                asker.settimeout(PATIENCE_S)
                if is_ours(asker):
                    return self._answer(asker)
        return None

    def _answer(self, asker: socket.socket) -> Taken | None:
        request, streams = receive_request(asker)
        fork = _fork() if self.code == code_state() else None
        if fork == 0:
            return request, streams
        for stream in streams:
            os.close(stream)
        if fork is None:
            asker.sendall(DECLINED)
        else:
            self.askers[fork] = asker.dup()
            self.selector.register(self.askers[fork], selectors.EVENT_READ, data=fork)
            _send(asker, fork)
        return None

    def _asker_ended(self, fork: int) -> None:
        """Kill the fork of an asker that was killed; its end is reported to nobody."""
        if asker := self.askers.get(fork):
            self.selector.unregister(asker)
            os.kill(fork, signal.SIGKILL)  # not reaped yet, so its number is still its own

    def _report_ended(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
                fork, status = ended
                with self.askers.pop(fork) as asker:
                    _send(asker, status)
                    with suppress(KeyError):  # it was killed before
                        self.selector.unregister(asker)

    def _take_no_more(self) -> None:
        self.selector.unregister(self.owner_ended)
        self.selector.unregister(self.listener)
        self.listener.close()
        self.is_taking = False

    def _leave(self, *pipe: int) -> None:
        """Let go, in a fork, of all that is the host's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.selector.close()
        self.listener.close()
        for asker in self.askers.values():
            asker.close()
        for end in (self.owner_ended, *pipe):
            os.close(end)


def _wake_on_child() -> tuple[int, int]:
    """Return a pipe that can be read from when a child has ended."""
    fork_ended, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return fork_ended, woken


def _fork() -> int | None:
    """Fork; None when the machine has no room for another process."""
    try:
        return os.fork()
    except OSError:
        return None


def _begin(host: int, streams: list[int]) -> None:
    """Make a fork a process of its own, which the kernel ends when the host dies."""
    _libc.prctl(_PR_SET_NAME, b"tasma-run")
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != host:
        os._exit(1)
    os.setpgid(0, 0)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)


def _send(asker: socket.socket, number: int) -> None:
    with suppress(OSError):  # it was killed; the selector says so
        asker.sendall(b"%d\n" % number)
