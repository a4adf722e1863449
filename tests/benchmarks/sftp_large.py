"""A large file from OpenSSH's server: by our client, and by OpenSSH's own."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from blocks.pickup.agreed import Agreed
from blocks.pickup.connection import connected
from blocks.pickup.sftp import RemoteFolder
from tests.real_sftp import SSHD, RealServer

NAME: Final = "books.se"
TIMES: Final = 3
"""Fetched as often; the least counts."""

MEGABYTE: Final = 1_000_000


def ours(home: str, megabytes: int) -> Callable[[], dict[str, Any]]:
    """Fetch as a poll does, up to where the file would be landed."""

    def fetch(server: RealServer, target: Path) -> float:
        with connected(server.account()) as connection:
            agreed = Agreed("acme", server.path_of(server.served))
            where = RemoteFolder(connection, agreed, target.parent)
            (file,) = where.look().files
            began = time.monotonic()
            with where.take(file) as path:
                fetched_s = time.monotonic() - began
                path.rename(target)
        return fetched_s

    return _timed(home, megabytes, fetch)


def peer(home: str, megabytes: int) -> Callable[[], dict[str, Any]]:
    """Fetch by ``sftp``, its start and login included: less than a tenth of a second."""

    def fetch(server: RealServer, target: Path) -> float:
        known = server.home / "known"
        known.write_text(f"[127.0.0.1]:{server.port} {server.host_keys[0]}\n")
        account = server.account()
        options = ["-o", f"UserKnownHostsFile={known}", "-o", "HostKeyAlgorithms=ssh-ed25519"]
        source = f"{account.user}@127.0.0.1:{server.served / NAME}"
        login = ["-P", str(server.port), "-i", str(server.home / "login")]
        command = ["sftp", "-q", *login, *options, source, str(target)]
        began = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - began

    return _timed(home, megabytes, fetch)


def _timed(
    home: str, megabytes: int, fetch: Callable[[RealServer, Path], float]
) -> Callable[[], dict[str, Any]]:
    if SSHD is None:
        raise RuntimeError("There is no sshd on this machine.")
    folder = Path(home)
    served, target = folder / "served", folder / "fetched" / NAME
    for each in (served, target.parent):
        each.mkdir(parents=True, exist_ok=True)
    if not (served / NAME).exists():
        with (served / NAME).open("wb") as out:
            for _ in range(megabytes):
                out.write(os.urandom(MEGABYTE))

    def work() -> dict[str, Any]:
        with RealServer("sshd", folder, served) as server:
            fetched_s = min(fetch(server, target) for _ in range(TIMES))
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with target.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {
            "fetched_s": round(fetched_s, 2),
            "mb_per_s": round(megabytes / fetched_s, 1),
            "peak_mib": round(peak_kib / 1_024),
            "sha256": digest,
        }

    return work
