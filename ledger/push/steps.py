"""The steps of a document's plan, and how a target proves what became of one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Step(StrEnum):
    """One call of a document's plan, in the order in which a target asks for them."""

    CREATE = "create"
    CUSTOMER = "customer"
    """What the target calls the customer of a new document is read, and kept for the next."""
    CHECK = "check"
    """What was created is read back; it holds the document if figures or key differ."""
    BOOK = "book"
    """Its rows are written into the ledger there."""
    ATTACH = "attach"
    APPROVE = "approve"
    NUMBER = "number"
    """The target's own number is awaited: it comes a while after the approval."""
    SEND = "send"
    DELIVERY = "delivery"
    """What was sent is read back: whether it arrived, and whether it is still as it was."""
    PAY = "pay"


READ_ONLY: Final = frozenset({Step.CUSTOMER, Step.CHECK, Step.NUMBER, Step.DELIVERY})
"""Steps that change nothing there: whatever becomes of the answer, they are taken again."""


class ReadBack(StrEnum):
    """How a target proves what became of a step whose answer was lost."""

    SEARCH = "search"
    """By a walk over everything newer than a mark, for our key."""
    STATE = "state"
    """By reading the one document, and holding it against what was read before the call."""
    NONE = "none"
    """Not at all: a person looks."""
