"""What a person decides of a document: to try it once more, or what became of a lost call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from blocks.hub import Hub
from blocks.hub.outbox import FOR_PEOPLE, Queued
from ledger.errors import TerminalError
from ledger.push.advance import Impossible, Rules
from ledger.push.events import Resolved, Retried
from ledger.push.items import Phase
from tasks.push import now

RULES: Final = Rules()
"""What a person says of a document holds whatever its target can prove."""


class NothingToResolve(TerminalError):
    """A person spoke of a document that is not in doubt, or said what cannot be."""

    sentence = (
        "{document} is {state}: what was said of it cannot be. `tasma push events {tenant} "
        "{document} --to {target}` shows what happened to it."
    )


def waiting_of(hub: Hub, tenant: str, system: str) -> list[Queued]:
    """Return the documents that wait for a person."""
    return [one for phase in FOR_PEOPLE for one in hub.outbox.listed(tenant, system, phase=phase)]


def retry(
    hub: Hub, documents: Sequence[Queued], *, run_id: str = "", who: str = ""
) -> tuple[list[str], list[str]]:
    """Have documents tried once more; return which are, and which a person has to resolve.

    `who`: wants it, where that is proven; each document's log keeps it.
    """
    ready: list[str] = []
    others: list[str] = []
    for queued in documents:
        after, _ = hub.outbox.apply(queued, Retried(who), rules=RULES, now=now(), run_id=run_id)
        is_ready = after.item.phase is Phase.READY
        (ready if is_ready else others).append(queued.source_id)
    return ready, others


def resolve(hub: Hub, queued: Queued, *, target_id: str, run_id: str = "", who: str = "") -> Queued:
    """Say what became of a document: its id there, or, where that is empty, that it is not there.

    `who`: says so, where that is proven; the document's log keeps it.

    Raises:
        NothingToResolve: It is neither held nor in doubt, or that cannot be said of it.
    """
    event = Resolved(is_done=bool(target_id), target_id=target_id, who=who)
    try:
        return hub.outbox.apply(queued, event, rules=RULES, now=now(), run_id=run_id)[0]
    except Impossible:
        state = queued.item.state
        raise NothingToResolve(
            tenant=queued.tenant, target=queued.target, document=queued.source_id, state=state
        ) from None
