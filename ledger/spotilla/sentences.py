"""Why a customer, product or task does not go, or what is to be seen of one that does, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ledger.text import visible


class Stand(StrEnum):
    """What becomes of it."""

    WAITS = "waits"
    """It goes by itself once what is missing is there."""
    HELD = "held"
    """A person decides."""
    LEFT = "left"
    """It never goes as things are, and nothing is wrong."""
    NOTICE = "notice"
    """It went, and somebody may look."""


WAITS: Final = {
    "name_absent": "the customer has no name",
    "business_id_absent": "the customer has no business id, and consumers are not invoiced here",
    "business_id_malformed": "the business id is not of the form 1234567-8",
    "address_absent": "the customer has no address, without which Procountor makes no card",
    "customer_awaited": "the customer is not in Procountor yet",
    "product_awaited": "product {product} is not in Procountor yet",
    "product_name_absent": "product {product} has no name",
    "customer_absent": "the task has no customer",
    "customer_unknown": "the task's customer is not in Spotilla's register",
    "products_absent": "the task has no products, and an invoice needs a row",
    "product_unknown": "product {product} is not in Spotilla's register",
    "acceptance_awaited": "the task is finished and not accepted yet",
    "order_number_absent": "the task has no order number, and only tasks with one are invoiced",
    "bank_account_absent": "Procountor has no bank account that is its default for invoices",
    "turn_awaited": "more is to be made than {limit} in one cycle; it comes in a later one",
}
HELD: Final = {
    "second_of_business_id": (
        "customer {first} of Spotilla has the same business id; join them there, or correct one"
    ),
    "may_be_made_here": (
        "it may be the customer that was being made of Procountor's card {card}; "
        "`tasma spotilla join TENANT {card} --who NAME` says whether it is"
    ),
    "several_partners": "Procountor has several customers with this business id: {ids}",
    "partner_inactive": "the customer's card in Procountor is not active; nothing is made anew",
    "partner_gone": "the customer's card in Procountor was deleted; nothing is made anew",
    "product_gone": (
        "the card of product {product} in Procountor was deleted, or may not be seen; nothing is "
        "made anew"
    ),
    "product_inactive": (
        "the card of product {product} in Procountor is not in use; nothing is made anew"
    ),
    "total_zero": "the rows come to nothing, and an invoice of 0.00 needs a person",
    "vat_rate_absent": "product {product} has no VAT rate, and no usual one is agreed",
}
LEFT: Final = {
    "not_finished": "the task is not finished",
    "before_switch_on": (
        "it was finished before the integration was switched on ({since}); a start date sends it"
    ),
    "deleted_here": "it was deleted in Spotilla",
}
NOTICES: Final = {
    "rows_left_out": "rows of 0 were left out: {count}",
    "changed_after_transfer": "the task was changed after it was invoiced; the invoice stays",
    "overwritten": "Spotilla's own change of {fields} gives way to Procountor's",
    "channel_not_met": "not sent by {channel}, since Procountor's card lacks {lacks}",
}
SENTENCES: Final = WAITS | HELD | LEFT | NOTICES
_STANDS: Final = (
    dict.fromkeys(WAITS, Stand.WAITS)
    | dict.fromkeys(HELD, Stand.HELD)
    | dict.fromkeys(LEFT, Stand.LEFT)
    | dict.fromkeys(NOTICES, Stand.NOTICE)
)


@dataclass(frozen=True)
class Reason:
    """A code and what fills its sentence."""

    code: str
    values: dict[str, object] = field(default_factory=dict, hash=False)

    @property
    def stand(self) -> Stand:
        """Return what becomes of what it is about."""
        return _STANDS[self.code]

    @property
    def message(self) -> str:
        """Return it as a sentence."""
        return visible(SENTENCES[self.code].format_map(self.values))


def reason(code: str, /, **values: object) -> Reason:
    """Return a reason; a code that has no sentence is a mistake of the program."""
    if code not in SENTENCES:
        raise KeyError(code)
    return Reason(code, values)
