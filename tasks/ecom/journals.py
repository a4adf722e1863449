"""Journals of memo level: each closing of a period books what no books have yet, once.

Nothing of it goes at voucher level, where closing sends nothing; nor does what went as a voucher.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from blocks.systems.targets import PushTarget
from ledger.ecom.contract import DOCUMENT, EVENT, document_of, event_of
from ledger.ecom.documents import EcomDocument
from ledger.ecom.events import EcomPayment
from ledger.ecom.history import fold
from ledger.ecom.modes import Mode, mode_at
from ledger.ecom.sentences import sentence
from ledger.invoice.mappings.ecom_procountor.journals import (
    Made,
    Paid,
    journals_of,
    last_day,
)
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from ledger.push.kinds import PushKind
from ledger.text import joined
from tasks.ecom.queueing import queue
from tasks.ecom.route import EcomRoute

IN_JOURNAL: Final = "journal"
CLOSING: Final = "closing-"
"""How the id of a closing begins; its journals are transfers of their own."""
OF_MEMO: Final = frozenset({"memo_level", IN_JOURNAL})


@dataclass(frozen=True)
class Closing:
    """A closing at memo level. `number`: which one of its period, from 1."""

    month: str
    number: int

    @property
    def id(self) -> str:
        """Return by which it is known among transfers."""
        return f"{CLOSING}{self.month}-{self.number}"


def is_booked_closing(transfer: Transfer) -> bool:
    """Return whether it is no more than a closing whose journals are all in the outbox."""
    is_closing = transfer.kind == PushKind.JOURNAL and transfer.item.startswith(CLOSING)
    return is_closing and transfer.state is TransferState.QUEUED


def closings(route: EcomRoute) -> Iterator[Closing]:
    """Yield the closings at memo level that still stand, oldest first."""
    found = []
    for month, changes in route.company.closings.items():
        closed = [moment for moment, is_closed in changes if is_closed]
        stands = bool(changes) and changes[-1][1]
        if stands and mode_at(route.modes, closed[-1]) is Mode.MEMO:
            found.append((closed[-1], Closing(month, len(closed))))
    yield from (one for _, one in sorted(found, key=lambda pair: pair[0]))


def book(route: EcomRoute, target: PushTarget, *, run_id: str = "") -> list[str]:
    """Queue the journals of closings that have none yet; return their ids.

    What a closing books is settled once, item by item, before its journals are made: whoever dies
    in between finds the same again, and what comes later is the next closing's. A journal that
    cannot be made is refused with its reason, and tried at each run until it can.
    """
    return [
        name
        for closing in closings(route)
        if not _is_over(route, closing)
        for name in _book(route, target, closing, run_id=run_id)
    ]


def awaits_journal(route: EcomRoute) -> bool:
    """Return whether a closing has not booked yet what it books."""
    return any(not _is_over(route, closing) for closing in closings(route))


def _is_over(route: EcomRoute, closing: Closing) -> bool:
    found = route.hub.transfers.find(route.tenant, SOURCE, closing.id)
    return found is not None and found.state is TransferState.QUEUED


def _book(route: EcomRoute, target: PushTarget, closing: Closing, *, run_id: str) -> list[str]:
    if route.hub.transfers.find(route.tenant, SOURCE, closing.id) is None:
        for item in _unbooked(route, closing):
            _assign(route, item, closing, run_id=run_id)
        _note(route, closing.id, closing, TransferState.WAITS, run_id=run_id)
    documents, payments = _assigned(route, closing)
    made = journals_of(
        closing.month,
        closing.number,
        documents,
        payments,
        table=route.table,
        terms=route.terms,
    )
    refused = [one for one in made if not _queue(route, target, one, closing, run_id=run_id)]
    if not refused:
        _note(route, closing.id, closing, TransferState.QUEUED, run_id=run_id)
    return [one.id for one in made if one not in refused]


@dataclass(frozen=True)
class Memo:
    """A document that was triggered at memo level, as it is now, and where each of it stands."""

    document: EcomDocument
    payments: tuple[EcomPayment, ...]


def _at_memo(route: EcomRoute) -> Iterator[Memo]:
    left = route.hub.transfers.listed(route.tenant, SOURCE, states=[TransferState.LEFT])
    subjects = [one.item for one in left if one.item == one.subject and one.code in OF_MEMO]
    for _, records in route.hub.feeds.of_subjects(route.tenant, SOURCE, subjects):
        revisions = {one.revision: one.content for one in records if one.kind == DOCUMENT}
        if revisions:
            document = document_of(revisions[max(revisions)])
            events = [event_of(one.content) for one in records if one.kind == EVENT]
            history = fold(events, route.modes, kind=document.kind)
            paid = (one.entered for one in history.payments.values() if not one.is_deleted)
            yield Memo(document, tuple(paid))


def _unbooked(route: EcomRoute, closing: Closing) -> list[str]:
    """Return what lies in the period or before it and is in no books: documents and payments."""
    booked = {
        one.item
        for one in route.hub.transfers.listed(route.tenant, SOURCE)
        if one.state is TransferState.QUEUED or one.code == IN_JOURNAL
    }
    until = last_day(closing.month)
    days = {
        item: day
        for memo in _at_memo(route)
        for item, day in (
            (memo.document.id, memo.document.date),
            *((f"{memo.document.id}:{one.id}", one.date) for one in memo.payments),
        )
    }
    return [item for item, day in days.items() if day <= until and item not in booked]


def _assigned(route: EcomRoute, closing: Closing) -> tuple[list[EcomDocument], list[Paid]]:
    """Return what a closing books."""
    mine = {
        one.item
        for one in route.hub.transfers.listed(route.tenant, SOURCE)
        if one.code == IN_JOURNAL and one.detail == closing.id
    }
    memos = list(_at_memo(route))
    documents = [memo.document for memo in memos if memo.document.id in mine]
    payments = [
        Paid(memo.document, one)
        for memo in memos
        for one in memo.payments
        if f"{memo.document.id}:{one.id}" in mine
    ]
    return documents, payments


def _assign(route: EcomRoute, item: str, closing: Closing, *, run_id: str) -> None:
    """Note of a document or payment that a closing books it."""
    known = route.hub.transfers.find(route.tenant, SOURCE, item) or Transfer(
        route.tenant,
        SOURCE,
        item,
        item.partition(":")[0],
        str(PushKind.PAYMENT),
        0,
        str(Mode.MEMO),
        TransferState.LEFT,
    )
    booked = replace(known, state=TransferState.LEFT, code=IN_JOURNAL, detail=closing.id)
    route.hub.transfers.note(booked, run_id=run_id)


def _queue(
    route: EcomRoute, target: PushTarget, made: Made, closing: Closing, *, run_id: str
) -> bool:
    """Queue a journal, or note why it cannot be; return whether it is queued."""
    code = made.refusals[0].code if made.refusals else ""
    detail = joined(*(sentence(one.code, one.values) for one in made.refusals))
    if made.journal is not None:
        refused = queue(
            route.hub,
            route.tenant,
            route.route.target,
            [made.journal],
            target=target,
            stamp=Mode.MEMO,
            invoice_kind=PushKind.JOURNAL,
        )
        if refused:
            code = "target_refuses"
            detail = sentence(code, {"why": refused[made.journal.key]})
    state = TransferState.REFUSED if code else TransferState.QUEUED
    _note(route, made.id, closing, state, code=code, detail=detail, run_id=run_id)
    return not code


def _note(
    route: EcomRoute,
    item: str,
    closing: Closing,
    state: TransferState,
    *,
    code: str = "",
    detail: str = "",
    run_id: str,
) -> None:
    transfer = Transfer(
        route.tenant,
        SOURCE,
        item,
        item,
        str(PushKind.JOURNAL),
        closing.number,
        str(Mode.MEMO),
        state,
        code=code,
        detail=detail,
    )
    route.hub.transfers.note(transfer, run_id=run_id)
