"""From what the feed says to records of the hub; what cannot be read is kept as it came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from blocks.hub.feeds import NewRecord
from ledger.ecom.contract import NotAsAgreed, read_item

UNREADABLE: Final = "unreadable"
"""Kind of the record that keeps what is not as the contract says."""

MAX_KEPT_CHARS: Final = 100_000
"""Of one that is not as agreed, so much is kept."""


@dataclass
class Read:
    """Records of some items, and what was wrong with others, by place."""

    records: list[NewRecord] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def read_items(items: Iterable[tuple[str, str | bytes]]) -> Read:
    """Return the records of items; each comes with its place, such as a file's line."""
    found = Read()
    for place, text in items:
        try:
            item = read_item(text)
        except NotAsAgreed as problem:
            found.unreadable.append(f"{place}: {problem}")
            found.records.append(_kept(text))
        else:
            found.records.append(
                NewRecord(item.kind, item.id, item.subject, item.content, item.revision)
            )
    return found


def _kept(text: str | bytes) -> NewRecord:
    raw = text.encode() if isinstance(text, str) else text
    digest = hashlib.sha256(raw).hexdigest()
    content = raw.decode("utf-8", errors="replace")[:MAX_KEPT_CHARS]
    return NewRecord(UNREADABLE, digest, f"#{UNREADABLE}", content)
