"""Where the things of a source stand: by their transfers and, once queued, by the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from blocks.hub import Hub
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from ledger.push.items import Phase

ENDED: Final = frozenset({Phase.DONE, Phase.HELD, Phase.REJECTED})
"""Phases in which a document of the outbox is queued no more."""


def transfers_in_words(hub: Hub, tenant: str, source: str) -> list[tuple[Transfer, str]]:
    """Return a tenant's transfers in order of their ids, each with the word for where it stands.

    A state of a transfer; or done, held or rejected, where its document is that in the outbox: the
    transfer itself stays queued for ever.
    """
    phases = hub.outbox.phases(tenant, source)
    return [(one, _word(one, phases)) for one in hub.transfers.listed(tenant, source)]


def _word(transfer: Transfer, phases: Mapping[str, Phase]) -> str:
    phase = phases.get(transfer.item)
    is_over = transfer.state is TransferState.QUEUED and phase in ENDED
    return str(phase if is_over else transfer.state)
