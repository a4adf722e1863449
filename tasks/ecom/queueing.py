"""Putting what Ecom triggered into the outbox: partner, invoice, payment, each with what it needs.

An invoice waits for its supplier's card, a payment for its invoice's approval.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from blocks.hub import Hub
from blocks.hub.outbox import NewDocument, Queued, UnknownDocument
from blocks.hub.transfers import Transfer
from blocks.systems.targets import PushTarget
from ledger.ecom.modes import Mode
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from ledger.invoice.pushed.invoices import PushedInvoice
from ledger.invoice.pushed.kinds import kind_of
from ledger.invoice.pushed.parts import Pushed
from ledger.push.advance import Rules
from ledger.push.events import Retried
from ledger.push.items import Phase
from ledger.push.kinds import Prerequisite, PushKind
from ledger.push.steps import Step
from tasks.ecom.route import KIND, EcomRoute
from tasks.push import now
from tasks.push_add import key_of, sums_of

ROUTE: Final = f"{SOURCE}/{KIND}"

PROCESS: Final = "approve"
"""As far as an invoice goes: created, read back, posted where Ecom posts, image, approved."""


def queue(
    hub: Hub,
    tenant: str,
    system: str,
    documents: Sequence[Pushed],
    *,
    target: PushTarget,
    stamp: Mode,
    invoice_kind: PushKind,
) -> dict[str, str]:
    """Queue documents that go together, in their order.

    A supplier's card that is on its way or there already is joined, whatever it says now.

    Args:
        hub: Where the outbox is.
        tenant: Whose they are.
        system: The route's target.
        documents: What goes.
        target: Open.
        stamp: The mode of their trigger.
        invoice_kind: What a payment among them pays.

    Returns:
        Those that were refused, by key, and why in a sentence.
    """
    refused: dict[str, str] = {}
    new: list[NewDocument] = []
    for document in documents:
        kind = PushKind(kind_of(document))
        made = NewDocument(
            source_id=document.key,
            kind=kind,
            key=key_of(tenant, system, document.key, kind),
            customer=_customer(document),
            document=document.as_json(),
            digest=document.digest,
            steps=tuple(target.plan(kind, PROCESS)),
            waits_for=_waits(document, invoice_kind),
            route=ROUTE,
            trigger=str(stamp),
            sums=sums_of(document),
        )
        if against := target.judge(made.kind, made.document):
            refused[document.key] = " ".join(against)
        new.append(made)
    if refused:
        return refused

    def note(document: NewDocument, why: str) -> None:
        if document.kind is not PushKind.PARTNER:
            refused[document.source_id] = why

    hub.outbox.add(tenant, system, new, refused=note)
    for one in hub.outbox.keys(tenant, system, [made.key for made in new]).values():
        if one.item.phase is Phase.REJECTED:
            # What is decided anew goes again, also when a person corrected it at the target alone.
            hub.outbox.apply(one, Retried(), rules=Rules(), now=now())
    return refused


def _customer(document: Pushed) -> str:
    """Return whose card a document might make: only cards and what names none are ordered by it."""
    if isinstance(document, PushedInvoice):
        partner = document.partner
        return partner.document if partner and partner.document else document.key
    return document.key


def _waits(document: Pushed, invoice_kind: PushKind) -> tuple[Prerequisite, ...]:
    if isinstance(document, PushedInvoice):
        return tuple(Prerequisite(PushKind.PARTNER, key) for key in document.waits_for)
    return tuple(Prerequisite(invoice_kind, key, Step.APPROVE) for key in document.waits_for)


def queued_of(route: EcomRoute, transfer: Transfer) -> Queued | None:
    """Return the document of the outbox that a transfer became; None where it has not."""
    try:
        return route.hub.outbox.find(
            route.tenant,
            route.route.target,
            f"{SOURCE}/{transfer.item}",
            PushKind(transfer.kind),
        )
    except UnknownDocument:
        return None
