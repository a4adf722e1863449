"""What the last look at the lake found damaged, for whoever must not read all of it again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from blocks.durable import rename_synced, write_synced
from blocks.settings import settings

NOTES: Final = "damaged.json"

Notes = dict[str, list[str]]
"""What is damaged of each tenant, a sentence each; a tenant of whom nothing is has no entry."""


def read_notes() -> Notes:
    """Return what was noted last in the lake of the settings.

    Notes that cannot be read say so themselves, in the place of a tenant's.
    """
    try:
        read = json.loads(_place().read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError:
        return {"": [f"{NOTES}, which lists what is damaged, cannot be read"]}
    return {str(tenant): [str(item) for item in found] for tenant, found in read.items()}


def write_notes(found: dict[str, Sequence[str]]) -> None:
    """Replace what is noted of some tenants; of the others it stays."""
    notes = {name: kept for name, kept in read_notes().items() if name and name not in found}
    notes |= {tenant: list(lines) for tenant, lines in found.items() if lines}
    temporary = _place().with_suffix(".tmp")
    temporary.parent.mkdir(parents=True, exist_ok=True)
    write_synced(temporary, json.dumps(notes, indent=1).encode())
    rename_synced(temporary, _place())


def _place() -> Path:
    return settings().lake / NOTES
