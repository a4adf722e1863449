"""The rules of exactly once: what an event makes of a document, and what may be done next.

One law stands behind all of them: *a create is called only when no earlier create of the same
document can still have an effect*, or else a person is told. An earlier one cannot when the target
itself refused it, when its first byte never left, or when the target was searched in full twice
without finding it, the second time after the longest time that a commit may lag.

Source:
    R-X-2, R-FEN-P1; decision 0020 (table of crashes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ledger.push.events import (
    BY_READING,
    Action,
    After,
    Already,
    Barred,
    Begun,
    Call,
    Changed,
    Event,
    Finding,
    Found,
    Lost,
    NoEffect,
    NotSent,
    Postponed,
    ReadState,
    Refuted,
    Rescued,
    Resolved,
    Retried,
    Search,
    StateRead,
    Succeeded,
    Walked,
)
from ledger.push.items import (
    READ_ONLY,
    Clock,
    Doubt,
    Hold,
    HoldCode,
    Item,
    Phase,
    ReadBack,
    Step,
)

LOOKS: Final = 2
"""Complete looks without a hit before a call counts as one that never had its effect."""

RESTORED: Final = "the hub was restored from a copy, which does not know whether {step} took place"

RETRYABLE: Final = frozenset({HoldCode.DIFFERS, HoldCode.OVERDUE, HoldCode.UNDELIVERED})
"""Holds of steps that only read: looking once more can do no harm."""


@dataclass(frozen=True)
class Rules:
    """What a target can prove, and how long things may take there.

    `commit_lag_s`: longest time from a call's end until what it created shows in a search; at
    least as long as a claim and a request together. `settle_s`: longest time until a step that the
    target concludes by itself (an approval, a number) shows. `poll_interval_s`: between two looks.
    `resends`: whether a create that was searched in full and not found is made once more.
    """

    read_backs: Mapping[Step, ReadBack] = field(
        default_factory=lambda: {Step.CREATE: ReadBack.SEARCH}
    )
    commit_lag_s: float = 900.0
    settle_s: float = 600.0
    poll_interval_s: float = 30.0
    resends: bool = True

    def proof(self, step: Step) -> ReadBack:
        """Return how a lost answer to a step is resolved."""
        return self.read_backs.get(step, ReadBack.NONE)


class Impossible(ValueError):
    """An event came to a document to which it cannot happen: a fault of the caller."""

    def __init__(self, item: Item, event: Event) -> None:
        super().__init__(f"{type(event).__name__} cannot happen while {item.phase} at {item.step}.")


def advance(
    item: Item, event: Event | None, *, rules: Rules, now: Clock, read: Item | None = None
) -> tuple[Item, Action | None]:
    """Return the document after an event, and what may be done next.

    The result is stored before the action is taken; the action of a stored document is asked for
    anew with no event, so a process that dies in between changes nothing.

    Args:
        item: The document as stored.
        event: What happened; None to ask what is next.
        rules: The target's.
        now: On the clock of the process that asks.
        read: The document as it was when the caller made up its mind; None: as it is now.

    Raises:
        Impossible: The event cannot happen to such a document, or holds only of it as it was read.
    """
    if isinstance(event, BY_READING) and not _is_as_read(item, read):
        raise Impossible(item, event)
    after = item if event is None else _alarmed(_after(item, event, rules, now))
    return after, _next(after, rules, now)


def _is_as_read(item: Item, read: Item | None) -> bool:
    """Return whether nobody changed a document since it was read.

    A process that slept since then would call a step that another one has taken.
    """
    return read is None or read == item


def _after(item: Item, event: Event, rules: Rules, now: Clock) -> Item:
    match event:
        case Begun():
            after = _begun(item, event, now)
        case Postponed() | Barred() | Already():
            after = _not_called(item, event, now)
        case Succeeded() | NoEffect() | Lost() | NotSent() | Refuted():
            is_current = item.phase is Phase.SENDING and event.token == item.token
            after = _answered(item, event, rules, now) if is_current else _late(item, event)
        case Rescued():
            after = _in_doubt(item, rules, now) if item.phase is Phase.SENDING else item
        case Walked():
            after = _walked(item, event, rules, now)
        case StateRead():
            after = _read(item, event, rules, now)
        case Found():
            after = _found(item, event.target_id)
        case Changed() | Retried() | Resolved():
            after = _from_outside(item, event)
    return after


def _alarmed(item: Item) -> Item:
    """Hold a document of which another content came, once no call of it is on its way."""
    if not item.changed or item.phase not in {Phase.READY, Phase.DONE}:
        return item
    return item.held(HoldCode.CHANGED, "another content came after it was sent")


def _begun(item: Item, event: Begun, now: Clock) -> Item:
    is_due = item.ready_at is None or _elapsed(item.ready_at, now) >= 0
    if item.phase is not Phase.READY or item.step is None or not is_due:
        raise Impossible(item, event)
    if event.token <= item.token:
        raise Impossible(item, event)  # a claim that was overtaken may begin nothing
    if not item.finished and not _is_all_learned(item, event):
        raise Impossible(item, event)  # what it waits for is not there, as far as we know
    return replace(
        item,
        phase=Phase.SENDING,
        token=event.token,
        request_digest=event.request_digest,
        mark=event.mark or item.mark,
        attempts=item.attempts + 1,
        ready_at=None,
        answer_code="",
        learned=event.learned if not item.finished else item.learned,
        before=dict(event.before),
        asks=item.asks and item.step in READ_ONLY,
    )


def _is_all_learned(item: Item, event: Begun) -> bool:
    named = {(one.kind, one.source_id) for one in item.waits_for}
    return named == {(one.kind, one.source_id) for one in event.learned}


def _not_called(item: Item, event: Postponed | Barred | Already, now: Clock) -> Item:
    """Take what was read before a step, of which nothing was sent."""
    if item.phase is not Phase.READY or item.step is None:
        raise Impossible(item, event)
    match event:
        case Postponed():
            at = Clock(now.seconds + event.retry_after_s, now.epoch)
            tried = replace(item, attempts=item.attempts + 1)
            after = replace(tried, ready_at=at, answer_code=event.code)
        case Barred():
            after = item.held(event.code, event.detail, is_before=True, ids=event.ids)
        case Already():
            if item.step is Step.CREATE:
                raise Impossible(item, event)  # what is there is ours only by its key (`Found`)
            after = _step_done(_numbered(item, event.target_number))
    return after


def _answered(
    item: Item,
    event: Succeeded | NoEffect | Lost | NotSent | Refuted,
    rules: Rules,
    now: Clock,
) -> Item:
    match event:
        case Succeeded():
            after = _succeeded(item, event, rules, now)
        case NotSent():
            after = _ready(item)
        case NoEffect():
            after = _refused(item, event, now)
        case Lost():
            after = replace(_in_doubt(item, rules, now), answer_code=event.code)
        case Refuted():
            after = item.held(event.code, event.detail)
    return after


def _succeeded(item: Item, event: Succeeded, rules: Rules, now: Clock) -> Item:
    item = _numbered(item, event.target_number)
    if item.step is not Step.CREATE:
        return _step_done(item)
    if event.target_id:
        return _adopted(item, item.seen | {event.target_id})
    # Good without an id proves nothing, and may have made something.
    return _in_doubt(item, rules, now)


def _late(item: Item, event: Succeeded | NoEffect | Lost | NotSent | Refuted) -> Item:
    """Take what a fenced-out sender heard: an id is a hit, anything else tells nothing new."""
    if isinstance(event, Succeeded) and event.target_id:
        return _found(item, event.target_id)
    return item


def _refused(item: Item, event: NoEffect, now: Clock) -> Item:
    # What came to light meanwhile is of an earlier call: the document is there after all.
    if item.step is Step.CREATE and item.seen:
        return _adopted(item, item.seen)
    if event.after is After.REJECT:
        return replace(item, phase=Phase.REJECTED, answer_code=event.code)
    at = Clock(now.seconds + event.retry_after_s, now.epoch)
    return replace(_ready(item), ready_at=at, answer_code=event.code)


def _in_doubt(item: Item, rules: Rules, now: Clock) -> Item:
    step = item.step
    if step in READ_ONLY:
        at = Clock(now.seconds + rules.poll_interval_s, now.epoch)
        return replace(_ready(item), ready_at=at)
    if step is Step.CREATE and len(item.seen) > 1:
        return _adopted(item, item.seen)
    doubted = replace(item, phase=Phase.IN_DOUBT, doubt=Doubt(since=now))
    if step is not None and rules.proof(step) is ReadBack.NONE:
        return doubted.held(HoldCode.NO_PROOF, f"the answer to {step} was lost")
    return doubted


def _walked(item: Item, event: Walked, rules: Rules, now: Clock) -> Item:
    if item.phase is not Phase.IN_DOUBT or item.step is not Step.CREATE or item.doubt is None:
        for target_id in sorted(event.hits):
            item = _found(item, target_id)
        return item
    if found := event.hits | item.seen:
        return _adopted(item, found)
    if not event.is_complete:
        return item  # a lookup that failed is not an absence
    if alike := event.lookalikes - item.set_aside:
        return item.held(HoldCode.LOOKALIKE, f"there: {_listed(alike)}", ids=alike)
    looked = _looked(item, item.doubt, began_s=event.began_s, lag_s=rules.commit_lag_s, now=now)
    if looked.phase is Phase.READY and not rules.resends:
        return item.held(HoldCode.ABSENT, "looked for in full, and not found")
    return looked


def _read(item: Item, event: StateRead, rules: Rules, now: Clock) -> Item:
    is_of_it = (event.step, event.token) == (item.step, item.token) and item.step is not Step.CREATE
    if item.phase is not Phase.IN_DOUBT or item.doubt is None or not is_of_it:
        return item
    match event.finding:
        case Finding.DONE:
            after = _step_done(_numbered(item, event.target_number))
        case Finding.GONE:
            after = item.held(HoldCode.GONE, event.detail)
        case Finding.CONFLICT:
            after = item.held(HoldCode.CONFLICT, event.detail)
        case Finding.UNKNOWN:
            after = item
        case Finding.NOT_DONE:
            after = _looked(item, item.doubt, began_s=event.began_s, lag_s=rules.settle_s, now=now)
    return after


def _looked(item: Item, doubt: Doubt, *, began_s: float, lag_s: float, now: Clock) -> Item:
    """Count a complete look that found nothing; the last one has to begin after the lag."""
    if doubt.since.epoch != now.epoch:
        return replace(item, doubt=replace(doubt, since=now))
    if began_s < doubt.since.seconds:
        return item  # it may have passed the place before the call
    looks = doubt.looks + 1
    if looks >= LOOKS and doubt.waited_at(began_s) >= lag_s:
        return _ready(item)
    return replace(item, doubt=Doubt(now, doubt.waited_at(now.seconds), looks))


def _found(item: Item, target_id: str) -> Item:
    if item.is_created:
        # One that a person has seen and set aside (`Resolved`) is no news.
        if target_id in item.seen | {item.target_id}:
            return item
        seen = item.seen | {target_id, item.target_id}
        return replace(item, seen=seen).held(HoldCode.SEVERAL, _listed(seen))
    if item.phase is Phase.SENDING:
        return replace(item, seen=item.seen | {target_id})
    return _adopted(item, item.seen | {target_id})


def _adopted(item: Item, ids: frozenset[str]) -> Item:
    """Take the one document with our key for ours; more than one is an alarm."""
    if len(ids) > 1:
        return replace(item, seen=ids).held(HoldCode.SEVERAL, _listed(ids))
    (target_id,) = ids
    return _step_done(replace(item, target_id=target_id, seen=ids, finished=0))


def _step_done(item: Item) -> Item:
    return _ready(replace(item, finished=item.finished + 1, attempts=0, before={}))


def _numbered(item: Item, number: str) -> Item:
    return replace(item, target_number=number) if number else item


def _ready(item: Item) -> Item:
    phase = Phase.READY if item.step else Phase.DONE
    return asked(replace(item, phase=phase, doubt=None, hold=None, ready_at=None))


def asked(item: Item) -> Item:
    """Hold a document before a step that may have been taken after the copy of the hub was made.

    One that is not created yet is looked for before anything is sent; a step that only reads is
    taken again. Once a step is called, or a person says that one was not taken, all is known.
    """
    step = item.step
    if not item.asks or item.phase is not Phase.READY or not item.is_created:
        return item
    if step is None or step in READ_ONLY:
        return item
    hold = Hold(HoldCode.NO_PROOF, RESTORED.format(step=step), is_lost=True)
    return replace(item, phase=Phase.HELD, hold=hold)


def _from_outside(item: Item, event: Changed | Retried | Resolved) -> Item:
    """Take what no call or look found out, but the source or a person says."""
    match event:
        case Changed():
            after = _changed(item, event.digest)
        case Retried():
            after = _retried(item)
        case Resolved():
            after = _resolved(item, event)
    return after


def _changed(item: Item, digest: str) -> Item:
    """Note a content that came too late, unless a person has seen the same already."""
    return item if digest in item.set_aside else replace(item, changed=digest)


def _retried(item: Item) -> Item:
    """Try a step once more where that can make nothing twice; elsewhere a person resolves it."""
    if item.phase is Phase.READY:
        return replace(item, ready_at=None)
    hold = item.hold
    is_safe = item.phase is Phase.REJECTED or (
        hold is not None and (hold.code in RETRYABLE or hold.is_before)
    )
    return _ready(item) if is_safe else item


def _resolved(item: Item, event: Resolved) -> Item:
    if item.phase not in {Phase.HELD, Phase.IN_DOUBT}:
        raise Impossible(item, event)
    if item.hold and item.hold.code is HoldCode.CHANGED:
        item = replace(item, changed="", set_aside=item.set_aside | {item.changed})
    if event.target_id:
        seen = item.seen | {event.target_id}
        if event.target_id == item.target_id:
            known = replace(item, seen=seen)
            # What may have taken place is not done once more: the person saw that it did.
            is_lost = item.hold.is_lost if item.hold else True
            return _step_done(known) if is_lost and item.step else _ready(known)
        ours = replace(item, target_id=event.target_id, seen=seen, finished=0)
        return _step_done(ours)
    if item.step is Step.CREATE:
        if event.is_done:
            raise Impossible(item, event)  # done means that there is an id to go on with
        alike = item.hold.ids if item.hold else frozenset[str]()
        return _ready(replace(item, seen=frozenset(), set_aside=item.set_aside | alike))
    return _step_done(item) if event.is_done else _ready(replace(item, asks=False))


def _next(item: Item, rules: Rules, now: Clock) -> Action | None:
    step = item.step
    if step is None:
        return None
    if item.phase is Phase.READY:
        is_due = item.ready_at is None or _elapsed(item.ready_at, now) >= 0
        return Call(step) if is_due else None
    if item.phase is not Phase.IN_DOUBT or item.doubt is None:
        return None
    if rules.proof(step) is ReadBack.SEARCH:
        return Search(item.mark, wait_s=_wait(item.doubt, rules.commit_lag_s, rules, now))
    return ReadState(step, wait_s=_wait(item.doubt, rules.settle_s, rules, now))


def _wait(doubt: Doubt, lag_s: float, rules: Rules, now: Clock) -> float:
    """Return how long the next look waits: the first comes at once, the last after the lag."""
    if not doubt.looks or doubt.since.epoch != now.epoch:
        return 0.0
    left = lag_s - doubt.waited_at(now.seconds)
    return min(left, rules.poll_interval_s) if left > 0 else 0.0


def _elapsed(since: Clock, now: Clock) -> float:
    """Return the seconds from one moment to another; of another process's clock, none.

    Waiting until a moment of another process therefore begins at once where that is harmless
    (a retry), and anew where it is not (`_looked`).
    """
    return now.seconds - since.seconds if since.epoch == now.epoch else 0.0


def _listed(ids: frozenset[str]) -> str:
    return ", ".join(sorted(ids)[:5])
