"""Commands send no events: nobody waits for one from a prompt, and the command would for each.

Reading a block is such an event. It is sent by a thread of its own, which a command that is done
waits for, saying "Still processing items" meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.events.clients import NullEventsClient
from prefect.events.worker import EventsWorker


@contextmanager
def without_events() -> Iterator[None]:
    """Send no events of this process for a while."""
    EventsWorker.set_client_override(NullEventsClient)
    try:
        yield
    finally:
        EventsWorker.set_client_override(None)
