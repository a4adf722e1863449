"""Who a person is to the portal."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person may do; of which tenants is another matter (`blocks.hub.portal_users`)."""

    CUSTOMER = "customer"
    """Somebody of the company itself: sees its books, connects its systems, brings its files."""
    ACCOUNTANT = "accountant"
    """Keeps the books of one or several companies: decides about holds and first transfers too."""
    OPERATOR = "operator"
    """Runs this program: every tenant, and the people who may sign in."""
