"""How a tenant is connected to a vendor's system, and how well."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Method(StrEnum):
    """Where an access token comes from."""

    CLIENT_CREDENTIALS = "client_credentials"
    """Asked for with our own credentials and the customer's id: nothing to keep or to lose."""
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a way
    """Bought with a token that works once and is replaced each time."""
    API_KEY = "api_key"
    """A user and a key that the customer made for us, in a Prefect block."""


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
    UNREACHABLE = "unreachable"
    """Nothing comes for now: no answer, or none that can be used. It passes by itself."""
    OPERATOR_REQUIRED = "operator_required"
    """Nothing comes until whoever runs this program acts: client id or secret, settings."""
    YEARS_DIFFER = "years_differ"
    """A fiscal year that is defined here is not there, or has other dates."""


OURS: Final = frozenset({ConnectionState.UNREACHABLE, ConnectionState.OPERATOR_REQUIRED})
"""What an answer mends; it never hides what the customer still has to do."""

MAY_GIVE_WAY: Final = OURS | {ConnectionState.CONNECTED, ConnectionState.YEARS_DIFFER}
"""What a trouble of `OURS` may take the place of."""


def look_with(status: ConnectionState, tenant: str) -> str:
    """Return the command that says more about a connection that is not well."""
    if status is ConnectionState.YEARS_DIFFER:
        return f"tasma tenant year list {tenant}"
    return f"tasma connect check {tenant}"
