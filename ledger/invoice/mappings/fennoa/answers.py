"""What Fennoa answers: a status in any case, and errors as text, list or object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ledger.push.answers import Message

FAILED: Final = "failed"
MAX_MESSAGES: Final = 50
MAX_DEPTH: Final = 4


def is_good(body: object) -> bool:
    """Return whether the body of a 200 says that the call did what it was to do.

    `do/send` may answer ``ok`` with data ``failed``, which is a failure.
    """
    if not isinstance(body, Mapping):
        return False
    status = body.get("status")
    is_ok = status is True or (isinstance(status, str) and status.strip().lower() == "ok")
    return is_ok and not _has_failed(body)


def messages_of(body: object) -> tuple[Message, ...]:
    """Return what an answer complains of, each once, with the field where one is named.

    Nulls among the errors are left out; at most `MAX_MESSAGES` are kept.
    """
    if not isinstance(body, Mapping):
        return ()
    found = dict.fromkeys(_messages(body.get("errors"), "", MAX_DEPTH))
    if _has_failed(body):
        found[Message(FAILED, "data")] = None
    return tuple(found)[:MAX_MESSAGES]


def _has_failed(body: Mapping[str, object]) -> bool:
    data = body.get("data")
    return isinstance(data, str) and data.strip().lower() == FAILED


def _messages(errors: object, field: str, depth: int) -> Iterator[Message]:
    if isinstance(errors, str) and errors.strip():
        yield Message(errors.strip(), field)
    elif isinstance(errors, list) and depth:
        for one in errors:
            yield from _messages(one, field, depth - 1)
    elif isinstance(errors, Mapping) and depth:
        for name, one in errors.items():
            yield from _messages(one, f"{field}.{name}" if field else str(name), depth - 1)
