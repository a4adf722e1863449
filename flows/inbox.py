"""The inbox: one folder per tenant, in which a file is taken up, done with, or refused.

::

    <inbox>/<tenant>/books.se                      dropped by hand or by a program
    <inbox>/<tenant>/processed/books.se            taken in
    <inbox>/<tenant>/failed/books.se               not taken in,
    <inbox>/<tenant>/failed/books.se.error.txt     and why
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.settings import settings

SUFFIXES: Final = frozenset({".se", ".si", ".sie"})
"""Names that are taken up; anything else is left where it is and named in the run's log."""

PROCESSED: Final = "processed"
FAILED: Final = "failed"

SETTLE_S: Final = 2.0
"""A file is complete when two looks this far apart see the same size and time."""

MAX_FILES: Final = 200
"""Files taken up in one sweep; the next sweep takes the rest."""

MAX_SAME_NAMES: Final = 10_000


@dataclass(frozen=True)
class Dropped:
    """A file in an inbox as it looked at one moment."""

    tenant: str
    path: Path
    size_bytes: int
    modified_ns: int


def look(inbox: Path) -> set[Dropped]:
    """List the files that could be taken up, as they are now."""
    return {
        seen
        for folder in sorted(inbox.glob("*/"))
        for path in sorted(folder.iterdir())
        if _is_candidate(path) and (seen := _seen(folder.name, path))
    }


async def complete_files(inbox: Path, *, settle_s: float = SETTLE_S) -> list[Dropped]:
    """Return the files that nobody is writing to any more, oldest first, at most `MAX_FILES`."""
    first = await asyncio.to_thread(look, inbox)
    if not first:
        return []
    await asyncio.sleep(settle_s)
    settled = first & await asyncio.to_thread(look, inbox)
    return sorted(settled, key=lambda file: (file.modified_ns, file.path))[:MAX_FILES]


def others(inbox: Path) -> list[Path]:
    """List what lies in the tenants' folders and will never be taken up by its name."""
    return [
        path
        for folder in sorted(inbox.glob("*/"))
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in SUFFIXES
    ]


def file_away(tenant: str, path: Path, *, reason: str = "") -> Path | None:
    """Move a file that was dealt with out of the inbox; one that lies elsewhere stays.

    Args:
        tenant: Whose inbox.
        path: The file.
        reason: Why it was not taken in; written beside it. Empty: it was.

    Returns:
        Where it lies now; None when it was not in the inbox (any more).
    """
    folder = settings().inbox / tenant
    if path.parent.resolve() != folder.resolve() or not path.is_file():
        return None
    target = _free_name(folder / (FAILED if reason else PROCESSED), path.name)
    target.parent.mkdir(exist_ok=True)
    if reason:
        target.with_name(f"{target.name}.error.txt").write_text(f"{reason}\n", encoding="utf-8")
    path.rename(target)
    return target


def _is_candidate(path: Path) -> bool:
    return not path.name.startswith(".") and path.suffix.lower() in SUFFIXES


def _seen(tenant: str, path: Path) -> Dropped | None:
    try:
        state = path.stat()
    except FileNotFoundError:  # taken up or removed meanwhile
        return None
    return Dropped(tenant, path, state.st_size, state.st_mtime_ns) if path.is_file() else None


def _free_name(folder: Path, name: str) -> Path:
    """Return a name that no earlier file has: ``books.se``, then ``books.2.se`` and so on."""
    path = Path(name)
    names = [name, *(f"{path.stem}.{number}{path.suffix}" for number in range(2, MAX_SAME_NAMES))]
    return next(folder / free for free in names if not (folder / free).exists())
