"""What a customer came back with from the page where the integration is approved.

Source:
    RFC 6749, 4.1.2 and 4.1.2.1.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from ledger.errors import TerminalError

MAX_ANSWER_CHARS: Final = 4_096
"""Longest address that is read; Fortnox's is about 150 characters."""


@dataclass(frozen=True)
class Returned:
    """What a customer came back with: a code, or an error and its description."""

    code: SecretStr
    error: str = ""
    description: str = ""
    has_state: bool = False


class NotReturned(TerminalError):
    """What was given as the address that came back is none."""

    sentence = (
        "Expected the address that the browser shows after the approval (it has code= or error= in "
        "it), or the code alone. Run the command again with it."
    )


class OtherConsent(TerminalError):
    """The address that came back answers another question than the one asked."""

    sentence = (
        "The address that came back does not belong to the one printed here: its state is missing, "
        "another, or used before. Nothing was connected. Run the command again, have the address "
        "that it prints opened, and give the one that comes back."
    )


class NothingReturned(TerminalError):
    """The address that came back holds neither a code nor an error."""

    sentence = "The address that came back has neither code= nor error= in it."


def read_returned(text: str, *, state: str) -> Returned:
    """Read the address that a system sent a customer back to, or the bare code out of it.

    Raises:
        TerminalError: It is neither, or it answers another address than the one handed out.
    """
    text = text.strip()
    if not text or len(text) > MAX_ANSWER_CHARS or any(char.isspace() for char in text):
        raise NotReturned
    if "=" not in text:
        return Returned(SecretStr(text))
    found = {name: values[0] for name, values in parse_qs(urlsplit(text).query).items()}
    if not secrets.compare_digest(found.get("state", "").encode(), state.encode()):
        raise OtherConsent
    if not found.get("code") and not found.get("error"):
        raise NothingReturned
    return Returned(
        SecretStr(found.get("code", "")),
        found.get("error", ""),
        found.get("error_description", ""),
        has_state=True,
    )
