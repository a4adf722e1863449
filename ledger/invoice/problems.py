"""What is wrong with an invoice: a value with a stable code, a field, and a sentence.

A problem refuses the invoice, has it wait, or is a remark. Sentences hold no name and no
text of the invoice, except codes, percentages and dates.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ledger.text import visible


class Severity(StrEnum):
    """What becomes of the invoice."""

    REFUSES = "refuses"
    WAITS = "waits"
    WARNS = "warns"


REFUSALS: Final = {
    "malformed": "{reason}",
    "unknown_field": "there is no such field; `tasma schema invoice` lists those there are",
    "unreadable": "{reason}",
    "missing": "missing",
    "more": "and {count} more findings of this invoice",
    "repeated_otherwise": (
        "the same source and id came before in this file with other content (record "
        "{earlier}); rows of one invoice stand together, and an invoice is given once"
    ),
    "rows_absent": "there is no row; an invoice has at least one",
    "dates_reversed": "{last} lies before {first}",
    "business_id_malformed": "no business id of {country}; Finnish ones are like 1234567-1",
    "vat_number_malformed": "no VAT number; expected country and digits, like FI12345671",
    "reference_malformed": "no payment reference; expected 3 to 20 digits, or RF and digits",
    "reference_check_digit": "its check digit is wrong: a bank would refuse the payment",
    "rate_not_in_force": (
        "{rate} % is no VAT rate of {country} for {day}; in force then: {known}. The day of "
        "delivery decides, and a credit takes the rate of its original"
    ),
    "rate_changes_within": (
        "{rate} % is not in force in {country} for the whole delivery period; divide the row "
        "where the rate changes, on an invoice for each part"
    ),
    "credited_absent": "a credit note names the invoice that it credits, and this does not",
    "credits_nothing": "only a credit note names a credited invoice",
    "credit_not_negative": (
        "the sum of the credit note is {gross}; a credit has negative quantities or prices"
    ),
    "field_absent": "missing, and {target} takes no invoice without it",
    "channel_absent": "missing, and without it an invoice may go by post",
    "channel_unknown": "{channel!r} is no delivery method; expected one of {known}",
    "recipients_several": "{count} addresses to send to; an invoice has one",
    "address_absent": "missing, and delivery by {channel} needs it",
    "address_malformed": "no address for delivery by {channel}; expected {expected}",
    "operator_absent": "missing, and an e-invoice needs the id of its operator",
    "operator_unknown": (
        "{operator!r} is no operator id of the list of {listed}; allow it for the tenant by "
        "name if it is newer, and give the id, not the operator's name"
    ),
    "consumer_e_invoicing_absent": (
        "delivery by {channel} needs consumer e-invoicing, which the tenant does not have in "
        "use through {target}"
    ),
    "consumer_prices_net": (
        "prices without VAT on an invoice to a consumer; give them with VAT, since converting "
        "would change cents"
    ),
    "precision": (
        "more than {decimals} decimals, which {target} would round; raise the precision there "
        "and in the tenant's settings, or give one lot at its whole price"
    ),
    "treatment_unknown": "{target} has no tax code for {treatment!r}",
    "vat_number_absent": "missing, and EU services are sold without VAT only with it",
    "factoring_undecided": (
        "missing, and the tenant uses factoring: say whether this invoice is financed, since "
        "an empty field would mean no"
    ),
    "factoring_not_ready": (
        "factoring partner, contract number and advance percentage have to be in {target}'s "
        "settings first, and the tenant's be marked as ready"
    ),
    "surcharge_row": (
        "{product!r} is a surcharge that {target} adds by itself when it sends; leave the row out"
    ),
    "trade_name_unknown": "{trade_name} is not in the tenant's list of trade names",
    "dimension_unknown": "dimension {dimension!r} has no code {code!r} in {target}",
    "text_too_long": "{length} characters; {target} takes {limit}",
    "key_field_taken": "our key travels in this field, so the invoice cannot use it",
    "file_absent": "there is no file {name!r} beside the file of invoices",
    "file_too_large": "{size:,} bytes, and at most {limit:,} are taken",
    "image_not_pdf": "no PDF, and {target} takes nothing else",
    "customer_differs": (
        "{target} has another customer under this number: {fields} differ; correct the card there "
        "or the number in the source"
    ),
    "period_locked": (
        "{target} is locked until {locked_until} ({lock}); the customer opens the period, or the "
        "invoice gets a date after it"
    ),
    "lock_unreadable": "{target} says of the lock {lock} what is no date; look it up there",
    "totals_differ": "{target} has {actual} where {expected} was expected",
    "process_absent": (
        "agree with the customer what becomes of invoices: draft, approve, approve_and_send"
    ),
    "series_absent": "invoices from here need a number series of their own in {target}",
    "status_with_rate": (
        "{rate} % VAT under VAT status {status}, which has none; correct status or rate in the "
        "account table, since a rate is never set to zero here"
    ),
    "currency_rate_absent": "missing, and {currency} is not the company's own currency",
    "postings_differ": (
        "the postings come to {actual} with VAT and the invoice to {expected}; correct the posting"
    ),
    "postings_unbalanced": (
        "the postings come to {difference} with VAT in place of 0.00; correct the posting"
    ),
    "rounding_too_large": "a posting of rounding of {amount}; at most {limit} is rounding",
    "country_unlisted": "{target} has no country {country}",
    "address_needed": "missing, and {target} takes no customer without an address",
    "link_unknown": "{document} is not in {target} yet",
}
"""The invoice does not go as it is."""

WAITS: Final = {
    "credited_number_awaited": "the credited invoice has no number in {target} yet",
}
"""The invoice waits for something that comes by itself."""

REMARKS: Final = {
    "business_id_check_digit": "its check digit is wrong: it may be mistyped",
    "vat_number_check_digit": "its check digit is wrong: it may be mistyped",
    "rates_unknown": "no VAT rates of {country} are known here; nothing was checked",
    "rate_not_zero": "{rate} % VAT on a sale of treatment {treatment}, which has none",
    "rate_zero": "0 % VAT on a domestic sale with VAT",
    "credit_above_original": "credits of {credited} exceed the original's {original}",
    "customer_number_absent": "without it {target} makes a new customer card each time",
    "product_number_absent": "without it the row belongs to no product",
    "product_unknown": "{target} has no such product and makes none; the row goes without",
    "address_check_digit": "its check digit is wrong: it may be mistyped",
    "vat_number_wanted": "missing, and EU goods are sold without VAT only with it",
    "products_unlisted": (
        "{target} writes the name of a row over the one on the product's card; list the "
        "register's names in the tenant's settings, or name one general product"
    ),
    "series_wanted": "production needs a number series of its own in {target}",
    "transliterated": "{target} takes Windows-1252 alone; other signs were written in those",
    "cut": "{length} characters; the first {limit} are sent",
    "unit_unlisted": "{unit!r} is in no table of units; {used} is sent",
    "reference_left_out": "no payment reference with a good check digit; it goes without",
    "channel_unmet": "{channel} needs {missing}; it is not sent from there",
    "image_too_large": "{size_bytes} bytes; {target} takes {limit}, so the image does not go",
    "automation_reaches_all": (
        "{target}'s own setting for automatic approval and sending reaches all its sales "
        "invoices, those that come from here and those that people write there alike; it is "
        "never changed from here. To have only these approved, set the process here instead"
    ),
}
"""The invoice goes, and somebody may look."""

SENTENCES: Final = REFUSALS | WAITS | REMARKS
SEVERITY: Final = (
    dict.fromkeys(REFUSALS, Severity.REFUSES)
    | dict.fromkeys(WAITS, Severity.WAITS)
    | dict.fromkeys(REMARKS, Severity.WARNS)
)


@dataclass(frozen=True)
class Problem:
    """One finding. `field`: as the contract spells it. `row`: of the invoice, from 1, or 0."""

    code: str
    field: str = ""
    row: int = 0
    values: dict[str, object] = dataclasses.field(default_factory=dict, hash=False)
    severity: Severity = Severity.REFUSES

    @property
    def message(self) -> str:
        """Return it as a sentence with its place."""
        row = f"row {self.row}" if self.row else ""
        place = ", ".join(part for part in (row, self.field) if part)
        text = SENTENCES[self.code].format_map(self.values)
        return visible(f"{place}: {text}" if place else text)

    @property
    def refuses(self) -> bool:
        """Return whether the invoice cannot go as it is."""
        return self.severity is Severity.REFUSES


def problem(code: str, field: str = "", /, *, row: int = 0, **values: object) -> Problem:
    """Return a finding with the severity that the table gives to its code."""
    return Problem(code, field, row, values, SEVERITY[code])


def made_strict(problems: Iterable[Problem], codes: frozenset[str]) -> tuple[Problem, ...]:
    """Return findings of which those of some codes refuse the invoice."""
    return tuple(
        replace(one, severity=Severity.REFUSES) if one.code in codes else one for one in problems
    )
