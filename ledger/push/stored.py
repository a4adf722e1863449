"""An item as one text, which is what the hub stores: the same value comes back."""

from __future__ import annotations

import json
from typing import Any

from ledger.push.items import Clock, Doubt, Hold, HoldCode, Item, Phase, Step
from ledger.push.kinds import Learned, Prerequisite, PushKind


def write_item(item: Item) -> str:
    """Return an item as JSON; `read_item` gives it back.

    Raises:
        TypeError: What was read before a step has a value that JSON has not.
    """
    found = vars(item) | {"seen": sorted(item.seen), "set_aside": sorted(item.set_aside)}
    return json.dumps(found, allow_nan=False, default=_fields)


def _fields(value: object) -> dict[str, Any]:
    """Return the fields of a part of an item; `asdict` copies each, and takes longer."""
    if isinstance(value, Hold):
        return vars(value) | {"ids": sorted(value.ids)}
    if isinstance(value, Clock | Doubt | Prerequisite | Learned):
        return vars(value)
    raise TypeError(f"JSON has no {type(value).__name__}")


def read_item(text: str) -> Item:
    """Return the item that `write_item` wrote, now or before an item had all that it has now."""
    found: dict[str, Any] = json.loads(text)
    doubt = found["doubt"]
    hold = found["hold"]
    return Item(
        key=found["key"],
        steps=tuple(Step(step) for step in found["steps"]),
        phase=Phase(found["phase"]),
        finished=found["finished"],
        asks=found.get("asks", False),
        target_id=found["target_id"],
        token=found["token"],
        request_digest=found["request_digest"],
        mark=found["mark"],
        seen=frozenset(found["seen"]),
        doubt=Doubt(_clock(doubt["since"]), doubt["waited_s"], doubt["looks"]) if doubt else None,
        ready_at=_clock(found["ready_at"]) if found["ready_at"] else None,
        attempts=found["attempts"],
        answer_code=found["answer_code"],
        hold=_hold(hold) if hold else None,
        target_number=found.get("target_number", ""),
        waits_for=tuple(map(_prerequisite, found.get("waits_for", ()))),
        learned=tuple(map(_learned, found.get("learned", ()))),
        before=found.get("before", {}),
        set_aside=frozenset(found.get("set_aside", ())),
        changed=found.get("changed", ""),
    )


def _hold(found: dict[str, Any]) -> Hold:
    ids = frozenset(found.get("ids", ()))
    is_before = found.get("is_before", False)
    return Hold(HoldCode(found["code"]), found["detail"], found["is_lost"], is_before, ids)


def _prerequisite(found: dict[str, Any]) -> Prerequisite:
    return Prerequisite(PushKind(found["kind"]), found["source_id"], Step(found["step"]))


def _learned(found: dict[str, Any]) -> Learned:
    kind = PushKind(found["kind"])
    return Learned(kind, found["source_id"], found["target_id"], found["target_number"])


def _clock(found: dict[str, Any]) -> Clock:
    return Clock(found["seconds"], found["epoch"])
