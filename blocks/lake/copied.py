"""What a copy of the landing came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Copied:
    """What a copy came to. `damaged`: addresses of what is not what was received, and stays."""

    files: int
    copied: int
    copied_bytes: int
    damaged: tuple[str, ...]
