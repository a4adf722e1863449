"""What Fennoa's answers to a call mean: done, refused without effect, or nobody knows.

Source:
    docs/systems/fennoa.md; the vendor's page "api-basics" (codes, ``errors``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final

import httpx

from blocks.http.once import Once
from ledger.push.events import After, Lost, NoEffect, NotSent

REFUSALS: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
    }
)
"""In Fennoa's own JSON these prove that nothing was done."""

LATER_S: Final = 60.0
"""How long a call waits that was refused for now and was not told how long; seconds."""


@dataclass(frozen=True)
class Good:
    """An answer of Fennoa's own that says ok."""

    body: dict[str, Any]


def read_answer(once: Once, token: int) -> Good | NoEffect | Lost | NotSent:
    """Return what an answer proves.

    ``status`` is compared without regard to letter case; a 200 that says error is a refusal.
    """
    if not once.was_sent:
        return NotSent(token)
    body = own_json(once.response)
    if once.response is None or body is None:
        status = once.response.status_code if once.response else 0
        return Lost(token, f"http_{status}" if status else once.problem)
    return _own_answer(once.response.status_code, body, once, token)


def _own_answer(
    status: int, body: dict[str, Any], once: Once, token: int
) -> Good | NoEffect | Lost:
    """Return what an answer of Fennoa's own proves."""
    state = str(body.get("status", "")).lower()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return NoEffect(token, "429", After.RETRY, retry_after_s=retry_after(once))
    if status == HTTPStatus.UNAUTHORIZED:
        return NoEffect(token, "401", After.RETRY, retry_after_s=LATER_S)
    if status in REFUSALS or (status == HTTPStatus.OK and state == "error"):
        return NoEffect(token, first_error(body) or str(status), After.REJECT)
    return Good(body) if (status, state) == (HTTPStatus.OK, "ok") else Lost(token, f"http_{status}")


def first_error(body: dict[str, Any]) -> str:
    """Return the first thing that ``errors`` says: a text, a list of texts, or texts by field."""
    return next((text[:200] for text in _errors(body.get("errors"))), "")


def _errors(found: object, field: str = "") -> Iterator[str]:
    if isinstance(found, str) and found:
        yield f"{field}: {found}" if field else found
    elif isinstance(found, list):
        for item in found:
            yield from _errors(item, field)
    elif isinstance(found, dict):
        for name, item in found.items():
            yield from _errors(item, str(name))


def own_json(response: httpx.Response | None) -> dict[str, Any] | None:
    """Return the body if it is Fennoa's own: an object with a status."""
    if response is None:
        return None
    try:
        body = json.loads(response.content, parse_float=Decimal)
    except ValueError:
        return None
    return body if isinstance(body, dict) and "status" in body else None


def retry_after(once: Once) -> float:
    """Return how long the target asks to wait; seconds."""
    text = once.response.headers.get("retry-after", "") if once.response else ""
    return float(text) if text.isdigit() else LATER_S
