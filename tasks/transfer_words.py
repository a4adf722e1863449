"""Where the things of a source stand: by their transfers and, once queued, by the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from blocks.hub import Hub
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from ledger.push.items import Phase

DONE, HELD, REJECTED = (str(phase) for phase in (Phase.DONE, Phase.HELD, Phase.REJECTED))

ENDED: Final[Mapping[Phase, str]] = {
    Phase.DONE: DONE,
    Phase.HELD: HELD,
    Phase.REJECTED: REJECTED,
}
"""Phases in which a document of the outbox is queued no more."""


def transfers_in_words(hub: Hub, tenant: str, source: str) -> list[tuple[Transfer, str]]:
    """Return a tenant's transfers in order of their ids, each with the word for where it stands.

    A state of a transfer; or done, held or rejected, where its document is that in the outbox: the
    transfer itself stays queued for ever.
    """
    phases = hub.outbox.phases(tenant, source)
    return [(one, _word(one, phases)) for one in hub.transfers.listed(tenant, source)]


def _word(transfer: Transfer, phases: Mapping[str, Phase]) -> str:
    if transfer.state is not TransferState.QUEUED or transfer.item not in phases:
        return str(transfer.state)
    return ENDED.get(phases[transfer.item], str(transfer.state))
