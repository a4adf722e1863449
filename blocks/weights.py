"""How much is kept somewhere, for whoever is asked whether it may go."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Held:
    """What lies in one place. `place`: where, as a person finds it."""

    place: str
    files: int
    size_bytes: int


def weighed(path: Path) -> Held:
    """Count a file, or all files in a folder and below; what is removed meanwhile is left out."""
    sizes = list(_sizes(path))
    return Held(str(path), len(sizes), sum(sizes))


def _sizes(path: Path) -> Iterator[int]:
    below = (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
    for file in [path] if path.is_file() else below:
        with suppress(FileNotFoundError):
            found = file.stat()
            if stat.S_ISREG(found.st_mode):
                yield found.st_size
