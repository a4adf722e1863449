"""Pinned host keys: by which keys a server is known, and which one it showed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

from ledger.errors import TerminalError

ALGORITHMS: Final = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
"""Types of keys, each with the algorithms that prove one; SHA-1 is none of them."""

MAX_KEYS: Final = 16
"""Most keys of one server."""


class HostKeyUnreadable(TerminalError):
    """A line of pinned host keys is none."""

    sentence = (
        "Line {line} of the host keys is none: expected {types} and the key, as in known_hosts, at "
        "most {limit} lines. `tasma sftp test TENANT` prints the server's in that form."
    )


@dataclass(frozen=True)
class HostKey:
    """A public host key: its type, and its bytes as SSH sends them."""

    kind: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """What people compare: ``SHA256:…``, as ``ssh-keygen -l`` prints it."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode()
        return f"SHA256:{digest.rstrip('=')}"

    def __str__(self) -> str:
        """Write it as a line of pinned keys."""
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"


def read_host_keys(text: str) -> tuple[HostKey, ...]:
    """Read pinned keys, one a line: ``ssh-ed25519 AAAA…``, before it a host as in known_hosts.

    Raises:
        HostKeyUnreadable: A line is no such key; revoked keys and authorities are none either.
    """
    keys: list[HostKey] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key = _read(line.split())
        if key is None or len(keys) == MAX_KEYS:
            raise HostKeyUnreadable(line=number, types=", ".join(ALGORITHMS), limit=MAX_KEYS)
        keys.append(key)
    return tuple(keys)


def algorithms_of(keys: tuple[HostKey, ...]) -> tuple[str, ...]:
    """Return the algorithms by which a server can show one of the keys, and no others.

    A server with several keys would otherwise choose one that is not pinned.
    """
    kinds = {key.kind for key in keys}
    return tuple(name for kind in ALGORITHMS if kind in kinds for name in ALGORITHMS[kind])


def _read(words: list[str]) -> HostKey | None:
    places = [place for place, word in enumerate(words[:2]) if word in ALGORITHMS]
    if not places or words[0].startswith("@") or len(words) < places[0] + 2:
        return None
    kind = words[places[0]]
    try:
        blob = base64.b64decode(words[places[0] + 1], validate=True)
    except binascii.Error:
        return None
    named = len(kind).to_bytes(4, "big") + kind.encode()
    return HostKey(kind, blob) if blob.startswith(named) else None
