"""SFTP servers as customers have them: OpenSSH's, and rclone's (Go's SSH, another family)."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from blocks.pickup.account import SftpAccount
from tests.sftp_place import LOGIN, PASSWORD

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
RCLONE = shutil.which("rclone")
PARTS = {"sshd": SSHD, "rclone": RCLONE}
PRIVILEGES = "/run/sshd"
"""Without it sshd does not start as root; Debian makes it when the service starts."""

START_LIMIT_S = 10
KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")


def write_key(path: Path, kind: str) -> tuple[str, str]:
    """Write a private key; return its public line and the key itself."""
    key = asyncssh.generate_private_key(kind)
    path.write_bytes(key.export_private_key())
    path.chmod(0o600)
    return " ".join(key.export_public_key().decode().split()[:2]), key.export_private_key().decode()


@dataclass
class RealServer:
    """A server in a process of its own; `served`: the folder of this machine whose files it gives.

    `host_keys`: lines of known_hosts without the host, the first of which it is asked for.
    """

    kind: str
    home: Path
    served: Path
    port: int = 0
    is_read_only: bool = False
    host_keys: list[str] = field(default_factory=list)
    process: Any = None

    def __enter__(self):
        self.served.mkdir(parents=True, exist_ok=True)
        self.login = write_key(self.home / "login", "ssh-ed25519")
        (self.home / "authorized").write_text(self.login[0])
        self.make_host_keys()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()
        return self

    def __exit__(self, *_problem):
        self.stop()

    def make_host_keys(self) -> None:
        """Make keys that the server shows from its next start on."""
        self.host_keys = [write_key(self.home / f"host-{kind}", kind)[0] for kind in KINDS]

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        start: Callable[[], list[Any]] = getattr(self, f"_{self.kind}")
        self.process = subprocess.Popen(start(), stderr=(self.home / "log").open("a"))
        deadline = time.monotonic() + START_LIMIT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                log = (self.home / "log").read_text()
                assert self.process.poll() is None, log
                assert time.monotonic() < deadline, log
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Kill the server and what it started for each connection."""
        self.process.terminate()
        self.process.wait(START_LIMIT_S)

    def account(self, **changed: Any) -> SftpAccount:
        """Return the login, its present key of the first kind pinned."""
        values: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "host_keys": self.host_keys[0],
        }
        if self.kind == "sshd":
            values |= {"user": getpass.getuser(), "private_key": self.login[1]}
        else:
            values |= {"user": LOGIN, "password": PASSWORD}
        return SftpAccount(**(values | changed))

    def path_of(self, folder: Path) -> str:
        """Return a folder of this machine as the login sees it."""
        below = folder.relative_to(self.served)
        return str(folder) if self.kind == "sshd" else f"/{below}"

    def _sshd(self) -> list[Any]:
        lines = (
            f"ListenAddress 127.0.0.1:{self.port}",
            *(f"HostKey {self.home}/host-{kind}" for kind in KINDS),
            f"AuthorizedKeysFile {self.home}/authorized",
            f"PidFile {self.home}/pid",
            "StrictModes no\nPermitRootLogin yes\nPasswordAuthentication no",
            f"Subsystem sftp internal-sftp{' -R' if self.is_read_only else ''}",
        )
        (self.home / "config").write_text("\n".join(lines) + "\n")
        if os.geteuid() == 0:
            Path(PRIVILEGES).mkdir(exist_ok=True)
        return [SSHD, "-D", "-e", "-f", self.home / "config"]

    def _rclone(self) -> list[Any]:
        keys = [word for kind in KINDS for word in ("--key", self.home / f"host-{kind}")]
        login = ["--user", LOGIN, "--pass", PASSWORD]
        keys += ["--authorized-keys", self.home / "authorized"]
        fresh = ["--dir-cache-time", "1ms", "--config", "/dev/null"]
        only_read = ["--read-only"] if self.is_read_only else []
        address = f"127.0.0.1:{self.port}"
        serve = [RCLONE, "serve", "sftp", self.served, "--addr", address]
        return [*serve, *keys, *login, *fresh, *only_read]
