"""Cases: what Ecom said of documents, folded, with the revision that would be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from blocks.hub.feeds import Kept
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from ledger.ecom.contract import DOCUMENT, EVENT, document_of, event_of, is_as_named
from ledger.ecom.decide import Case, revision_of
from ledger.ecom.documents import DocumentKind, EcomDocument
from ledger.ecom.events import Event
from ledger.ecom.history import fold
from ledger.ecom.modes import Mode
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from ledger.push.items import Phase
from tasks.ecom.queueing import queued_of
from tasks.ecom.route import EcomRoute

RETRIED: Final = "retried"
"""Code of a transfer that a person has tried once more, with the revision of then."""


@dataclass(frozen=True)
class Found:
    """A case, and what stands in the hub of its items. `is_other`: not the document of the hash."""

    case: Case
    known: dict[str, Transfer]
    is_other: bool = False


def cases(route: EcomRoute, subjects: Sequence[str]) -> Iterator[Found]:
    """Yield the cases of documents; of what was never spoken of as one there is none."""
    for subject, records in route.hub.feeds.of_subjects(route.tenant, SOURCE, subjects):
        events = [event_of(one.content) for one in records if one.kind == EVENT]
        if subject and events:
            yield _case(route, subject, events, records)


def _case(route: EcomRoute, subject: str, events: list[Event], records: list[Kept]) -> Found:
    documents = {one.revision: one.content for one in records if one.kind == DOCUMENT}
    latest = documents[max(documents)] if documents else ""
    kind = document_of(latest).kind if latest else DocumentKind.PURCHASE_INVOICE
    history = fold(events, route.modes, kind=kind)
    known = {
        one.item: one for one in route.hub.transfers.listed(route.tenant, SOURCE, subject=subject)
    }
    sent = known.get(subject)
    retried = sent.revision if sent and sent.code == RETRIED else 0
    revision = retried or revision_of(history)
    named = _named(events, revision)
    is_other = revision in documents and not is_as_named(documents[revision], named)
    document = _document(documents, revision) if not is_other else None
    case = Case(
        subject,
        history,
        route.company,
        document,
        route.today,
        queued=frozenset(item for item, one in known.items() if one.state is TransferState.QUEUED),
        released=_released(sent),
        sent_revision=_sent_revision(route, sent, latest=max(documents, default=0)),
        retried_revision=retried,
    )
    return Found(case, known, is_other)


def _sent_revision(route: EcomRoute, sent: Transfer | None, *, latest: int) -> int:
    """Return which revision is there; of one that was refused whatever comes goes with a retry."""
    queued = queued_of(route, sent) if sent and sent.state is TransferState.QUEUED else None
    if queued and queued.item.phase is Phase.REJECTED and not queued.item.is_created:
        return latest
    return sent.revision if sent else 0


def _document(documents: dict[int, str], revision: int) -> EcomDocument | None:
    content = documents.get(revision)
    return document_of(content) if content else None


def _named(events: list[Event], revision: int) -> str | None:
    """Return the hash that an event names for a revision."""
    return next(
        (one.content_sha256 for one in events if one.revision == revision and one.content_sha256),
        None,
    )


def _released(transfer: Transfer | None) -> Mode | None:
    """Return the mode in which a person sends what was triggered in another."""
    if transfer is None or not transfer.booked_by:
        return None
    mode = Mode(transfer.booked_by)
    return mode if mode in {Mode.VOUCHER_ECOM, Mode.VOUCHER_PROCOUNTOR} else None
