"""How much is kept somewhere, for whoever is asked whether it may go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Held:
    """What lies in one place. `place`: where, as a person finds it."""

    place: str
    files: int
    size_bytes: int


def weighed(path: Path) -> Held:
    """Count a file, or all files in a folder and below."""
    files = [path] if path.is_file() else [item for item in path.rglob("*") if item.is_file()]
    return Held(str(path), len(files), sum(item.stat().st_size for item in files))
