"""Secrets that are handed out as links, cookies and states: made here, and kept as hashes alone."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Return a secret of 256 random bits, fit for an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret: of so many random bits a plain hash gives nothing away."""
    return hashlib.sha256(secret.encode()).hexdigest()
