"""What follows from a document's history: what is sent, what waits, and what stands against it.

Source:
    The article's chapters 5 and 6 (R-ECO-25 to -48); `docs/systems/ecom.md` says it for people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from ledger.ecom.documents import EcomDocument
from ledger.ecom.events import Event
from ledger.ecom.history import History, PaymentHistory
from ledger.ecom.modes import Mode
from ledger.ecom.periods import Company
from ledger.invoice.pushed.ledger import PaymentOrigin

ZONE: Final = ZoneInfo("Europe/Helsinki")
DAYS_AFTER_DUE: Final = 3
"""Calendar days after the due date on which an invoice counts as paid (R-ECO-38)."""

AUTOMATIC: Final = "#auto"
"""What an automatic mark is called; no id of Ecom's has such a sign."""


class Kind(StrEnum):
    """What is sent, as the outbox names it."""

    PURCHASE_INVOICE = "purchase_invoice"
    SALES_INVOICE = "sales_invoice"
    PAYMENT = "payment"


class Verdict(StrEnum):
    """What becomes of a thing."""

    SEND = "send"
    WAIT = "wait"
    REFUSE = "refuse"
    LEAVE = "leave"


@dataclass(frozen=True)
class Paid:
    """A payment that is to be sent. `amount`: None for all that is open there."""

    day: dt.date
    amount: Decimal | None
    currency: str
    origin: PaymentOrigin


@dataclass(frozen=True)
class Decision:
    """What is to be done with one thing: a document, or a payment of it.

    `item`: its id. `stamp`: who books it. `code`, `values`: why it is not sent. `day`: by which its
    period goes. `paid`: of a payment.
    """

    item: str
    kind: Kind
    verdict: Verdict
    stamp: Mode | None = None
    revision: int = 0
    triggered_at: dt.datetime | None = None
    day: dt.date | None = None
    code: str = ""
    values: tuple[tuple[str, object], ...] = ()
    paid: Paid | None = None


@dataclass(frozen=True)
class Case:
    """A document, and all by which it is decided.

    `document`: the revision that is to be sent; None while it has not come. `today`: in
    Europe/Helsinki. `queued`: items that are in the outbox: they stay there whatever comes later.
    `released`: the mode in which a person sends what was triggered at memo level. `sent_revision`:
    the one that is in the outbox. `retried_revision`: the one that a person has tried once more.
    """

    id: str
    history: History
    company: Company
    document: EcomDocument | None
    today: dt.date
    queued: frozenset[str] = frozenset()
    released: Mode | None = None
    sent_revision: int = 0
    retried_revision: int = 0


def decide(case: Case) -> tuple[Decision, ...]:
    """Return what is to be done with a document and its payments."""
    whole = _document(case)
    return (whole, *_payments(case, whole)) if whole else ()


def revision_of(history: History) -> int:
    """Return which revision is to be sent, or would be; 0 while nothing asks for one."""
    if history.revision:
        return history.revision
    event = _asking(history)
    return event.revision if event else 0


def _asking(history: History) -> Event | None:
    if history.trigger:
        return history.trigger.event
    if history.awaits_export and not history.unposted_choice:
        return history.awaits_export
    refused = history.refused_exports[-1] if history.refused_exports else None
    return history.unposted_choice or refused or history.memo


def _document(case: Case) -> Decision | None:
    asking, history, document = _asking(case.history), case.history, case.document
    kind = Kind(document.kind) if document else Kind.PURCHASE_INVOICE
    if asking is None:
        return _stopped(case.id, kind, history)
    memo = Mode.MEMO if history.memo else None
    verdict, code = _verdict(case, asking)
    return Decision(
        case.id,
        kind,
        verdict,
        stamp=history.trigger.stamp if history.trigger else case.released or memo,
        revision=case.retried_revision or revision_of(history),
        triggered_at=asking.occurred_at,
        day=document.date if document else None,
        code=code,
    )


def _verdict(case: Case, asking: Event) -> tuple[Verdict, str]:
    if case.id in case.queued:
        return Verdict.SEND, ""
    if case.history.trigger is None and case.released is None:
        return _untriggered(case.history)
    if case.history.cancelled:
        return Verdict.LEAVE, "cancelled"
    if case.document is None:
        return Verdict.WAIT, "document_awaited"
    code = _booked_elsewhere(case, case.document.date, asking.occurred_at)
    return (Verdict.REFUSE, code) if code else (Verdict.SEND, "")


def _booked_elsewhere(case: Case, day: dt.date, triggered_at: dt.datetime) -> str:
    """Return why a document may be in the books without us; empty when nothing says so."""
    if _was_closed(case.company, day, triggered_at):
        return "period_closed"
    if case.company.attached_at(triggered_at) and not case.retried_revision:
        return "other_integration"
    return ""


def _untriggered(history: History) -> tuple[Verdict, str]:
    if history.cancelled:
        return Verdict.LEAVE, "cancelled"
    if history.unposted_choice:
        return Verdict.REFUSE, "purchase_posting_absent"
    if history.awaits_export:
        return Verdict.WAIT, "not_exported"
    if history.refused_exports:
        return Verdict.REFUSE, "unapproved"
    return Verdict.LEAVE, "memo_level"


def _was_closed(company: Company, day: dt.date, triggered_at: dt.datetime) -> bool:
    """Return whether a period was closed when a document was triggered, and is so still."""
    return company.is_closed(day, at=triggered_at) and company.is_closed(day)


def _stopped(item: str, kind: Kind, history: History) -> Decision | None:
    ordered = history.ordered
    if ordered.conflict is not None:
        values = (("sequence", ordered.conflict),)
        return Decision(item, kind, Verdict.REFUSE, code="sequence_conflict", values=values)
    if ordered.missing is not None:
        values = (("sequence", ordered.missing),)
        return Decision(item, kind, Verdict.WAIT, code="event_awaited", values=values)
    return None


def _payments(case: Case, whole: Decision) -> Iterator[Decision]:
    document = case.document
    if document is None:
        return
    for name, payment in sorted(case.history.payments.items()):
        if payment.entered.origin is PaymentOrigin.MANUAL:
            yield _manual(case, whole, f"{case.id}:{name}", payment)
    if document.is_purchase and case.history.submitted and not document.is_credit_note:
        yield _automatic(case, whole, document)


def _manual(case: Case, whole: Decision, item: str, payment: PaymentHistory) -> Decision:
    entered = payment.entered
    verdict, code = _as_its_document(whole)
    if item in case.queued:
        verdict, code = Verdict.SEND, ""
    elif against := _against(case, payment):
        verdict, code = against
    return Decision(
        item,
        Kind.PAYMENT,
        verdict,
        stamp=whole.stamp,
        triggered_at=payment.first.occurred_at,
        day=entered.date,
        code=code,
        paid=Paid(entered.date, entered.amount, entered.currency, entered.origin),
    )


def _against(case: Case, payment: PaymentHistory) -> tuple[Verdict, str] | None:
    entered, document = payment.entered, case.document
    if payment.is_deleted:
        return Verdict.LEAVE, "payment_deleted"
    if entered.amount <= 0 or (document and document.is_credit_note):
        return Verdict.REFUSE, "payment_of_credit"
    if document and entered.currency != document.currency:
        return Verdict.REFUSE, "payment_currency"
    return None


def _automatic(case: Case, whole: Decision, document: EcomDocument) -> Decision:
    """Return the mark that no person makes: submitted, no bank error, three days past due."""
    item, paid_on = f"{case.id}:{AUTOMATIC}", document.due_date
    submitted = case.history.submitted
    verdict, code = _as_its_document(whole)
    if item in case.queued:
        verdict, code = Verdict.SEND, ""
    elif case.history.bank_errors:
        verdict, code = Verdict.LEAVE, "bank_error"
    elif verdict is Verdict.SEND and case.today < paid_on + dt.timedelta(days=DAYS_AFTER_DUE):
        verdict, code = Verdict.WAIT, "due_awaited"
    return Decision(
        item,
        Kind.PAYMENT,
        verdict,
        stamp=whole.stamp,
        triggered_at=submitted.occurred_at if submitted else None,
        day=paid_on,
        code=code,
        paid=Paid(paid_on, None, document.currency, PaymentOrigin.BANK_AUTO),
    )


def _as_its_document(whole: Decision) -> tuple[Verdict, str]:
    """Return what becomes of a payment by what becomes of its document."""
    if whole.verdict is Verdict.LEAVE:
        return Verdict.LEAVE, whole.code
    if whole.verdict is Verdict.SEND:
        return Verdict.SEND, ""
    return Verdict.WAIT, "document_not_sent"


def day_of(moment: dt.datetime) -> dt.date:
    """Return the day of a moment in Europe/Helsinki."""
    return moment.astimezone(ZONE).date()
