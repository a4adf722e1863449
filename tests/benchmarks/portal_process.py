"""The portal, or a peer, in a process of its own that ends with this one."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from flows.portal.visit import csrf_of
from tests.benchmarks.measure import PROJECT

START_LIMIT_S: Final = 60.0
ANSWER_LIMIT_S: Final = 300.0


@dataclass(frozen=True)
class Served:
    """What listens at a port of this machine."""

    port: int
    process: psutil.Process

    @property
    def cpu_s(self) -> float:
        """CPU seconds so far."""
        return sum(self.process.cpu_times()[:2])

    @property
    def peak_mib(self) -> float:
        """The most memory that it has had resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        (kib,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
        return int(kib) / 1024

    def forget_peak(self) -> None:
        """Have the peak begin with what is resident now."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def browser(self, token: str) -> Browser:
        """Return the browser of whoever has a session."""
        address = f"127.0.0.1:{self.port}"
        return Browser(http.client.HTTPConnection(address, timeout=ANSWER_LIMIT_S), token)


@dataclass(frozen=True)
class Browser:
    """One connection, on which somebody is signed in."""

    connection: http.client.HTTPConnection
    token: str

    def get(self, path: str) -> tuple[int, float]:
        """Return the status of a page, and the seconds that it took."""
        return self._ask("GET", path, None, {})

    def send(self, path: str, file: Path) -> tuple[int, float]:
        """Send a file as a raw body."""
        headers = {
            "content-length": str(file.stat().st_size),
            "origin": f"http://127.0.0.1:{self.connection.port}",
            "x-csrf-token": csrf_of(self.token),
        }
        with file.open("rb") as body:
            return self._ask("POST", path, body, headers)

    def _ask(
        self, method: str, path: str, body: object, headers: Mapping[str, str]
    ) -> tuple[int, float]:
        cookie = {"cookie": f"tasma_session={self.token}"}
        begun = time.perf_counter()
        self.connection.request(method, path, body=body, headers={**headers, **cookie})  # type: ignore[arg-type]
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - begun


@contextmanager
def serving(home: Path, module: str) -> Iterator[Served]:
    """Start ``python -m module`` on a home, and stop it at the end."""
    port = _free_port()
    where = {"TASMA_PORTAL_PORT": str(port), "TASMA_PORTAL_ADDRESS": f"http://127.0.0.1:{port}"}
    environment = {**os.environ, "TASMA_HOME": str(home), **where}
    with subprocess.Popen([sys.executable, "-m", module], cwd=PROJECT, env=environment) as process:
        try:
            served = Served(port, psutil.Process(process.pid))
            _wait(served, process)
            yield served
        finally:
            process.kill()


def _wait(served: Served, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            served.browser("").get("/health")
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
