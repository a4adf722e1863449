"""This machine among those that share its hub: entered at its start, or refused."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.metadata import version
from typing import Final

from blocks.database_address import kind_of
from blocks.hub import Hub, opened
from blocks.hub.hosts import BEAT_S, Host, HostsApart, NameTaken, Places
from blocks.places import places_of
from blocks.processes import machine_start
from blocks.settings import settings
from ledger.errors import TasmaError
from tasks.arrivals import explain
from tasks.log import warn
from tasks.repeating import repeating

CLOCK_SLACK_S: Final = 30.0
"""By how much two clocks may differ before a person is told."""

LOOK_EVERY_S: Final = 5.0
"""How often one looks whether another machine of one's name is heard of."""


def shares_hub() -> bool:
    """Return whether other machines can work on our hub: in a file, none can."""
    return kind_of(settings().hub_url) != "sqlite"


@contextmanager
def joined() -> Iterator[None]:
    """Enter this machine, and say every minute that it is there, for the length of the body.

    Raises:
        HostsApart: Another machine works on the hub and keeps things elsewhere; at the start alone.
        NameTaken: Another machine of this name is at work; at the start alone.
    """
    if not shares_hub():
        yield
        return
    require_own_name()
    places = places_of(settings())
    _join(places)
    try:
        with repeating(partial(_beat, places), every_s=BEAT_S, name="host"):
            yield
    finally:
        _leave()


def require_own_name(*, look_every_s: float = LOOK_EVERY_S) -> None:
    """Wait until whoever entered our name from another start has surely ended.

    A machine that was cut off and started again meets its earlier self, for two minutes at most.

    Raises:
        NameTaken: It was heard of while we waited, so it is another machine.
    """
    chosen, boot = settings(), machine_start()
    with Hub(chosen.hub_url) as hub:
        other = opened(hub).hosts.namesake(chosen.host_name, boot)
        if other:
            warn(f"{chosen.host_name} was here a moment ago: waiting to see that it has ended.")
        while other:
            time.sleep(look_every_s)
            earlier, other = other, hub.hosts.namesake(chosen.host_name, boot)
            if other and other.seen_at > earlier.seen_at:
                raise NameTaken(host=chosen.host_name)


def _beat(places: Places) -> None:
    try:
        namesake = _join(places)
    except HostsApart as problem:  # somebody started beside us with our beat missing
        warn(str(problem))
    except Exception as problem:  # noqa: BLE001 - the hub is away; the next beat tells it
        warn(f"This host could not say that it is there: {explain(problem)}")
    else:
        if namesake:  # it started while ours was missing
            warn(str(NameTaken(host=namesake.name)))


def _join(places: Places) -> Host | None:
    """Say that we are there; return the other machine that said so under our name just now."""
    chosen, boot = settings(), machine_start()
    with Hub(chosen.hub_url) as hub:
        hosts, release = opened(hub).hosts, version("tasma")
        namesake = hosts.namesake(chosen.host_name, boot)
        hosts.join(chosen.host_name, places, release=release, clock=_clock, boot=boot)
    return namesake


def _leave() -> None:
    """Take this machine off the list, so that it stands in nobody's way; else it falls silent."""
    chosen = settings()
    with suppress(TasmaError, OSError), Hub(chosen.hub_url) as hub:
        hub.hosts.forget(chosen.host_name)


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
