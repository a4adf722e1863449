"""Trying a document's transfer once more: one way in for purchases and sales.

In Ecom it is called *Suorita Procountor siirto uudelleen* (extra actions), or sending again from
the posting section of a purchase.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from blocks.hub.feeds import Kept
from blocks.hub.outbox import Queued
from blocks.hub.states import LogLevel, TransferState
from blocks.hub.transfers import Transfer
from ledger.ecom.contract import DOCUMENT, EVENT, event_of
from ledger.ecom.events import EventKind
from ledger.ecom.modes import Mode
from ledger.errors import TerminalError
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from ledger.push.items import Phase
from tasks.ecom.cases import RETRIED
from tasks.ecom.overview import OF_ACCOUNTS, refused
from tasks.ecom.queueing import queued_of
from tasks.ecom.route import EcomRoute
from tasks.push_retry import has_failed, retry_with_needed

BUTTON: Final = "Vie Procountoriin"
"""Who had a transfer tried once more: whoever pressed it in Ecom."""


class AlreadyTransferred(TerminalError):
    """A transfer that succeeded was to be tried again."""

    sentence = (
        "{item} of {tenant} is transferred already (id {target_id} in Procountor): nothing is sent "
        "twice. What has changed since is changed in Procountor."
    )


class NothingToRetry(TerminalError):
    """There is no failed transfer of that name."""

    sentence = (
        "{tenant} has no failed transfer of {item}. `tasma ecom list {tenant}` shows what needs "
        "somebody."
    )


@dataclass(frozen=True)
class Retry:
    """What a retry does. `subject`: the document that is decided anew. `items`: what goes again."""

    subject: str
    items: tuple[str, ...]


def retry(route: EcomRoute, item: str, *, who: str) -> Retry:
    """Have what failed of a document, or of one payment, tried once more.

    Raises:
        AlreadyTransferred: All of it is there.
        NothingToRetry: Nothing of that name failed.
    """
    chosen = failed(route, item)
    for transfer in chosen:
        _try(route, transfer, who=who)
    return Retry(chosen[0].subject, tuple(transfer.item for transfer in chosen))


def failed(route: EcomRoute, item: str) -> list[Transfer]:
    """Return what failed of a document, or of one payment; at least one.

    Raises:
        AlreadyTransferred: All of it is there.
        NothingToRetry: Nothing of that name failed.
    """
    hub = route.hub
    found = hub.transfers.listed(route.tenant, SOURCE, subject=item)
    one = hub.transfers.find(route.tenant, SOURCE, item)
    chosen = found or ([one] if one else [])
    if to_try := [transfer for transfer in chosen if _has_failed(route, transfer)]:
        return to_try
    if done := next((queued for one in chosen if (queued := _done(route, one))), None):
        target_id = done.item.target_id or "-"
        raise AlreadyTransferred(item=item, tenant=route.tenant, target_id=target_id)
    raise NothingToRetry(item=item, tenant=route.tenant)


def retry_accounts(route: EcomRoute, *, who: str) -> int:
    """Have tried once more what the account table refused, since it was changed; say how many."""
    waiting = [one for one in refused(route.hub, route.tenant) if one.code in OF_ACCOUNTS]
    for transfer in waiting:
        _try(route, transfer, who=who)
    return len(waiting)


def retry_pressed(route: EcomRoute, subjects: Sequence[str]) -> None:
    """Have those purchases tried once more that failed, and whose button was pressed since.

    Source:
        The article, 5 B and 8: what failed is corrected and sent again from the posting section.
    """
    for subject, records in route.hub.feeds.of_subjects(route.tenant, SOURCE, subjects):
        if _is_pressed_since(route, subject, records):
            with suppress(NothingToRetry, AlreadyTransferred):
                retry(route, subject, who=BUTTON)


def _is_pressed_since(route: EcomRoute, subject: str, records: Sequence[Kept]) -> bool:
    """Return whether the button was heard of after the last change of what waits in the outbox."""
    transfer = route.hub.transfers.find(route.tenant, SOURCE, subject)
    is_there = transfer is not None and transfer.state is TransferState.QUEUED
    queued = queued_of(route, transfer) if transfer and is_there else None
    return queued is not None and any(
        event_of(one.content).known is EventKind.EXPORT_PRESSED
        for one in records
        if one.kind == EVENT and one.received_at > queued.updated_at
    )


def _has_failed(route: EcomRoute, transfer: Transfer) -> bool:
    """Return whether one thing failed, or was tried again and is not decided yet."""
    if transfer.state is TransferState.REFUSED or transfer.code == RETRIED:
        return True
    queued = queued_of(route, transfer)
    if transfer.state is not TransferState.QUEUED or queued is None:
        return False
    return has_failed(route.hub, queued)


def _try(route: EcomRoute, transfer: Transfer, *, who: str) -> None:
    queued = queued_of(route, transfer) if transfer.state is TransferState.QUEUED else None
    if queued is None or (queued.item.phase is Phase.REJECTED and not queued.item.is_created):
        _decide_anew(route, transfer, who=who)
    else:
        retry_with_needed(route.hub, queued)


def _decide_anew(route: EcomRoute, transfer: Transfer, *, who: str) -> None:
    """Let a document be decided again as it is in Ecom now, since it may have been corrected.

    What was refused stays so, with its reason, until it is decided: nobody may be there to ask.
    """
    hub = route.hub
    is_refused = transfer.state is TransferState.REFUSED
    if transfer.code == "purchase_posting_absent" and route.mode.is_voucher:
        hub.transfers.release(transfer, route.mode, who=who)
    latest = _latest(route, transfer.subject) if transfer.item == transfer.subject else 0
    stamp = route.mode if transfer.code == "purchase_posting_absent" else transfer.booked_by
    renewed = replace(
        transfer,
        state=TransferState.REFUSED if is_refused else TransferState.WAITS,
        code=RETRIED,
        detail=_undecided(transfer, who=who),
        revision=latest,
        booked_by=str(Mode(stamp)) if stamp else "",
    )
    hub.transfers.note(renewed, level=LogLevel.INFO)


def _undecided(transfer: Transfer, *, who: str) -> str:
    if transfer.code == RETRIED:
        return transfer.detail
    before = f": {transfer.detail}" if transfer.detail else ""
    return f"tried once more by {who}, and not decided yet{before}"


def _latest(route: EcomRoute, subject: str) -> int:
    for _, records in route.hub.feeds.of_subjects(route.tenant, SOURCE, [subject]):
        return max((one.revision for one in records if one.kind == DOCUMENT), default=0)
    return 0


def _done(route: EcomRoute, transfer: Transfer) -> Queued | None:
    queued = queued_of(route, transfer)
    return queued if queued and queued.item.phase is Phase.DONE else None
