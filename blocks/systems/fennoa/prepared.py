"""What is sent to Fennoa for a document of the outbox, and by what it is known there again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from blocks.hub.outbox import Queued
from ledger.errors import TerminalError
from ledger.invoice.arithmetic import Sum
from ledger.invoice.document import InvoiceDocument

NOTHING: Final = Sum()


PREPARED: Final = 4
"""Documents that stay read: one after another goes through its steps, and few are in doubt."""


@lru_cache(maxsize=PREPARED)
def document_of(text: str) -> InvoiceDocument:
    """Return an invoice, given as JSON."""
    return InvoiceDocument.model_validate_json(text)


class Unsendable(TerminalError):
    """A document cannot be sent to Fennoa as it is."""

    sentence = "It cannot be sent to Fennoa as it is: {code}."

    @property
    def why(self) -> str:
        """Return why, in a few words or a code."""
        return str(self.values["code"])


@dataclass(frozen=True)
class Prepared:
    """What is sent for a document, and by what it is known there again.

    `form`: the fields as they are posted, our key among them. `totals`: what Fennoa is expected to
    compute, in its currency. `surcharge`: what Fennoa may add by itself when it sends.
    """

    form: Mapping[str, str]
    customer_no: str
    invoice_date: str
    totals: Sum
    surcharge: Sum = NOTHING


Prepare = Callable[[Queued], Prepared]
"""Turns a document of the outbox into what is sent."""


def marked(key: str) -> str:
    """Return our key as it travels in an invoice."""
    return f"tasma:{key}"
