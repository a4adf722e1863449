"""How a tenant is connected to a vendor's system, and how well."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """Where an access token comes from."""

    CLIENT_CREDENTIALS = "client_credentials"
    """Asked for with our own credentials and the customer's id: nothing to keep or to lose."""
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a way
    """Bought with a token that works once and is replaced each time."""


class ConnectionState(StrEnum):
    """What the last call found."""

    CONNECTED = "connected"
    RECONNECT_REQUIRED = "reconnect_required"
    """The customer's consent is gone, or our key to it: a system administrator approves anew."""
    LICENCE_MISSING = "licence_missing"
    """The customer orders a licence; the connection then works again by itself."""
    PERMISSION_MISSING = "permission_missing"
    """A right or scope is missing: a system administrator acts."""
    WRONG_COMPANY = "wrong_company"
    """What is connected is not the tenant's company."""
