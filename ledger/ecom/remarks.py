"""What a person should see of a document, whatever becomes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.ecom.decide import DAYS_AFTER_DUE, Case, day_of
from ledger.ecom.history import PaymentHistory
from ledger.invoice.pushed.ledger import PaymentOrigin

PAYEE: Final = "Saajaa ei löydy toimittajarekisteristä"
"""What Ecom writes of a payee that is in no register; the sixth of the article's errors."""


class Level(StrEnum):
    """How a remark is shown."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Remark:
    """One remark. `values`: what its sentence names (`ledger.ecom.sentences`)."""

    item: str
    code: str
    level: Level
    values: tuple[tuple[str, object], ...] = ()


def remarks(case: Case) -> tuple[Remark, ...]:
    """Return what a person should see."""
    return (
        *_of_events(case),
        *_after_transfer(case),
        *_of_bank_errors(case),
        *(
            found
            for name, payment in sorted(case.history.payments.items())
            if (found := _of_payment(f"{case.id}:{name}", payment, case))
        ),
    )


def _of_events(case: Case) -> Iterator[Remark]:
    ordered = case.history.ordered
    for kind in ordered.unknown:
        yield Remark(case.id, "event_unknown", Level.WARNING, (("kind", kind),))
    for notice in case.history.notices:
        is_payee = PAYEE in notice.code
        code = "payee_not_in_register" if is_payee else "notice"
        values = () if is_payee else (("text", notice.code),)
        yield Remark(case.id, code, Level.INFO, values)
    if case.history.trigger and ordered.missing:
        yield Remark(case.id, "event_missing", Level.WARNING, (("sequence", ordered.missing),))
    if case.history.trigger and ordered.conflict:
        yield Remark(case.id, "event_twice", Level.ERROR, (("sequence", ordered.conflict),))


def _after_transfer(case: Case) -> Iterator[Remark]:
    history = case.history
    if history.changed and case.id in case.queued and history.changed.revision > case.sent_revision:
        values = (("revision", history.changed.revision),)
        yield Remark(case.id, "changed_after_transfer", Level.WARNING, values)
    if history.rejected_after:
        yield Remark(case.id, "rejected_after_transfer", Level.ERROR)
    if history.cancelled and case.id in case.queued:
        yield Remark(case.id, "cancelled_after_transfer", Level.ERROR)


def _of_bank_errors(case: Case) -> Iterator[Remark]:
    for error in case.history.bank_errors:
        day, document = day_of(error.occurred_at), case.document
        is_late = document is not None and day >= (
            document.due_date + dt.timedelta(days=DAYS_AFTER_DUE)
        )
        code = "bank_error_late" if is_late else "bank_error_in_time"
        values = (("bank_code", error.code), ("day", day))
        yield Remark(case.id, code, Level.WARNING, values)


def _of_payment(item: str, payment: PaymentHistory, case: Case) -> Remark | None:
    if payment.entered.origin is PaymentOrigin.REFERENCE:
        return Remark(item, "reference_payment", Level.INFO)
    if payment.entered.origin is PaymentOrigin.BANK_AUTO:
        return Remark(item, "bank_payment", Level.INFO)
    if payment.was_changed and item in case.queued:
        code = "payment_deleted_after" if payment.is_deleted else "payment_changed_after"
        return Remark(item, code, Level.WARNING)
    return None
