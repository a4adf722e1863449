"""What kinds of documents are pushed, and how one names another that has to be there first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.push.steps import Step


class PushKind(StrEnum):
    """What a document of the outbox is; keys, marks and searches are apart for each."""

    SALES_INVOICE = "sales_invoice"
    PURCHASE_INVOICE = "purchase_invoice"
    PARTNER = "partner"
    """A customer's or supplier's card."""
    PRODUCT = "product"
    PAYMENT = "payment"
    """That an invoice which is there was paid: its plan has no create, only the payment."""
    JOURNAL = "journal"


@dataclass(frozen=True)
class Prerequisite:
    """Another document of the same tenant and target that has to come as far as `step` first."""

    kind: PushKind
    source_id: str
    step: Step = Step.CREATE

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.source_id}"


@dataclass(frozen=True)
class Learned:
    """What a document learnt of one that it had waited for, when it was called.

    `target_id`, `target_number`: the other's id and number there; empty where it has none.
    """

    kind: PushKind
    source_id: str
    target_id: str
    target_number: str = ""
