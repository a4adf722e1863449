"""Where a tenant's documents stand, and which of them need somebody: red and yellow.

Marks are gone once a document's period is closed in Ecom (R-ECO-P1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from blocks.hub import Hub
from blocks.hub.outbox import FOR_PEOPLE, Queued
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from ledger.ecom.sentences import (
    IN_ACCOUNT_TABLE,
    MEANINGS,
    NO_REMEDY,
    Colour,
    colour,
    remedy,
    sentence,
)
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from tasks import push_words
from tasks.ecom.cases import RETRIED
from tasks.ecom.route import EcomRoute

OF_ACCOUNTS: Final = frozenset({"account_not_joined", "account_switched_off", "vat_status_rate"})
"""Why a document is refused by the account table."""

_ORDER: Final = {Colour.RED: 0, Colour.YELLOW: 1, Colour.NONE: 2}


@dataclass(frozen=True)
class Mark:
    """One thing of a document that somebody should see. `remedy`: what to do; empty for nothing."""

    subject: str
    item: str
    kind: str
    colour: Colour
    code: str
    text: str
    remedy: str


def marks(route: EcomRoute, *, language: str = "en") -> list[Mark]:
    """Return what needs somebody, red before yellow, by document."""
    transfers = {one.item: one for one in route.hub.transfers.listed(route.tenant, SOURCE)}
    found = [
        one
        for one in (
            *_of_transfers(transfers, language),
            *_of_outbox(route, transfers),
            *_of_flags(route, transfers, language),
        )
        if one.colour is not Colour.NONE and not _is_closed(route, transfers, one)
    ]
    unique = {(one.item, one.code): one for one in found}
    return sorted(unique.values(), key=lambda one: (_ORDER[one.colour], one.subject, one.item))


def refused(hub: Hub, tenant: str) -> list[Transfer]:
    """Return what is refused of a tenant and of no closed period; most urgent for a person."""
    return [one for one in _refused(hub, tenant) if one.code != RETRIED]


def retried(hub: Hub, tenant: str) -> list[Transfer]:
    """Return what was refused and is tried once more: the next run decides it, and no person."""
    return [one for one in _refused(hub, tenant) if one.code == RETRIED]


def remedy_of(transfer: Transfer) -> str:
    """Return what a person does on our pages about what is refused; empty of what nobody knows."""
    if transfer.source == SOURCE and transfer.code in OF_ACCOUNTS:
        return IN_ACCOUNT_TABLE
    meaning = MEANINGS.get(transfer.code) if transfer.source == SOURCE else None
    return meaning.remedy if meaning else ""


def _refused(hub: Hub, tenant: str) -> list[Transfer]:
    route = EcomRoute.of(hub, tenant)
    found = hub.transfers.listed(tenant, SOURCE, states=(TransferState.REFUSED,))
    return [one for one in found if not (one.day and route.company.is_closed(one.day))]


def _is_closed(route: EcomRoute, transfers: dict[str, Transfer], mark: Mark) -> bool:
    known = transfers.get(mark.subject) or transfers.get(mark.item)
    return bool(known and known.day and route.company.is_closed(known.day))


def _of_transfers(transfers: dict[str, Transfer], language: str) -> Iterator[Mark]:
    for one in transfers.values():
        if one.state is TransferState.QUEUED or not one.code:
            continue
        text = one.detail or sentence(one.code)
        yield _mark(one, one.code, text, language)


def _mark(one: Transfer, code: str, text: str, language: str) -> Mark:
    advice = remedy(code, language=language)
    is_refused = one.state is TransferState.REFUSED and code != RETRIED
    shown = Colour.RED if is_refused else colour(code)
    return Mark(one.subject, one.item, one.kind, shown, code, text, advice)


def _of_outbox(route: EcomRoute, transfers: dict[str, Transfer]) -> Iterator[Mark]:
    for phase in FOR_PEOPLE:
        for queued in route.hub.outbox.listed(route.tenant, route.route.target, phase=phase):
            item = item_of(queued)
            if item is None:
                continue
            known = transfers.get(item)
            code = queued.item.answer_code or (
                str(queued.item.hold.code) if queued.item.hold else str(phase)
            )
            yield Mark(
                known.subject if known else item,
                item,
                str(queued.kind),
                Colour.RED,
                code,
                push_words.why(queued) or code,
                push_words.remedy(queued) or NO_REMEDY,
            )


def _of_flags(route: EcomRoute, transfers: dict[str, Transfer], language: str) -> Iterator[Mark]:
    for flag in route.hub.transfers.flags(route.tenant, SOURCE):
        known = transfers.get(flag.item)
        if known and known.code == flag.code:
            continue
        if known and known.state is not TransferState.QUEUED and flag.code not in AFTERWARDS:
            continue
        if flag.code in AFTERWARDS:
            advice = remedy(flag.code, language=language)
            kind = known.kind if known else ""
            yield Mark(
                flag.subject, flag.item, kind, colour(flag.code), flag.code, flag.text, advice
            )


AFTERWARDS: Final = frozenset(
    {
        "bank_error_late",
        "changed_after_transfer",
        "rejected_after_transfer",
        "cancelled_after_transfer",
        "payment_changed_after",
        "payment_deleted_after",
        "image_too_large",
        "image_unreadable",
        "reference_left_out",
        "event_missing",
        "event_twice",
    }
)
"""What stays true once the log says it; a refusal is over when its document goes."""


def item_of(queued: Queued) -> str | None:
    """Return the id in Ecom of a document of the outbox; None of one that another route queued."""
    source, _, item = queued.source_id.partition("/")
    return item if source == SOURCE else None
