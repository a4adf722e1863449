"""An item as one text, which is what the hub stores: the same value comes back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from ledger.push.items import Clock, Doubt, Hold, HoldCode, Item, Phase, Step


def write_item(item: Item) -> str:
    """Return an item as JSON; `read_item` gives it back."""
    return json.dumps(asdict(item) | {"seen": sorted(item.seen)}, default=str)


def read_item(text: str) -> Item:
    """Return the item that `write_item` wrote."""
    found: dict[str, Any] = json.loads(text)
    doubt = found["doubt"]
    hold = found["hold"]
    return Item(
        key=found["key"],
        steps=tuple(Step(step) for step in found["steps"]),
        phase=Phase(found["phase"]),
        finished=found["finished"],
        target_id=found["target_id"],
        token=found["token"],
        request_digest=found["request_digest"],
        mark=found["mark"],
        seen=frozenset(found["seen"]),
        doubt=Doubt(_clock(doubt["since"]), doubt["waited_s"], doubt["looks"]) if doubt else None,
        ready_at=_clock(found["ready_at"]) if found["ready_at"] else None,
        attempts=found["attempts"],
        answer_code=found["answer_code"],
        hold=Hold(HoldCode(hold["code"]), hold["detail"], hold["is_lost"]) if hold else None,
    )


def _clock(found: dict[str, Any]) -> Clock:
    return Clock(found["seconds"], found["epoch"])
