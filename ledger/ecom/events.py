"""Events of Ecom: what happened to a document, a payment, a period or an integration.

Source:
    The contract of `docs/systems/ecom.md`; the article's triggers (R-ECO-25 to -46).
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AwareDatetime, Field, model_validator

from ledger.invoice.fields import CurrencyCode, Day, Line, Value
from ledger.invoice.pushed.ledger import PaymentOrigin
from ledger.invoice.pushed.parts import Amount

EcomId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,28}$")]
"""An id of Ecom's: short enough that the ids of a document and of its payment fit in one key."""

Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class EventKind(StrEnum):
    """What can happen. A kind that is not among them is kept, named, and leads to nothing."""

    CREATED = "created"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    CREDITED = "credited"
    APPROVED = "approved"
    REJECTED = "rejected"
    RESUBMITTED = "resubmitted"
    POSTING_CHANGED = "posting_changed"
    EXPORT_PRESSED = "export_pressed"
    """The button *Vie Procountoriin*."""
    SENT = "sent"
    SUBMITTED_FOR_PAYMENT = "submitted_for_payment"
    BANK_ERROR = "bank_error"
    NOTICE = "notice"
    """A line of the document's own log in Ecom that asks nobody for anything; `code` has it."""
    PAYMENT_CREATED = "payment_created"
    PAYMENT_CHANGED = "payment_changed"
    PAYMENT_DELETED = "payment_deleted"
    PERIOD_CLOSED = "period_closed"
    PERIOD_REOPENED = "period_reopened"
    INTEGRATION_ATTACHED = "integration_attached"
    INTEGRATION_DETACHED = "integration_detached"


OF_COMPANY: Final = frozenset(
    {
        EventKind.PERIOD_CLOSED,
        EventKind.PERIOD_REOPENED,
        EventKind.INTEGRATION_ATTACHED,
        EventKind.INTEGRATION_DETACHED,
    }
)
"""Kinds that are about the company: their sequence is the company's, and no document is named."""

OF_PAYMENTS: Final = frozenset(
    {EventKind.PAYMENT_CREATED, EventKind.PAYMENT_CHANGED, EventKind.PAYMENT_DELETED}
)
_PERIODS: Final = frozenset({EventKind.PERIOD_CLOSED, EventKind.PERIOD_REOPENED})
_KINDS: Final = {str(kind): kind for kind in EventKind}


class EcomPayment(Value):
    """A payment as it stands after the event. `amount`: in its currency, above zero."""

    id: EcomId
    origin: PaymentOrigin = PaymentOrigin.MANUAL
    reference: Line = ""
    amount: Amount
    date: Day
    currency: CurrencyCode = "EUR"


class Event(Value):
    """One thing that happened.

    `sequence`: from 1 within the document, or within the company for `OF_COMPANY`, without gaps.
    `revision`, `content_sha256`: of the document as it was then. `step`, `steps`: which approval of
    how many. `code`: of a bank's error. `actor`: an id of Ecom's, never a name.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
    company: Line
    document: EcomId | None = None
    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    sequence: Annotated[int, Field(ge=1)]
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    actor: Line = ""
    revision: Annotated[int, Field(ge=0)] = 0
    content_sha256: Sha256 | None = None
    step: Annotated[int, Field(ge=1)] = 1
    steps: Annotated[int, Field(ge=1)] = 1
    code: Line = ""
    payment: EcomPayment | None = None
    period: Month | None = None
    integration: Line = ""

    @property
    def known(self) -> EventKind | None:
        """Return its kind; None of one that this release does not know."""
        return _KINDS.get(self.kind)

    @property
    def subject(self) -> str:
        """Return what it is about: a document's id, or empty text for the company."""
        return self.document or ""

    @model_validator(mode="before")
    @classmethod
    def _unknown_kinds_may_say_more(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("kind") not in _KINDS:
            return {name: one for name, one in given.items() if name in cls.model_fields}
        return given

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        kind = self.known
        if kind is None:
            return self
        if (kind in OF_COMPANY) == bool(self.document):
            raise ValueError(f"{kind} is about {_WHOM[kind in OF_COMPANY]}")
        if (kind in OF_PAYMENTS) != bool(self.payment):
            raise ValueError(f"{kind} {'needs' if kind in OF_PAYMENTS else 'has no'} payment")
        if (kind in _PERIODS) != bool(self.period):
            raise ValueError(f"{kind} {'needs a' if kind in _PERIODS else 'has no'} period")
        if self.step > self.steps:
            raise ValueError(f"step {self.step} of {self.steps}")
        return self


_WHOM: Final = {True: "the company and names no document", False: "a document, which it names"}


def month_of(day: dt.date) -> str:
    """Return the period of a day, such as 2026-01."""
    return f"{day:%Y-%m}"
