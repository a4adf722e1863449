"""This machine among those that share its hub: entered at its start, or refused."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from typing import Final

from blocks.database_address import kind_of
from blocks.hub import Hub, opened
from blocks.hub.hosts import BEAT_S, HostsApart, Places
from blocks.places import places_of
from blocks.settings import settings
from ledger.errors import TasmaError
from tasks.arrivals import explain
from tasks.log import warn

CLOCK_SLACK_S: Final = 30.0
"""By how much two clocks may differ before a person is told."""


def shares_hub() -> bool:
    """Return whether other machines can work on our hub: in a file, none can."""
    return kind_of(settings().hub_url) != "sqlite"


def join() -> Places | None:
    """Enter this machine in its hub; return where it keeps things, None where it is alone.

    Raises:
        HostsApart: Another machine works on the hub and keeps things elsewhere.
    """
    if not shares_hub():
        return None
    places = places_of(settings())
    _join(places)
    return places


@contextmanager
def joined() -> Iterator[None]:
    """Enter this machine, and say every minute that it is there, for the length of the body.

    Raises:
        HostsApart: As `join`; at the start alone.
    """
    places, over = join(), threading.Event()
    if places is None:
        yield
        return
    beats = threading.Thread(target=_beat, args=(places, over), name="host", daemon=True)
    beats.start()
    try:
        yield
    finally:
        over.set()
        _leave()


def _beat(places: Places, over: threading.Event) -> None:
    while not over.wait(BEAT_S):
        try:
            _join(places)
        except HostsApart as problem:  # somebody started beside us with our beat missing
            warn(str(problem))
        except Exception as problem:  # noqa: BLE001 - the hub is away; the next beat tells it
            warn(f"This host could not say that it is there: {explain(problem)}")


def _join(places: Places) -> None:
    chosen = settings()
    with Hub(chosen.hub_url) as hub:
        release = version("tasma")
        opened(hub).hosts.join(chosen.host_name, places, release=release, clock=_clock)


def _leave() -> None:
    """Take this machine off the list, so that it stands in nobody's way; else it falls silent."""
    chosen = settings()
    with suppress(TasmaError, OSError), Hub(chosen.hub_url) as hub:
        hub.hosts.forget(chosen.host_name)


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
