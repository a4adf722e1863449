"""What a call may raise, told apart by who acts.

Of the other side's words only a code is passed on: the rest may hold a payload, a secret or a
person's name.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ledger.errors import TerminalError, TransientError

TOO_LARGE: Final = "body_too_large"
FORBIDDEN_METHOD: Final = "method_not_allowed_here"
LOST: Final = "connection"


class WhoActs(StrEnum):
    """Who can do something about an answer."""

    WAIT = "wait"
    """Nobody: it passes."""
    CUSTOMER_ADMINISTRATOR = "customer_administrator"
    CUSTOMER_ORDERS_LICENCE = "customer_orders_licence"
    US = "us"
    """Whoever runs or develops this program."""


class CallProblem(Exception):
    """What both kinds of failed call say of themselves.

    `code`: the vendor's own code or ours, empty when the answer had none. `status`: HTTP status, 0
    when there was no answer. `is_about_token`: a new access token may mend it.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int = 0,
        who_acts: WhoActs = WhoActs.WAIT,
        is_about_token: bool = False,
    ) -> None:
        self.code, self.status = code, status
        self.who_acts, self.is_about_token = who_acts, is_about_token
        super().__init__(message)
        self.values: dict[str, object] = {"status": status, "who_acts": str(who_acts)}


class CallFailed(CallProblem, TransientError):
    """The call did not succeed this time; later it may."""


class CallRefused(CallProblem, TerminalError):
    """The call will be refused again until somebody acts."""


def with_message(problem: CallProblem, message: str) -> CallProblem:
    """Return the same failure with other words."""
    return type(problem)(
        message,
        code=problem.code,
        status=problem.status,
        who_acts=problem.who_acts,
        is_about_token=problem.is_about_token,
    )
