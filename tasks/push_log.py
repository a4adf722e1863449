"""What is said of a line in a document's log: what happened, and its facts in phrases.

The phrases are English; ``data/reference/translated/reasons.csv`` has each in the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from blocks.field_words import field_in_words
from blocks.hub.outbox import LogLine
from ledger.push.items import HoldCode

EVENTS: Final = {
    "notsent": "not sent",
    "noeffect": "refused",
    "stateread": "read there",
    "walked": "looked for there",
    "already": "done already",
}
"""Kinds of a document's log that are no words; the others are said as they are."""

PUT_OFF: Final = {
    "credited_number_awaited": (
        "waits until what it credits is approved there: its number is asked for every hour"
    ),
    "customer_awaited": "waits for the number that its customer gets there by another document",
    "key_unproven": "waits until the first document has shown that our key comes back",
    "locks_unread": "waits because the locked periods there could not be read",
    "card_unread": "waits because the customer's card there could not be read",
    "original_unread": "waits because what it credits could not be read there",
    "delivery_watched": "was sent, and delivery errors are looked for",
    "no_number_yet": "was approved, and its number is awaited",
}
"""Why a document was put off, by the code of what was found."""

HELD: Final[Mapping[str, str]] = {
    HoldCode.SEVERAL: "more than one of it is there",
    HoldCode.LOOKALIKE: "one that looks like it is there, without our key",
    HoldCode.NO_PROOF: "what became of the call cannot be told",
    HoldCode.DIFFERS: "what is there is not what was sent",
    HoldCode.OVERDUE: "what is done there by itself was not done in time",
    HoldCode.GONE: "it is not there any more",
    HoldCode.CONFLICT: "somebody changed it there",
    HoldCode.LOCKED: "the period of its day is locked there",
    HoldCode.CUSTOMER: "its customer number is another customer's there",
    HoldCode.ORIGINAL: "what it credits was rejected or is not there",
    HoldCode.ABSENT: "it was not found there, and may have been acted on",
    HoldCode.UNDELIVERED: "it could not be delivered from there",
    HoldCode.FILE: "its file cannot be read",
    HoldCode.CHANGED: "another content came after it was sent",
}

FINDINGS: Final = {
    "done": "it took place",
    "not_done": "it did not take place",
    "unknown": "it cannot be told",
    "gone": "it is not there any more",
    "conflict": "somebody changed it there",
}

INNER: Final = frozenset(
    {"after", "before", "began_s", "digest", "learned", "mark", "request", "step", "token"}
)
"""What is kept of an event for us alone: by it a lost answer is told from another's document."""

PHRASES: Final = {
    "target_id": "id there {value}",
    "target_number": "number there {value}",
    "hits": "there with our key: {value}",
    "lookalikes": "there and looking like it: {value}",
    "ids": "there: {value}",
    "who": "decided by {value}",
    "detail": "{value}",
}
"""How a fact is said that is a value by itself."""

ANSWERS: Final = {
    "finding": FINDINGS,
    "is_done": {"True": FINDINGS["done"], "False": FINDINGS["not_done"]},
    "is_complete": {"True": "", "False": "not everything there could be looked through"},
}
"""How a fact is said that is one of a few."""

A_MINUTE_S: Final = 60


def event_in_words(kind: str) -> str:
    """Return what happened to a document, in a word or two."""
    return EVENTS.get(kind, kind)


def phrases(line: LogLine) -> list[str]:
    """Return what a person may read of a line of a document's log, each fact once."""
    shown = line.facts.items()
    facts = {name: value for name, value in shown if value and name not in INNER}
    if held := facts.pop("hold", ""):
        code, _, detail = held.partition(" ")
        facts = {name: one for name, one in facts.items() if name not in {"code", "detail"}}
        found = [f"held: {HELD.get(code, code.replace('_', ' '))}", detail]
    else:
        found = []
    found = [phrase for name, value in facts.items() for phrase in _phrases(name, value)] + found
    return list(dict.fromkeys(phrase for phrase in found if phrase))


def detail_in_words(line: LogLine) -> str:
    """Return the facts of a line of a document's log as a person reads them."""
    return "; ".join(phrases(line))


def line_in_words(line: LogLine) -> tuple[str, str]:
    """Return what a line of a document's log says: what happened at which step, and its facts."""
    return f"{event_in_words(line.kind)} {line.step}".strip(), detail_in_words(line)


def _phrases(name: str, value: str) -> Iterator[str]:
    answers: Mapping[str, str] = ANSWERS.get(name, {})
    match name:
        case _ if value in answers:
            yield answers[value]
        case "code":
            yield PUT_OFF.get(value) or f"answer: {value.removeprefix('http_')}"
        case "fields":
            yield f"what differs: {', '.join(map(field_in_words, value.split()))}"
        case "retry_after_s":
            yield _later(float(value))
        case "hits" | "lookalikes" | "ids":
            yield PHRASES[name].format(value=value.replace(" ", ", "))
        case _:
            yield PHRASES.get(name, f"{name.replace('_', ' ')} {{value}}".lstrip()).format(
                value=value
            )


def _later(seconds: float) -> str:
    if seconds <= 0:
        return ""
    if seconds < A_MINUTE_S:
        return f"tried again after {round(seconds)} s"
    return f"tried again after {round(seconds / A_MINUTE_S)} min"
