"""Having a document of the outbox tried once more, with all that it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from blocks.hub import Hub
from blocks.hub.outbox import Queued, UnknownDocument
from ledger.push.advance import Rules
from ledger.push.events import Retried
from ledger.push.items import Phase
from tasks.push import now


def retry_with_needed(hub: Hub, queued: Queued) -> bool:
    """Have a document and what it waits for tried again; return whether any of them had failed.

    All of them, and not only as far as the first: a card and its invoice may both be held.
    """
    retried = [_is_retried(hub, one) for one in (*_needed(hub, queued), queued)]
    return any(retried)


def has_failed(hub: Hub, queued: Queued) -> bool:
    """Return whether a document, or anything that it waits for, was rejected or is held."""
    return any(map(_is_failed, (*_needed(hub, queued), queued)))


def _needed(hub: Hub, queued: Queued) -> Iterator[Queued]:
    for one in queued.item.waits_for:
        with suppress(UnknownDocument):
            yield hub.outbox.find(queued.tenant, queued.target, one.source_id, one.kind)


def _is_retried(hub: Hub, queued: Queued) -> bool:
    if not _is_failed(queued):
        return False
    hub.outbox.apply(queued, Retried(), rules=Rules(), now=now())
    return True


def _is_failed(queued: Queued) -> bool:
    return queued.item.phase in {Phase.REJECTED, Phase.HELD}
