"""The environment of Prefect's server and of everything that talks to it."""

from __future__ import annotations

import ipaddress
import os
import socket
from itertools import islice
from pathlib import Path
from typing import Final

import certifi
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from blocks.from_environment import FromEnvironment
from blocks.settings import settings
from flows.server.own_secrets import CLIENT_LOGIN, KEY, SERVER_LOGIN, encryption_key, login
from ledger.errors import TerminalError

ENVIRONMENT_FILE: Final = Path(__file__).parents[1] / "prefect.env"
PROBE_LIMIT_S: Final = 1.0
MAX_PROBES: Final = 20
"""Ports that are tried before the system is asked for any."""
LAST_PORT: Final = 65_535
OUR_PORTS: Final = frozenset({4200, 4300, 4302})
"""Where Prefect, the portal and the simulated Fortnox of the demo listen unless told otherwise."""


class ServerSettings(FromEnvironment):
    """Where the server listens, from the environment (``TASMA_HOST``, ``TASMA_PORT``)."""

    model_config = SettingsConfigDict(env_prefix="TASMA_", env_ignore_empty=True, frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=4200, ge=1, le=65_535)


def own_api_url() -> str:
    """Return where `tasma up` has Prefect's API.

    Raises:
        SettingUnfit: Its host or port is none.
    """
    chosen = ServerSettings()
    return f"http://{chosen.host}:{chosen.port}/api"


def environment(folder: Path, *, host: str, port: int) -> dict[str, str]:
    """Build the environment for a server at ``host:port`` that keeps its things in ``folder``.

    Raises:
        TerminalError: The address is open to other machines and no password is set, something
            already listens there, or the server's password or key is none.
    """
    refuse_open_door(host)
    refuse_taken_port(host, port)
    password = login(folder)
    return {
        **read_environment_file(ENVIRONMENT_FILE),
        "PREFECT_API_SSL_CERT_FILE": _authority(folder),
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": own_origins(host, port),
        **os.environ,
        "PREFECT_HOME": str(folder.resolve()),
        "PREFECT_API_URL": f"http://{host}:{port}/api",
        "PREFECT_SERVER_API_HOST": host,
        # The UI learns its API's address from this setting, not from a --port option.
        "PREFECT_SERVER_API_PORT": str(port),
        KEY: encryption_key(folder),
        SERVER_LOGIN: password,
        CLIENT_LOGIN: password,
        "TASMA_HOME": str(settings().home.resolve()),
    }


def read_environment_file(path: Path) -> dict[str, str]:
    """Read ``KEY=value`` lines; blank lines and lines that start with ``#`` say nothing."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key: value for key, _, value in pairs}


def own_origins(host: str, port: int) -> str:
    """Return the addresses of our own pages, which alone may ask the API from a browser."""
    names = {host, "127.0.0.1", "localhost"} if _is_loopback(host) else {host}
    return ",".join(f"http://{name}:{port}" for name in sorted(names))


def _authority(folder: Path) -> str:
    """Write one certificate authority to a file and name it.

    Prefect's client loads what it is given anew for each connection, also for ours without TLS,
    which need none: 50 ms for all of certifi's, several times a run.
    """
    path = folder / "authority.pem"
    first, end, _ = certifi.contents().partition("-----END CERTIFICATE-----\n")
    path.write_text(first + end, encoding="utf-8")
    return str(path.resolve())


class OpenToOthers(TerminalError):
    """Prefect's server would be open to other machines without a password of the user's own."""

    sentence = (
        "{host} is open to other machines, and whoever has the API's password can read the secrets "
        "of its blocks. Choose one ({variable}=user:password) and put TLS in front, or leave "
        "TASMA_HOST at 127.0.0.1."
    )


def refuse_open_door(host: str) -> None:
    """Refuse to listen for other machines without a password.

    Raises:
        OpenToOthers: There is none.
    """
    if not _is_loopback(host) and not os.environ.get(SERVER_LOGIN):
        raise OpenToOthers(host=host, variable=SERVER_LOGIN)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, which may lead anywhere
        return False


class PortTaken(TerminalError):
    """The port of Prefect's server, or of the portal, is in use."""

    sentence = (
        "Something already listens on {host}:{port}; perhaps a server that is still running. Stop "
        "it, or choose another port: {variable}={free_port}."
    )


def refuse_taken_port(host: str, port: int, *, variable: str = "TASMA_PORT") -> None:
    """Refuse a port on which something listens.

    Raises:
        PortTaken: It does; ``variable`` chooses another.
    """
    if _is_taken(host, port):
        raise PortTaken(host=host, port=port, variable=variable, free_port=free_port(host, port))


def free_port(host: str, taken: int) -> int:
    """Return a port near a taken one on which nothing listens, nor will by our own defaults."""
    chosen = {os.environ.get("TASMA_PORT"), os.environ.get("TASMA_PORTAL_PORT")}
    near = (
        port
        for port in range(taken + 1, LAST_PORT + 1)
        if port not in OUR_PORTS and str(port) not in chosen
    )
    found = (port for port in islice(near, MAX_PROBES) if not _is_taken(host, port))
    return next(found, None) or _any_port(host)


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(PROBE_LIMIT_S)
        return probe.connect_ex((host, port)) == 0


def _any_port(host: str) -> int:
    with socket.create_server((host, 0)) as chosen:
        return int(chosen.getsockname()[1])
