"""Files of a tenant's published books: where they lie, and what is wrong with them at first sight.

For whoever must not load the engine that reads them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

MAGIC_AT: Final = 8
MAGIC: Final = b"DUCK"
"""What stands in a DuckDB file behind a sum of 8 bytes."""

GONE: Final = "nothing of them is there"
"""What is wrong with books in a server that are not there."""


def file_of(root: Path, tenant: str) -> Path:
    """Return where what is published of a tenant lies in a warehouse."""
    return root / f"{tenant}.duckdb"


def fence_of(root: Path, tenant: str) -> Path:
    """Return where it lies which run acted last on each year of a tenant."""
    return root / f"{tenant}.fence.json"


def read_fence(root: Path, tenant: str) -> tuple[str, dict[str, int]]:
    """Return what is wrong with a tenant's fence, and the highest token of each of its years.

    There is one wherever there are published books, since it is written before them.
    """
    try:
        read = json.loads(fence_of(root, tenant).read_bytes())
    except FileNotFoundError:
        return ("is gone" if file_of(root, tenant).exists() else ""), {}
    except ValueError:  # no JSON, or not even text
        return "cannot be read", {}
    if not isinstance(read, dict) or not all(type(token) is int for token in read.values()):
        return "cannot be read", {}
    return "", read


def first_sight(path: Path) -> str:
    """Say what is wrong with a file as its first bytes show it; empty when nothing is.

    Cheap enough to be asked about every tenant. Damage further in shows when it is read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(MAGIC_AT + len(MAGIC))
    except FileNotFoundError:
        return "the file is gone"
    except OSError as problem:
        return f"the file cannot be opened: {problem.strerror}"
    return "" if head[MAGIC_AT:] == MAGIC else "the file is no database any more"
