"""Many SFTP servers in one process of their own, each with the logins of some tenants."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from simulators.sftp import SftpSimulator
from tests.benchmarks.measure import PROJECT

PASSWORD: Final = "bench-only"  # noqa: S105 - opens nothing but these
START_LIMIT_S: Final = 60.0


@dataclass(frozen=True)
class Servers:
    """`addresses`: port and public host key of each; `process`: in which all of them run."""

    root: Path
    addresses: list[tuple[int, str]]
    process: psutil.Process

    @property
    def cpu_s(self) -> float:
        """CPU seconds so far."""
        return sum(self.process.cpu_times()[:2])

    def of(self, place: int) -> tuple[int, str]:
        """Return port and host key of the server of a tenant, by its number."""
        return self.addresses[place % len(self.addresses)]

    def folder(self, place: int, login: str) -> Path:
        """Return the folder of a tenant's login."""
        return self.root / str(place % len(self.addresses)) / login


def started(root: Path, servers: int, logins: list[str]) -> Servers:
    """Start servers that end with this process."""
    root.mkdir(parents=True)
    words = [str(root), str(servers), json.dumps(logins)]
    command = [sys.executable, "-m", "tests.benchmarks.sftp_servers", *words]
    process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE)
    atexit.register(process.kill)
    said = root / "addresses.json"
    deadline = time.monotonic() + START_LIMIT_S
    while not said.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The servers did not start within {START_LIMIT_S:g} s.")
        time.sleep(0.05)
    return Servers(root, json.loads(said.read_text()), psutil.Process(process.pid))


def main(root: Path, servers: int, logins: list[str]) -> None:
    """Serve until the input ends."""
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                SftpSimulator(root / str(number), dict.fromkeys(logins[number::servers], PASSWORD))
            )
            for number in range(servers)
        ]
        whole = root / "addresses.tmp"
        whole.write_text(json.dumps([(each.port, each.host_key) for each in running]))
        whole.rename(root / "addresses.json")
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]))
