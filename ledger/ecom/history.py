"""What became of a document: a fold over its events as a set.

In which order they come, and whether some come twice, makes no difference. Behind a gap nothing
counts: an event that has not come may be the one that forbids the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ledger.ecom.documents import DocumentKind
from ledger.ecom.events import OF_PAYMENTS, EcomPayment, Event, EventKind
from ledger.ecom.modes import Mode, Since, mode_at


@dataclass(frozen=True)
class Ordered:
    """Events in sequence. `missing`: number of the first that has not come while later ones have.

    `conflict`: number that two different events have. `unknown`: kinds that nobody here knows.
    """

    events: tuple[Event, ...]
    missing: int | None = None
    conflict: int | None = None
    unknown: tuple[str, ...] = ()


def in_sequence(events: Iterable[Event]) -> Ordered:
    """Put events in their order, each once, up to the first gap or contradiction."""
    by_number: dict[int, Event] = {}
    conflict: int | None = None
    for event in events:
        known = by_number.setdefault(event.sequence, event)
        if known.id != event.id:
            conflict = min(conflict or event.sequence, event.sequence)
    last = max(by_number, default=0)
    end = next((number for number in range(1, last + 1) if number not in by_number), last + 1)
    stop = min(end, conflict or end)
    ordered = tuple(by_number[number] for number in range(1, stop))
    missing = end if end <= last else None
    unknown = tuple(dict.fromkeys(one.kind for one in ordered if one.known is None))
    return Ordered(ordered, missing, conflict, unknown)


@dataclass(frozen=True)
class Trigger:
    """The event by which a document is to be sent, and the stamp that it carries from then on."""

    event: Event
    stamp: Mode


@dataclass
class PaymentHistory:
    """A payment. `first`: as it was entered; `last`: as it stands; `is_deleted`: it is gone."""

    first: Event
    last: Event
    is_deleted: bool = False

    @property
    def entered(self) -> EcomPayment:
        """Return it as it stands."""
        return _payment(self.last)

    @property
    def was_changed(self) -> bool:
        """Return whether it was edited or deleted after it had been entered."""
        return self.is_deleted or _payment(self.first) != _payment(self.last)


@dataclass
class History:
    """What became of a document, up to the first gap.

    `trigger`: None until something says that it is to be sent. `memo`: what would have said so,
    and came at memo level. `unposted_choice`: what would have said so, while nobody had chosen
    where purchases are posted. `refused_exports`: presses of the button on an unapproved document.
    """

    ordered: Ordered
    trigger: Trigger | None = None
    revision: int = 0
    """Which one is to be sent: that of the trigger, or of the last press since; no later one."""
    memo: Event | None = None
    unposted_choice: Event | None = None
    refused_exports: list[Event] = field(default_factory=list)
    awaits_export: Event | None = None
    """The approval after which only the button is awaited."""
    is_approved: bool = False
    cancelled: Event | None = None
    rejected: Event | None = None
    submitted: Event | None = None
    bank_errors: list[Event] = field(default_factory=list)
    payments: dict[str, PaymentHistory] = field(default_factory=dict)
    changed: Event | None = None
    """The last change of the document or of its posting."""
    rejected_after: Event | None = None
    notices: list[Event] = field(default_factory=list)
    approvals: set[int] = field(default_factory=set)


def fold(events: Iterable[Event], modes: tuple[Since, ...], *, kind: DocumentKind) -> History:
    """Return what became of a document.

    Args:
        events: Of one document, in any order, some perhaps twice or not yet there.
        kind: A purchase is triggered by its approval or the button, a sale by having been sent.
        modes: Of its route, oldest first. Each trigger is stamped with the mode of its own moment,
            so a later change of mode reaches nothing that was triggered before.
    """
    history = History(in_sequence(events))
    steps = _OF_PURCHASES if kind is DocumentKind.PURCHASE_INVOICE else _OF_SALES
    for event in history.ordered.events:
        known = event.known
        if known in OF_PAYMENTS:
            _payments(history, event)
        elif known is not None and (step := steps.get(known)):
            step(history, event, mode_at(modes, event.occurred_at))
    return history


def _approved(history: History, event: Event, mode: Mode | None) -> None:
    is_first = not history.approvals
    history.approvals.add(event.step)
    history.is_approved = len(history.approvals) >= event.steps
    if mode is Mode.VOUCHER_PROCOUNTOR and (is_first or history.trigger is None):
        _trigger(history, event, mode)
    elif mode is Mode.VOUCHER:
        history.unposted_choice = history.unposted_choice or event
    elif mode is Mode.MEMO and history.is_approved:
        history.memo = history.memo or event
    elif mode is Mode.VOUCHER_ECOM and history.is_approved:
        history.awaits_export = history.awaits_export or event


def _exported(history: History, event: Event, mode: Mode | None) -> None:
    if mode is Mode.VOUCHER:
        history.unposted_choice = history.unposted_choice or event
    elif mode is Mode.VOUCHER_ECOM and not history.is_approved:
        history.refused_exports.append(event)
    elif mode is Mode.VOUCHER_ECOM:
        _trigger(history, event, mode)
    elif mode is Mode.VOUCHER_PROCOUNTOR and history.trigger:
        # The approval sends it there; what failed is sent again from the posting section.
        _trigger(history, event, mode)


def _sent(history: History, event: Event, mode: Mode | None) -> None:
    # Sales are posted in Ecom whatever was chosen for purchases; but it is a step of taking into
    # use, and nothing goes before that is over.
    if mode is Mode.VOUCHER:
        history.unposted_choice = history.unposted_choice or event
    elif mode is not None and mode.is_voucher:
        _trigger(history, event, mode)
    elif mode is Mode.MEMO:
        history.memo = history.memo or event


def _trigger(history: History, event: Event, mode: Mode) -> None:
    if history.cancelled is not None:
        return
    history.trigger = history.trigger or Trigger(event, mode)
    history.revision = event.revision


def _rejected(history: History, event: Event, _: Mode | None) -> None:
    _withdraw_approvals(history)
    history.rejected = event
    if history.trigger:
        history.rejected_after = event


def _resubmitted(history: History, _: Event, __: Mode | None) -> None:
    _withdraw_approvals(history)
    history.rejected = None


def _withdraw_approvals(history: History) -> None:
    history.approvals.clear()
    history.is_approved = False
    history.awaits_export = None


def _cancelled(history: History, event: Event, _: Mode | None) -> None:
    history.cancelled = event


def _changed(history: History, event: Event, _: Mode | None) -> None:
    history.changed = event


def _submitted(history: History, event: Event, _: Mode | None) -> None:
    history.submitted = history.submitted or event


def _notice(history: History, event: Event, _: Mode | None) -> None:
    history.notices.append(event)


def _bank_error(history: History, event: Event, _: Mode | None) -> None:
    history.bank_errors.append(event)


def _payments(history: History, event: Event) -> None:
    name = _payment(event).id
    known = history.payments.get(name)
    if event.known is EventKind.PAYMENT_CREATED and known is None:
        history.payments[name] = PaymentHistory(event, event)
    elif known is not None:
        known.last = event
        known.is_deleted = event.known is EventKind.PAYMENT_DELETED


def _payment(event: Event) -> EcomPayment:
    if event.payment is None:
        raise AssertionError(f"{event.kind} without a payment; the contract refuses it.")
    return event.payment


_OF_BOTH: Final = {
    EventKind.CANCELLED: _cancelled,
    EventKind.CHANGED: _changed,
    EventKind.POSTING_CHANGED: _changed,
    EventKind.NOTICE: _notice,
}
_OF_PURCHASES: Final = _OF_BOTH | {
    EventKind.APPROVED: _approved,
    EventKind.REJECTED: _rejected,
    EventKind.RESUBMITTED: _resubmitted,
    EventKind.EXPORT_PRESSED: _exported,
    EventKind.SUBMITTED_FOR_PAYMENT: _submitted,
    EventKind.BANK_ERROR: _bank_error,
}
_OF_SALES: Final = _OF_BOTH | {EventKind.SENT: _sent}
