"""What Procountor's answers mean: done, refused without effect, or nobody knows.

Source:
    Procountor API 26.04, ErrorMessages; docs/systems/procountor.md; decision 0033.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from blocks.http import CallFailed, CallProblem, CallRefused, read_json
from blocks.http.once import Once
from blocks.systems.answers import AnswerCatalogue
from blocks.systems.procountor.system import SYSTEM
from ledger.push.events import After, Lost, NoEffect, NotSent
from ledger.text import visible

CATALOGUE: Final = AnswerCatalogue(SYSTEM.title, SYSTEM.answers)
REFUSALS: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.CONFLICT,
    }
)
"""In Procountor's own JSON these prove that nothing was done."""
LATER_S: Final = 60.0
"""How long a call waits that was refused for now and was not told how long; seconds."""
CODE_CHARS: Final = 200
TROUBLE: Final = "UNABLE_TO_GET_CONNECTION"
"""A 400 that says nothing of the call: the other side was under load."""


@dataclass(frozen=True)
class Good:
    """A good answer and its body; None where there is none."""

    body: Any


def explain(response: httpx.Response) -> CallProblem:
    """Turn an answer that is not a good one into what a person or a retry can work with."""
    errors = list(errors_of(_json(response)))
    codes = [text for _, text in errors if text in CATALOGUE.lines]
    words = "; ".join(spelled(*error) for error in errors[:3])
    return CATALOGUE.explain(
        response, codes[0] if codes else "", detail=f" (“{words}”)" if words else ""
    )


def explain_token(response: httpx.Response) -> CallProblem:
    """Do as `explain` for the token endpoint, whose 401 names no cause."""
    text = " ".join(text for _, text in errors_of(_json(response))).casefold()
    code = next((code for code in CATALOGUE.lines if code == text.replace(" ", "_")), "")
    problem = CATALOGUE.explain(response, code)
    if problem.status == HTTPStatus.UNAUTHORIZED and problem.code != "invalid_client":
        return CATALOGUE.refusal("invalid_token")
    return problem


def read_answer(once: Once, token: int) -> Good | NoEffect | Lost | NotSent:
    """Return what the answer to a call that changes something proves."""
    if not once.was_sent:
        return NotSent(token)
    if once.response is None:
        return Lost(token, once.problem)
    body = _json(once.response)
    if once.response.is_success and (body is not None or not once.response.content):
        return Good(body)
    errors = list(errors_of(body))
    lost = Lost(token, f"http_{once.response.status_code}")
    return _refused(once, errors, token) or lost if errors else lost


def _refused(once: Once, errors: list[tuple[str, str]], token: int) -> NoEffect | Lost | None:
    """Return what a refusal in Procountor's own words proves; None when it proves nothing."""
    status = once.response.status_code if once.response else 0
    if any(text == TROUBLE for _, text in errors):
        return Lost(token, TROUBLE)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return NoEffect(token, "429", After.RETRY, retry_after_s=retry_after(once))
    if status == HTTPStatus.UNAUTHORIZED:
        return NoEffect(token, "401", After.RETRY, retry_after_s=LATER_S)
    return NoEffect(token, spelled(*errors[0]), After.REJECT) if status in REFUSALS else None


def spelled(field: str, text: str) -> str:
    """Return an error as the log shows it: its field, where it names one, and its words."""
    return visible(f"{field} {text}".strip())[:CODE_CHARS]


def errors_of(body: Any) -> Iterator[tuple[str, str]]:
    """Yield field and words of each error, in any of the three forms that are seen.

    ``{"errors": [{"status", "field", "message"}]}``, ``{"error": "…"}`` of the token endpoint, and
    ``{"constraintViolations": [{"errorCode"}]}`` of older versions.
    """
    if not isinstance(body, dict):
        return
    for name, words in (("errors", "message"), ("constraintViolations", "errorCode")):
        for one in body.get(name) or ():
            if isinstance(one, dict):
                yield str(one.get("field") or ""), str(one.get(words) or one.get("status") or "")
    if isinstance(body.get("error"), str):
        yield "", body["error"]


def retry_after(once: Once) -> float:
    """Return how long the target asks to wait; seconds."""
    text = once.response.headers.get("retry-after", "") if once.response else ""
    return float(text) if text.isdigit() else LATER_S


def _json(response: httpx.Response) -> Any:
    if not response.content:
        return None
    try:
        return read_json(response.content)
    except CallFailed:
        return None


def wrong_company(asked: str, found: str, *, what: str = "environment") -> CallRefused:
    """Return the refusal of a key that opens another company; neither number is a secret.

    `what`: what both are.
    """
    message = f"The tenant is {asked}, and the key opens {found}."
    return CATALOGUE.refusal("wrong_company", message, what=what, expected=asked, actual=found)
