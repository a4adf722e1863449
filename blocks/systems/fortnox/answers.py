"""What Fortnox's refusals mean and who acts, by their code: the status alone says little.

A 400 may be a missing licence, a 403 a spent token (vendor's pages "responses" and "errors"). The
catalogue is ``data/reference/fortnox_answers.csv``. A code that is not in it is kept as it is.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

import httpx

from blocks.http import CallFailed, CallProblem, CallRefused, read_json
from blocks.hub import ConnectionState
from blocks.systems.answers import AnswerCatalogue
from blocks.systems.fortnox.system import ANSWERS

CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
"""What may pass for a code; anything else could be a payload."""

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
    "invoices": "invoice",
}
"""The right that each thing asked for needs, which the refusal itself does not name.

Source: vendor's page "scopes".
"""


CATALOGUE: Final = AnswerCatalogue("Fortnox", ANSWERS)

refusal: Final = CATALOGUE.refusal
state_after: Final = CATALOGUE.state_after


def explain(response: httpx.Response) -> CallProblem:
    """Turn an answer that is not a good one into what a person or a retry can work with."""
    code = code_of(response)
    right = _right_for(response.request.url.path) if code == NO_SCOPE else ""
    return CATALOGUE.explain(response, code, detail=right)


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
    known = CATALOGUE.lines["invalid_client"]
    return CallRefused(
        f"Fortnox's token endpoint answered with {problem.status}: {known.meaning}. "
        f"{known.what_to_do}.",
        code=known.code,
        status=problem.status,
        who_acts=known.who_acts,
    )


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
    for answer in CATALOGUE.lines.values():
        if answer.phrase and answer.phrase.casefold() in text:
            return answer.code
    return str(body.get("error", ""))


def _code_of_call(inner: dict[str, Any]) -> str:
    return str(next((value for name, value in inner.items() if name.lower() == "code"), ""))
