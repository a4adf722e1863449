"""Consents under way: the state that was sent along with a customer, and what came back.

The state proves that the answer belongs to an address that was made here (RFC 6749, 10.12). It is
kept in a file of this user alone until it comes back, since an administrator may take days.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from ledger.errors import TerminalError

STATE_LIFE: Final = dt.timedelta(days=7)
"""How long an address that was handed out is waited for."""

STATE_BYTES: Final = 24
MAX_ANSWER_CHARS: Final = 4_096
"""Longest address that is read; Fortnox's is about 150 characters."""


@dataclass(frozen=True)
class Returned:
    """What a customer came back with: a code, or an error and its description."""

    code: SecretStr
    error: str = ""
    description: str = ""
    has_state: bool = False


class Consents:
    """The states that were handed out, by tenant."""

    def __init__(self, path: Path, *, now: dt.datetime) -> None:
        self._path, self._now = path, now

    def state_of(self, tenant: str) -> str:
        """Return the state that is under way for a tenant, or begin one.

        An address that was handed out before stays good, so that asking again breaks no link.
        """
        known = self._read()
        if tenant not in known:
            made = {"state": secrets.token_urlsafe(STATE_BYTES), "at": self._now.isoformat()}
            known[tenant] = made
            self._write(known)
        return known[tenant]["state"]

    def forget(self, tenant: str) -> None:
        """End what is under way: a state is spent by success, and by nothing else but its age."""
        known = self._read()
        if known.pop(tenant, None):
            self._write(known)

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._path.exists():
            return {}
        known: dict[str, dict[str, str]] = json.loads(self._path.read_text(encoding="utf-8"))
        oldest = self._now - STATE_LIFE
        return {
            tenant: item
            for tenant, item in known.items()
            if dt.datetime.fromisoformat(item["at"]) > oldest
        }

    def _write(self, known: dict[str, dict[str, str]]) -> None:
        beside = self._path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(known, file)
        beside.replace(self._path)


def read_returned(text: str, *, state: str) -> Returned:
    """Read the address that Fortnox sent a customer back to, or the bare code out of it.

    Raises:
        TerminalError: It is neither, or it answers another address than the one handed out.
    """
    text = text.strip()
    if not text or len(text) > MAX_ANSWER_CHARS or any(char.isspace() for char in text):
        raise TerminalError(
            "Expected the address that the browser shows after the approval (it has code= or "
            "error= in it), or the code alone. Run the command again with it."
        )
    if "=" not in text:
        return Returned(SecretStr(text))
    found = {name: values[0] for name, values in parse_qs(urlsplit(text).query).items()}
    if not secrets.compare_digest(found.get("state", "").encode(), state.encode()):
        raise TerminalError(
            "The address that came back does not belong to the one printed here: its state is "
            "missing, another, or used before. Nothing was connected. Run the command again, have "
            "the address that it prints opened, and give the one that comes back."
        )
    if not found.get("code") and not found.get("error"):
        raise TerminalError("The address that came back has neither code= nor error= in it.")
    return Returned(
        SecretStr(found.get("code", "")),
        found.get("error", ""),
        found.get("error_description", ""),
        has_state=True,
    )
