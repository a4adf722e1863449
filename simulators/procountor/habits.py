"""What Procountor does one way or another, and what its documentation leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VERSIONS: Final = frozenset({"latest", "supported", "v2602", "v2605"})
TOKEN_LIFE_S: Final = 3600


@dataclass
class Habits:
    """Switches of the whole simulator; `company.Company` has those of one environment.

    `zone`: of versions and creation times, which are written without one. `version_form`: seconds,
    millis or zulu. `refusals_of_keys`: errors or oauth, the body of a refused token.
    `needs_redirect`: a token request without a redirect_uri is refused. `refuses_get_body`: a GET
    with a body is stopped on the way, as the test environment does. `takes_empty_text`: an empty
    string is good for optional dates and texts of ledger receipts (for enums it never is).
    `missing_rights_status`: of one document that the user may not see. `revoking_ends_tokens`: a
    revoked key's access tokens end at once. `list_has_total`: lists carry ``totalCount``.
    `needs_balance`: a receipt whose rows do not sum to zero is refused unless a reconciliation row
    may close it. `approves_without_circulation`: purchase invoices can be approved while the
    circulation is off. `sales_approved`: the state of an approved sales invoice.
    `products_hide_inactive`: lists of products, as of partners, have active ones only.
    `payments_touch_version`: a payment gives the invoice a new version. `takes_overpayment`: more
    than the open sum can be marked paid. `lists_deleted`: receipts that were deleted stay in lists.
    `status_as_text`: VAT statuses of headers come as strings. `throttle_status`: of a call over the
    rate. `system_status`: the state of receipts that Procountor makes itself. `report_names`: how a
    report names an account; `report_rows`: movement or balance; `report_vat`: summarised (what
    VAT_SUMMARY receipts say) or computed (from each receipt). `reports_hide_payroll`: reports too
    leave out what the user may not see.
    """

    zone: str = "Europe/Helsinki"
    version_form: str = "seconds"
    refusals_of_keys: str = "errors"
    token_life_s: int = TOKEN_LIFE_S
    needs_redirect: bool = False
    refuses_get_body: bool = True
    takes_empty_text: bool = True
    missing_rights_status: int = 404
    revoking_ends_tokens: bool = True
    list_has_total: bool = True
    needs_balance: bool = True
    approves_without_circulation: bool = True
    sales_approved: str = "NOT_SENT"
    products_hide_inactive: bool = True
    payments_touch_version: bool = True
    takes_overpayment: bool = False
    lists_deleted: bool = False
    status_as_text: bool = False
    throttle_status: int = 429
    system_status: str = "EMPTY"
    report_names: str = "{code} {name}"
    report_rows: str = "movement"
    report_vat: str = "summarised"
    reports_hide_payroll: bool = False
