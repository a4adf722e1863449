"""Taking a file of invoices into the outbox: judged one by one, and queued once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from blocks.hub import Hub
from blocks.hub.outbox import NewDocument
from blocks.invoices.files import records_of
from blocks.systems.targets import PushTarget
from ledger.invoice.delivery import Delivery
from ledger.invoice.document import InvoiceDocument
from ledger.push.kinds import PushKind

REFUSALS_KEPT: Final = 500
"""Refused documents that are named; the count says all."""


@dataclass
class Added:
    """What became of a file: received = added + replaced + known + repeated + refused.

    `sent_before`: of the refused, those of which something was sent. `reasons`: of others, each in
    a sentence.
    """

    received: int = 0
    added: int = 0
    replaced: int = 0
    known: int = 0
    repeated: int = 0
    refused: int = 0
    sent_before: int = 0
    reasons: list[str] = field(default_factory=list)


def key_of(
    tenant: str, system: str, source_id: str, kind: PushKind = PushKind.SALES_INVOICE
) -> str:
    """Return the key that travels in a document: the same for ever, and of no other tenant."""
    # Sales invoices were there before other kinds, and keep the keys that they have.
    within = "" if kind is PushKind.SALES_INVOICE else f"{kind}/"
    return hashlib.sha256(f"{system}/{tenant}/{within}{source_id}".encode()).hexdigest()[:32]


def add_file(
    hub: Hub, tenant: str, system: str, path: Path, *, target: PushTarget, process: str
) -> Added:
    """Queue the invoices of a file that the target can take.

    Raises:
        InvoiceFileRefused: The file cannot be read.
        TerminalError: See `PushTarget.plan`.
    """
    steps = target.plan(PushKind.SALES_INVOICE, process)
    delivery, added = Delivery(path.name), Added()

    def documents() -> Iterator[NewDocument]:
        for taken in delivery.take_all(records_of(file, path.name)):
            if taken.document is None:
                _refuse(added, *map(str, taken.findings))
            elif not taken.is_repeated:
                new = _new(tenant, system, taken.document)
                if against := target.judge(new.kind, new.document):
                    _refuse(added, *(f"{new.source_id}: {sentence}" for sentence in against))
                else:
                    yield NewDocument(**vars(new) | {"steps": steps})

    with path.open("rb") as file:
        counts = hub.outbox.add(tenant, system, documents())
    added.received, added.repeated = delivery.received, delivery.repeated
    added.added, added.replaced = counts["added"], counts["replaced"]
    added.known, added.sent_before = counts["known"], counts["refused"]
    added.refused += counts["refused"]
    return added


def _new(tenant: str, system: str, invoice: InvoiceDocument) -> NewDocument:
    return NewDocument(
        source_id=invoice.key,
        kind=PushKind.SALES_INVOICE,
        key=key_of(tenant, system, invoice.key),
        customer=invoice.customer.key,
        document=invoice.model_dump_json(exclude_defaults=True),
        digest=invoice.digest,
        steps=(),
    )


def _refuse(added: Added, *reasons: str) -> None:
    added.refused += 1
    if len(added.reasons) < REFUSALS_KEPT:
        added.reasons += reasons
