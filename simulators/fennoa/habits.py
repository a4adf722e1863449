"""What Fennoa does one way or another, and the documentation leaves open: switches."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Order(StrEnum):
    """In which order the list of invoices is given."""

    NEWEST_FIRST = "newest_first"
    OLDEST_FIRST = "oldest_first"
    NONE = "none"
    """By nothing that a reader could use."""


class BeyondEnd(StrEnum):
    """What the page after the last one is."""

    EMPTY = "empty"
    NOT_FOUND = "not_found"
    LAST_PAGE = "last_page"
    """The last page once more."""


@dataclass
class Habits:
    """Switches of all companies.

    `number_delay_s`: from the approval until the invoice has its number. `list_has_notes`,
    `detail_has_notes`: where ``notes_internal`` comes back. `shows_customer_no`: whether an invoice
    has the customer's number beside ``customer_id``. `acts_by_itself`: Fennoa's own automation
    approves and sends every draft, whoever made it. `calls_per_second`: more are refused; 0 refuses
    none. `attachment_field`: of the form with an attachment. `delivery_error_names`: the field by
    which a delivery error names its invoice, with its id or its number.
    """

    number_delay_s: float = 0.0
    order: Order = Order.NEWEST_FIRST
    beyond_end: BeyondEnd = BeyondEnd.EMPTY
    list_has_notes: bool = True
    detail_has_notes: bool = True
    shows_customer_no: bool = False
    vat_per_row: bool = True
    acts_by_itself: bool = False
    calls_per_second: int = 0
    attachment_field: str = "file"
    delivery_error_names: str = "sales_invoice_id"
