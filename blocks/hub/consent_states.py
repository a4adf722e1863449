"""Where a consent link stands, and why one is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from blocks.hub.errors import Refused
from ledger.errors import TransientError


class ConsentState(StrEnum):
    """What whoever follows a link is shown; all but the last three leave the link good."""

    WAITING = "waiting"
    """Nobody has come back yet since the last click, or nobody has clicked."""
    DENIED = "denied"
    """Whoever was asked said no."""
    WRONG_COMPANY = "wrong_company"
    """Another company than the tenant's was picked."""
    LICENCE_MISSING = "licence_missing"
    """The company has to order a licence or a module first."""
    ADMINISTRATOR_MISSING = "administrator_missing"
    """Whoever approved may not, or approved less than is needed."""
    KEY_REFUSED = "key_refused"
    """What was entered is not accepted; nothing of it is kept."""
    RIGHTS_MISSING = "rights_missing"
    """What was entered is accepted, and its user may less than is needed."""
    REFUSED = "refused"
    """Whoever runs this program has to act."""
    FAILED = "failed"
    """No answer this time: the same link is opened again."""
    CONNECTED = "connected"
    """The tenant is connected, and the link is used up."""
    EXPIRED = "expired"
    REVOKED = "revoked"


IN_WORDS: Final = {
    ConsentState.CONNECTED: "has been used: the company is connected",
    ConsentState.EXPIRED: "is too old",
    ConsentState.REVOKED: "was revoked",
}
"""How a link ends."""


class NoOrganisationNumber(Refused):
    """A link was asked for a tenant of which nobody could tell whether the company is the right."""

    sentence = (
        "{tenant} has no organisation number, and without one nobody could tell whether the "
        "company that approves is the right one. Set it with `tasma tenant correct {tenant} "
        "--org-number NUMBER`, then make the link."
    )


class TooManyLinks(Refused):
    """A tenant has as many links under way as are kept."""

    sentence = (
        "{tenant} has {limit} links for {system} under way, which is the most. Send one of those, "
        "or revoke them: `tasma connect links {tenant}`."
    )


class UnknownLink(Refused):
    """A link is not one that was handed out."""

    sentence = (
        "There is no such link. It may have been cut off or mistyped: open it as it was sent, or "
        "ask whoever sent it for a new one."
    )


class LinkEnded(Refused):
    """A link was handed out, and is good no more."""

    sentence = "This link {how}. To connect anew, ask whoever sent it for a new one."


class ForeignAnswer(Refused):
    """An answer came back that belongs to no click of this browser."""

    sentence = (
        "What came back belongs to no approval that was begun in this browser within the last "
        "{minutes} minutes, or was used before. Nothing was connected: open the link again, and "
        "begin from there."
    )


class ConsentTaken(TransientError):
    """Another process is connecting the tenant by the same link."""

    def __init__(self, tenant: str, system: str) -> None:
        super().__init__(
            f"Another window is connecting {tenant} to {system} by the same link. Wait until it is "
            "done, then look with `tasma connect list`.",
            tenant=tenant,
            system=system,
        )
