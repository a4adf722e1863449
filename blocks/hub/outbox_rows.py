"""A document of the outbox as a row of the hub, and back."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, RowMapping, and_

from blocks.hub import models
from ledger.push.events import Action, ReadState, Search
from ledger.push.items import Clock, Item, Phase
from ledger.push.kinds import Learned, Prerequisite, PushKind
from ledger.push.steps import Step
from ledger.push.stored import read_item, write_item
from ledger.push.sums import Sums

T = TypeVar("T")

BATCH: Final = 500
"""Documents that are added or asked for in one transaction."""

WAITING: Final = "waiting"


@dataclass(frozen=True)
class QueuedFile:
    """A file that goes with a document. `sha256`: by which the lake has it."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class NewDocument:
    """A document to be pushed. `key`: ours, of no other tenant; it travels along.

    `kind` and `source_id` together name one document of a tenant and target, and `key` goes by
    them. `customer`: whose it is there. `document`: as JSON, with its `digest`; the same twice is
    one. `waits_for`: what has to be there before its first step. `route`: by what it came, and
    `trigger`: who or what had it sent and how the source stood then, in words of the route; both
    stay as they were when its content came. `files`: in the order in which they are attached; they
    belong to the digest. `sums`: what it amounts to; None where it is no sum.
    """

    source_id: str
    kind: PushKind
    key: str
    customer: str
    document: str
    digest: str
    steps: tuple[Step, ...]
    waits_for: tuple[Prerequisite, ...] = ()
    route: str = ""
    trigger: str = ""
    files: tuple[QueuedFile, ...] = ()
    sums: Sums | None = None

    @property
    def sums_text(self) -> str:
        """Return what it amounts to, as it is stored."""
        return self.sums.as_text() if self.sums else ""


@dataclass(frozen=True)
class Queued:
    """A document of the outbox. `item`: where it stands; `claimed_until`: while it is sent.

    `waits`: how many documents have to be there before it is due.
    """

    id: int
    tenant: str
    target: str
    kind: PushKind
    source_id: str
    customer: str
    document: str
    digest: str
    item: Item
    claimed_until: dt.datetime | None
    updated_at: dt.datetime
    created_at: dt.datetime
    waits: int = 0
    route: str = ""
    trigger: str = ""
    files: tuple[QueuedFile, ...] = ()

    @property
    def state(self) -> str:
        """The word for people: that of the item, or waiting."""
        return WAITING if self.waits and self.item.phase is Phase.READY else self.item.state

    def knowing(self, learned: tuple[Learned, ...]) -> Queued:
        """Return it with what it is about to learn of those that it waited for."""
        return replace(self, item=replace(self.item, learned=learned))

    def reading(self, facts: Mapping[str, Any]) -> Queued:
        """Return it with what was read before its present step."""
        return replace(self, item=replace(self.item, before=dict(facts)))


def queued_of(row: RowMapping) -> Queued:
    """Read a row."""
    return Queued(
        id=row["id"],
        tenant=row["tenant"],
        target=row["target"],
        kind=PushKind(row["kind"]),
        source_id=row["source_id"],
        customer=row["customer"],
        document=row["document"],
        digest=row["document_digest"],
        item=read_item(row["item"]),
        claimed_until=row["claimed_until"],
        updated_at=row["updated_at"],
        created_at=row["created_at"],
        waits=row["waits"],
        route=row["route"],
        trigger=row["trigger"],
        files=tuple(QueuedFile(**file) for file in json.loads(row["files"])),
    )


def row_of(new: NewDocument) -> dict[str, Any]:
    """Return what a new document says of itself, as columns."""
    return {
        "kind": new.kind,
        "key": new.key,
        "source_id": new.source_id,
        "customer": new.customer,
        "document": new.document,
        "document_digest": new.digest,
        "route": new.route,
        "trigger": new.trigger,
        "files": json.dumps([asdict(file) for file in new.files]),
        "sums": new.sums_text,
    }


def columns_of(item: Item, action: Action | None, now: Clock) -> dict[str, Any]:
    """Return where an item stands, and when there is next something to do; at once is no time."""
    values = {"item": write_item(item), "phase": item.phase, "target_id": item.target_id}
    if item.phase is Phase.READY and item.ready_at:
        return values | {"due_s": item.ready_at.seconds, "due_epoch": item.ready_at.epoch}
    if isinstance(action, Search | ReadState):
        return values | {"due_s": now.seconds + action.wait_s, "due_epoch": now.epoch}
    return values | {"due_s": 0.0, "due_epoch": ""}


def of(tenant: str, target: str) -> ColumnElement[bool]:
    """Return that a row of the outbox is of a tenant and target."""
    table = models.outbox_item
    return and_(table.c.tenant == tenant, table.c.target == target)


def hashed(text: str) -> str:
    """Return what is kept of a key or an id when its tenant is erased."""
    return hashlib.sha256(text.encode()).hexdigest()


def in_batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield the items by `BATCH`."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
