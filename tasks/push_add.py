"""Taking a file of invoices into the outbox: judged one by one, and queued once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from blocks.hub import Hub
from blocks.hub.outbox import NewDocument, QueuedFile, UnknownDocument
from blocks.invoices.files import records_of
from blocks.lake import Lake
from blocks.systems.targets import PushTarget
from ledger.invoice.checks import check_credits
from ledger.invoice.contract import Record
from ledger.invoice.delivery import Delivery
from ledger.invoice.document import InvoiceDocument
from ledger.invoice.pushed.invoices import PushedInvoice
from ledger.invoice.pushed.parts import Pushed
from ledger.push.kinds import Prerequisite, PushKind
from ledger.push.sums import Sums
from ledger.text import visible
from tasks.push_files import absent, take_files

FILE: Final = "file"
"""The route of what came in a file, whose name is the trigger."""
NAME_CHARS: Final = 255
REFUSALS_KEPT: Final = 500
"""Refused documents that are named; the count says all."""

KIND: Final = PushKind.SALES_INVOICE


@dataclass
class Added:
    """What became of a file: received = added + replaced + known + repeated + refused + waiting.

    `waiting`: those whose files have not come yet; `waits_for` has the names. `sent_before`: of the
    refused, those of which something was sent. `reasons`: of all refused, each in a sentence.
    `remarks`: on documents that go, each in a sentence.
    """

    received: int = 0
    added: int = 0
    replaced: int = 0
    known: int = 0
    repeated: int = 0
    refused: int = 0
    waiting: int = 0
    sent_before: int = 0
    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    waits_for: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Count them in a sentence."""
        waiting = f", {self.waiting:,} waiting for their files" if self.waiting else ""
        return (
            f"{self.received:,} received: {self.added:,} queued, {self.replaced:,} replaced, "
            f"{self.known:,} known, {self.repeated:,} repeated, {self.refused:,} refused{waiting}."
        )

    def wait(self, names: Iterable[str]) -> None:
        """Count an invoice whose files have not come yet."""
        self.waiting += 1
        if len(self.waits_for) < REFUSALS_KEPT:
            self.waits_for += names

    def refuse(self, *reasons: str) -> None:
        """Count a refusal, and keep why."""
        self.refused += 1
        if len(self.reasons) < REFUSALS_KEPT:
            self.reasons += reasons

    def remark(self, source_id: str, *sentences: str) -> None:
        """Keep what somebody may look at."""
        if len(self.remarks) < REFUSALS_KEPT:
            self.remarks += (f"{source_id}: {sentence}" for sentence in sentences)


def key_of(tenant: str, system: str, source_id: str, kind: PushKind = KIND) -> str:
    """Return the key that travels in a document: the same for ever, and of no other tenant."""
    # Sales invoices were there before other kinds, and keep the keys that they have.
    within = "" if kind is KIND else f"{kind}/"
    return hashlib.sha256(f"{system}/{tenant}/{within}{source_id}".encode()).hexdigest()[:32]


def sums_of(document: Pushed) -> Sums | None:
    """Return what a route's document amounts to; None of cards, payments and journals."""
    return Sums.of_invoice(document) if isinstance(document, PushedInvoice) else None


def add_file(
    hub: Hub,
    tenant: str,
    system: str,
    path: Path,
    *,
    target: PushTarget,
    process: str,
    lake: Lake,
    may_wait: bool = False,
) -> Added:
    """Queue the invoices of a file that the target can take, with the files beside it.

    Args:
        hub: Has the outbox.
        tenant: Whose they are.
        system: Where they go.
        path: The file; image and attachments lie in its folder.
        target: The same system, open.
        process: How far they go there; empty for what is agreed.
        lake: Where image and attachments are kept.
        may_wait: Whether an invoice waits for a file that is not there, in place of being refused.

    Raises:
        InvoiceFileRefused: The file cannot be read.
        TerminalError: See `PushTarget.plan`.
    """
    steps = {0: target.plan(KIND, process)}
    delivery, added = Delivery(path.name), Added()

    def documents() -> Iterator[NewDocument]:
        for taken in delivery.take_all(records_of(file, path.name)):
            if taken.document is None:
                added.refuse(*map(str, taken.findings))
            elif not taken.is_repeated and (new := judged(taken.document, taken.record)):
                yield new

    def judged(invoice: InvoiceDocument, record: Record) -> NewDocument | None:
        text = invoice.model_dump_json(exclude_defaults=True)
        against = list(target.judge(KIND, text))
        if may_wait and not against and (names := absent(invoice, folder=path.parent)):
            added.wait(names)
            return None
        files, unusable = take_files(lake, tenant, invoice, folder=path.parent, target=target)
        if against := [*against, *unusable]:
            place = visible(f"{path.name}, record {record.number}, {invoice.key}: ")
            added.refuse(*(place + sentence for sentence in against))
            return None
        added.remark(
            invoice.key, *target.remarks(KIND, text), *_above(hub, tenant, system, invoice)
        )
        plan = steps.setdefault(len(files), target.plan(KIND, process, files=len(files)))
        return replace(_new(tenant, system, invoice, text, files, file=path.name), steps=plan)

    def turned_away(new: NewDocument, why: str) -> None:
        added.sent_before += 1
        added.refuse(f"{visible(path.name)}, {new.source_id}: {why}.")

    with path.open("rb") as file:
        counts = hub.outbox.add(tenant, system, documents(), refused=turned_away)
    added.received, added.repeated = delivery.received, delivery.repeated
    added.added, added.replaced = counts["added"], counts["replaced"]
    added.known = counts["known"]
    return added


def _new(
    tenant: str,
    system: str,
    invoice: InvoiceDocument,
    text: str,
    files: tuple[QueuedFile, ...],
    *,
    file: str,
) -> NewDocument:
    return NewDocument(
        source_id=invoice.key,
        kind=KIND,
        key=key_of(tenant, system, invoice.key),
        customer=invoice.customer.key,
        document=text,
        digest=digest_of(invoice, files),
        steps=(),
        waits_for=_awaited(invoice),
        files=files,
        route=FILE,
        trigger=file[:NAME_CHARS],
        sums=Sums.of_invoice(invoice),
    )


def digest_of(invoice: InvoiceDocument, files: tuple[QueuedFile, ...]) -> str:
    """Return a hash of an invoice with its files: another image is another content."""
    if not files:
        return invoice.digest
    whole = "\n".join([invoice.digest, *(f"{one.name} {one.sha256}" for one in files)])
    return hashlib.sha256(whole.encode()).hexdigest()


def _awaited(invoice: InvoiceDocument) -> tuple[Prerequisite, ...]:
    """Return the invoice that a credit note corrects, unless it says its number itself."""
    if original := _original(invoice):
        return (Prerequisite(KIND, original),)
    return ()


def _original(invoice: InvoiceDocument) -> str:
    credited = invoice.credited
    is_named = invoice.is_credit and credited and credited.id and not credited.number
    return f"{invoice.source}/{credited.id}" if is_named and credited else ""


def _above(hub: Hub, tenant: str, system: str, credit: InvoiceDocument) -> list[str]:
    """Return a remark when the credits of an invoice exceed it, this one among them."""
    if not (name := _original(credit)):
        return []
    try:
        queued = hub.outbox.find(tenant, system, name, KIND)
    except UnknownDocument:
        return []
    original = InvoiceDocument.model_validate_json(queued.document)
    others = (
        InvoiceDocument.model_validate_json(one.document)
        for one in hub.push_facts.documents_of(queued)
        if one.source_id != credit.key
    )
    credits_so_far = (credit, *(one for one in others if _original(one) == name))
    return [one.message for one in check_credits(original, credits_so_far)]
