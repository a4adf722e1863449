"""What Fortnox's refusals mean and who acts, by their code: the status alone says little.

A 400 may be a missing licence, a 403 a spent token (vendor's pages "responses" and "errors"). The
catalogue is ``data/reference/fortnox_answers.csv``. A code that is not in it is kept as it is.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, Final

import httpx

from blocks.http import CallFailed, CallProblem, CallRefused, WhoActs, read_json
from blocks.hub import ConnectionState
from blocks.settings import REFERENCE
from blocks.systems.fortnox.system import ANSWERS

CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
"""What may pass for a code; anything else could be a payload."""

PASSING: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
"""Statuses below 500 that pass by themselves."""


NO_SCOPE: Final = "2000663"

SCOPES: Final = {
    "companyinformation": "companyinformation",
    "financialyears": "bookkeeping",
    "accounts": "bookkeeping",
    "vouchers": "bookkeeping",
    "sie": "bookkeeping",
    "voucherfileconnections": "connectfile",
    "supplierinvoicefileconnections": "connectfile",
    "archive": "archive",
    "supplierinvoices": "supplierinvoice",
}
"""The right that each thing asked for needs, which the refusal itself does not name.

Source: vendor's page "scopes".
"""


@dataclass(frozen=True)
class Answer:
    """A line of the catalogue. `state`: what it makes of the connection, None for nothing."""

    code: str
    place: str
    phrase: str
    meaning: str
    who_acts: WhoActs
    remedy: str
    state: ConnectionState | None
    what_to_do: str


@cache
def catalogue() -> dict[str, Answer]:
    """Read the catalogue; its lines by code."""
    with (REFERENCE / ANSWERS).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["code"]: _answer(row) for row in rows}


def explain(response: httpx.Response) -> CallProblem:
    """Turn an answer that is not a good one into what a person or a retry can work with."""
    code = code_of(response)
    status = response.status_code
    known = catalogue().get(code) or catalogue().get(f"http_{status}")
    where = f"{response.request.method} {response.request.url.path}"
    # Seldom is a status surer than a code; too many requests is.
    if known is None or status == HTTPStatus.TOO_MANY_REQUESTS:
        return _by_status(where, status, code)
    kind = CallFailed if known.remedy == "retry" else CallRefused
    right = _right_for(response.request.url.path) if code == NO_SCOPE else ""
    return kind(
        f"Fortnox answered {where} with {status}, code {code or 'none'}: {known.meaning}{right}. "
        f"{known.what_to_do}.",
        code=code or known.code,
        status=status,
        who_acts=known.who_acts,
        is_about_token=known.remedy == "new_token",
    )


def explain_token(response: httpx.Response) -> CallProblem:
    """Do as `explain` for the token endpoint, where no access token is in play.

    What would blame one there can only mean our own client id or secret, and so does every 401:
    the customer has nothing to approve again.

    Source:
        RFC 6749, 5.2: 401 when the client's authentication failed.
    """
    problem = explain(response)
    asks_customer = state_after(problem) is ConnectionState.RECONNECT_REQUIRED
    is_401 = problem.status == HTTPStatus.UNAUTHORIZED
    if not problem.is_about_token and not (is_401 and asks_customer):
        return problem
    known = catalogue()["invalid_client"]
    return CallRefused(
        f"Fortnox's token endpoint answered with {problem.status}: {known.meaning}. "
        f"{known.what_to_do}.",
        code=known.code,
        status=problem.status,
        who_acts=known.who_acts,
    )


def refusal(code: str, message: str = "") -> CallRefused:
    """Return the refusal that a code of the catalogue stands for, without an answer of a call."""
    known = catalogue()[code]
    text = f"Fortnox: {known.meaning}. {known.what_to_do}."
    return CallRefused(f"{message} {text}".strip(), code=code, who_acts=known.who_acts)


def state_after(problem: CallProblem) -> ConnectionState | None:
    """Say what a failed call tells about the connection; None when nothing."""
    known = catalogue().get(problem.code)
    return known.state if known and isinstance(problem, CallRefused) else None


def _right_for(path: str) -> str:
    """Name the scope that a path needs (R-FIN-9), after a blank; empty when it is not known."""
    asked = path.removeprefix("/3/").partition("/")[0]
    return f" {SCOPES[asked]}" if asked in SCOPES else ""


def code_of(response: httpx.Response) -> str:
    """Find the code in any of the bodies that Fortnox is known to send; empty when there is none.

    ``{"ErrorInformation": {"error"|"Error", "message"|"Message", "code"|"Code"}}`` of a call,
    ``{"error", "error_description"}`` of the token endpoint, ``{"error", "id", "message"}`` of the
    newer modules, ``{"message"}`` or no JSON of a gateway.
    """
    try:
        body = read_json(response.content)
    except CallFailed:
        return ""
    if not isinstance(body, dict):
        return ""
    inner = body.get("ErrorInformation")
    found = _code_of_call(inner) if isinstance(inner, dict) else code_of_words(body)
    return found if CODE.fullmatch(found) else ""


def code_of_words(body: dict[str, Any]) -> str:
    """Find the code of an OAuth error: the description's if it is a known phrase, else its own."""
    text = f"{body.get('error_description', '')} {body.get('message', '')}".casefold()
    for answer in catalogue().values():
        if answer.phrase and answer.phrase.casefold() in text:
            return answer.code
    return str(body.get("error", ""))


def _code_of_call(inner: dict[str, Any]) -> str:
    return str(next((value for name, value in inner.items() if name.lower() == "code"), ""))


def _by_status(where: str, status: int, code: str) -> CallProblem:
    passes = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING
    text = f"Fortnox answered {where} with {status}, code {code or 'none'}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        known = catalogue()["http_429"]
        message = f"{text}: {known.meaning}. {known.what_to_do}."
    else:
        message = (
            f"{text}, which the catalogue does not know. "
            f"{'Try again later.' if passes else 'Trying again will not help.'} Look the code up "
            "on Fortnox's page of errors, and add it to fortnox_answers.csv."
        )
    who = WhoActs.WAIT if passes else WhoActs.US
    kind = CallFailed if passes else CallRefused
    return kind(message, code=code or f"http_{status}", status=status, who_acts=who)


def _answer(row: dict[str, str]) -> Answer:
    state = ConnectionState(row["state"]) if row["state"] else None
    return Answer(**{**row, "who_acts": WhoActs(row["who_acts"]), "state": state})  # type: ignore[arg-type]  # the columns are its fields
