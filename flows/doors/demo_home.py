"""The demo's home: a folder of its own, so that a demo never touches anybody's books.

`make demo` begins with an empty one; `tasma --demo ...` looks into the one that the last demo
left, and `tasma --demo up` shows it in Prefect's UI.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from blocks.home import DEMO, IN_CHECKOUT, is_demo_home
from ledger.errors import TerminalError, TransientError

FOLDER: Final = DEMO
MARK: Final = "made-by-tasma-demo"
"""The file that says that a folder may be deleted by the next demo."""

OVER_HOME: Final = (
    "TASMA_LAKE",
    "TASMA_LAKE_URL",
    "TASMA_WAREHOUSE",
    "TASMA_WAREHOUSE_URL",
    "TASMA_INBOX",
    "TASMA_CONTROLS",
    "TASMA_HUB_URL",
)
"""Settings that would lead out of a home that was named."""

FORTNOX_PORT: Final = 4302
"""Where `tasma --demo up` has its simulated Fortnox."""

SIMULATED: Final = {
    "TASMA_FORTNOX_API_URL": f"http://127.0.0.1:{FORTNOX_PORT}",
    "TASMA_FORTNOX_OAUTH_URL": f"http://127.0.0.1:{FORTNOX_PORT}/oauth-v1",
    "TASMA_FORTNOX_REDIRECT_URI": "http://127.0.0.1:4300/fortnox/callback",
    "TASMA_FORTNOX_CLIENT_ID": "simulated-client",
    "TASMA_FORTNOX_CLIENT_SECRET": "simulated-client-secret",
}
"""Settings that lead to it; written down, since to ask the simulator is to load it."""


NOWHERE: Final = "http://127.0.0.1:9"

AWAY: Final = {
    "TASMA_FENNOA_URL": NOWHERE,
    "TASMA_PROCOUNTOR_URL": NOWHERE,
    "TASMA_ECOM_URL": NOWHERE,
    "TASMA_SPOTILLA_URL": NOWHERE,
    "TASMA_WATCH_WITHOUT": "feeds,pushes",
}
"""Settings by which nobody is asked: these simulators end with the demo, and its tenants are none
of the vendors'."""


ENDED: Final = (
    "This system was simulated while the demo ran, and ended with it: what is shown of it is from "
    "then. Fortnox alone is there, as long as `tasma --demo up` runs."
)
"""What there is to say of a call to `NOWHERE`."""


def is_over() -> bool:
    """Return whether this process serves a demo whose simulated systems have ended."""
    return all(os.environ.get(name) == value for name, value in AWAY.items())


def has_ended(text: str) -> bool:
    """Return whether a message is of a call to a system that ended with the demo."""
    return NOWHERE.removeprefix("http://") + "/" in text


def use_home(home: Path) -> Path:
    """Turn this process, and those it starts, to a home, whatever the environment says."""
    for name in OVER_HOME:
        os.environ.pop(name, None)
    os.environ["TASMA_HOME"] = str(home.absolute())
    return home


def use_demo_home() -> Path:
    """Turn this process, and those it starts, to the demo's home."""
    # Whatever real Fortnox the settings lead to, the demo's tenants are not there; what `tasma
    # --demo up` printed for another terminal leads to a simulated one on a port of its own.
    client = "TASMA_FORTNOX_CLIENT_ID"
    is_printed = os.environ.get(client) == SIMULATED[client]
    kept = {name: os.environ[name] for name in SIMULATED if is_printed and name in os.environ}
    os.environ.update(SIMULATED | AWAY | kept)
    return use_home(demo_home())


def demo_home() -> Path:
    """Return where the demo lives: in a home that was named, else in the checkout."""
    named = os.environ.get("TASMA_HOME", "")
    home = Path(named).absolute() if named else IN_CHECKOUT
    return home if is_demo_home(home) else home / FOLDER


class NotADemo(TerminalError):
    """The demo's folder holds what no demo has made."""

    sentence = (
        "{home} was not made by a demo, so it is not emptied for one. Move it away, or choose "
        "another home: TASMA_HOME=/some/folder."
    )


def reset(home: Path) -> None:
    """Make the folder anew and empty.

    Raises:
        TerminalError: Something is there that no demo has made.
    """
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise NotADemo(home=home)
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / MARK).touch()


class DemoInUse(TransientError):
    """Another process uses the demo's home."""

    sentence = "Another demo, or `tasma --demo up`, is using {home}. Wait for it, or stop it."


@contextmanager
def used_alone(home: Path) -> Iterator[None]:
    """Be the only demo, or server of the demo's home, until the context ends.

    Raises:
        TransientError: Another process uses it.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_name(f"{home.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoInUse(home=home) from None
        yield
