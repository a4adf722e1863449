"""Which value each kind of pushed document is, read from JSON, and its schema.

A credit note is an invoice of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.invoice.contract import DIALECT
from ledger.invoice.pushed.cards import Partner, Product
from ledger.invoice.pushed.invoices import PurchaseInvoice, SalesInvoice
from ledger.invoice.pushed.ledger import Journal, Payment
from ledger.invoice.pushed.parts import Pushed
from ledger.push.kinds import PushKind

VALUES: Final[Mapping[PushKind, type[Pushed]]] = {
    PushKind.PARTNER: Partner,
    PushKind.PRODUCT: Product,
    PushKind.PURCHASE_INVOICE: PurchaseInvoice,
    PushKind.SALES_INVOICE: SalesInvoice,
    PushKind.PAYMENT: Payment,
    PushKind.JOURNAL: Journal,
}


def kind_of(document: Pushed) -> PushKind:
    """Return what kind a document is."""
    return next(kind for kind, value in VALUES.items() if type(document) is value)


def read_pushed(kind: str, text: str) -> Pushed:
    """Return the document that `Pushed.as_json` wrote.

    Raises:
        ValueError: There is no such kind, or the text is none of it.
    """
    return VALUES[PushKind(kind)].model_validate_json(text)


def schema(kind: PushKind) -> dict[str, Any]:
    """Return the JSON Schema of a kind."""
    return {"$schema": DIALECT, **VALUES[kind].model_json_schema()}
