"""Prefect's servers and the hosts, as processes: what `make hosts` runs and what tests break."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from blocks.home import PROJECT
from flows.demo.hosts.parts import Databases, free_port, postgresql, redis
from flows.server.environment import ENVIRONMENT_FILE, environment, read_environment_file
from flows.server.processes import PrefectServer, running, wait_for

SERVERS: Final = 2
"""API servers; they tell each other what happens by Redis."""

REDIS_FILE: Final = ENVIRONMENT_FILE.with_name("prefect-hosts.env")

SERVER: Final = "flows.server.prefect_server"


@dataclass
class Host:
    """A machine, as far as processes go: a worker, the host of its runs, and the runs.

    `folder`: its own disk. `environment`: of its processes.
    """

    name: str
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start its worker."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "flows.worker", "--pool", "tasma"]
        with (self.folder / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def lose(self) -> None:
        """Kill all of it at once, as a power cut does."""
        self._signal(signal.SIGKILL)
        if self.process:
            self.process.wait()
        self.process = None

    def sleep(self) -> None:
        """Stop all of it where it stands, as a machine that is suspended."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on, with all that it believes."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


@dataclass
class Hosts:
    """An installation that runs. `servers`: two of one Prefect. `hosts`: with a worker each.

    `bucket`: what leads to a lake in a bucket; without, it is a folder that all share.
    """

    home: Path
    databases: Databases
    servers: list[PrefectServer]
    bucket: Mapping[str, str] = field(default_factory=dict)
    api: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    hosts: list[Host] = field(default_factory=list)

    @property
    def shared(self) -> dict[str, str]:
        """What the environment of every host, command and portal holds."""
        lake = self.bucket or {"TASMA_LAKE": str(self.home / "shared" / "lake")}
        return {
            "TASMA_HUB_URL": self.databases.url("hub"),
            "TASMA_WAREHOUSE_URL": self.databases.url("books"),
            "TASMA_INBOX": str(self.home / "shared" / "inbox"),
            **lake,
        }

    def add_host(self, *, server: int = 0, more: Mapping[str, str] | None = None) -> Host:
        """Start a host that asks one of the servers."""
        name = f"host-{len(self.hosts) + 1}"
        folder = self.home / name
        environment = {
            **self.servers[server].environment,
            **self.shared,
            "PREFECT_HOME": str(folder / "prefect"),
            "TASMA_HOST_NAME": name,
            "TASMA_HOME": str(folder),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **(more or {}),
        }
        host = Host(name, folder, environment)
        self.hosts.append(host)
        host.start()
        return host

    def deploy(self, *, at_once: int | None = None) -> None:
        """Make pool, queues and deployments, as `tasma deploy` does."""
        more = ["--at-once", str(at_once)] if at_once else []
        command = [str(Path(sys.executable).with_name("tasma")), "deploy", *more]
        environment = {**self.servers[0].environment, **self.shared}
        with (self.home / "deploy.log").open("ab") as log:
            subprocess.run(  # noqa: S603 - our own interpreter and module
                command, cwd=PROJECT, env=environment, check=True, stdout=log, stderr=log
            )


@contextmanager
def installation(
    home: Path, *, port: int = 0, bucket: Mapping[str, str] | None = None
) -> Iterator[Hosts]:
    """Run databases, Redis, two API servers and the background services until the context ends.

    Args:
        home: Of all that is kept; hosts and servers have folders below it.
        port: Of the first API server; the second has the next one. 0 for free ones.
        bucket: Settings and keys of a lake in a bucket; without, it is a folder.

    Raises:
        PartAbsent: A server is not installed.
        ServerDidNotStart: One ended, or did not answer.
    """
    with ExitStack() as stack:
        databases = stack.enter_context(postgresql())
        address = stack.enter_context(redis(home / "redis"))
        ports = [port + place if port else free_port() for place in range(SERVERS)]
        secrets = home / "prefect"
        secrets.mkdir(parents=True, exist_ok=True)
        made: list[PrefectServer] = []
        for number, at in enumerate(ports, start=1):
            folder = home / f"api-{number}"
            folder.mkdir(parents=True, exist_ok=True)
            of = environment(secrets, host="127.0.0.1", port=at)
            of |= {**_several(databases, address), "PREFECT_HOME": str(folder)}
            made.append(PrefectServer(f"http://127.0.0.1:{at}", folder, of))
        found = Hosts(home, databases, made, bucket or {})
        stack.callback(_lose_all, found)
        for server in made:
            # The first one makes the tables.
            process = stack.enter_context(_api(server))
            wait_for(lambda: server.ask("/health") is True, process=process, log=_log(server))  # noqa: B023 - waited for here
            found.api[server.url] = process
        services = [sys.executable, "-m", SERVER, "server", "services", "start"]
        stack.enter_context(running(services, made[0].environment, log=home / "services.log"))
        found.deploy()
        yield found


@contextmanager
def _api(server: PrefectServer) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", SERVER, "server", "start", "--no-services"]
    with running(command, server.environment, log=_log(server)) as process:
        yield process


def _log(server: PrefectServer) -> Path:
    return server.folder / "server.log"


def _several(databases: Databases, redis_url: str) -> dict[str, str]:
    """Return what servers need beyond what one alone does."""
    return {
        **read_environment_file(REDIS_FILE),
        "PREFECT_REDIS_MESSAGING_URL": f"{redis_url}/0",
        "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": f"{redis_url}/0",
        "PREFECT_SERVER_DOCKET_URL": f"{redis_url}/1",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": databases.url("prefect", driver="asyncpg"),
    }


def _lose_all(found: Hosts) -> None:
    for host in found.hosts:
        host.lose()
