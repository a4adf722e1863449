"""What the simulator answers: JSON with exact numbers, error bodies, and pages of what is in front.

Source:
    Procountor API 26.04, ErrorMessages; dev.procountor.com/api-requests/.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from simulators.fortnox.answers import json_text

JSON_TYPE: Final = "application/json;charset=UTF-8"
HTML_TYPE: Final = "text/html"
BLANK: Final = "Value of the '{}' cannot be blank."
INVALID: Final = "Value of the '{}' field is invalid: "
NO_RIGHTS: Final = "User rights check failed: Insufficient user rights"
EMPTY: Final = "MAY_NOT_BE_EMPTY"
CLOSED: Final = "CLOSED_FISCAL_PERIOD"


@dataclass(frozen=True)
class Problem:
    """One error of an answer; ``field`` is the path of the violation, where there is one."""

    message: str
    field: str | None = None


class Refused(Exception):
    """What was asked is refused with a status and its errors."""

    def __init__(self, status: int, *problems: Problem) -> None:
        self.status = status
        self.problems = problems
        super().__init__(f"{status} {', '.join(problem.message for problem in problems)}")


@dataclass(frozen=True)
class Answer:
    """One whole answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Request:
    """One request as it came. Header names are in lower case; `query` keeps repeated names."""

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def refuse(status: int, message: str, at: str | None = None) -> Refused:
    """Make a refusal with one error."""
    return Refused(status, Problem(message, at))


def json_answer(value: Any, *, status: int = 200) -> Answer:
    """Answer with JSON in UTF-8; a Decimal is a number with exactly its digits."""
    return Answer(status, json_text(value).encode())


def refusal(refused: Refused) -> Answer:
    """Answer with Procountor's list of errors; a missing field is left out."""
    return errors(refused.status, refused.problems)


def errors(status: int, problems: Iterable[Problem]) -> Answer:
    """Answer with a list of errors."""
    rows = [
        {"status": status, "message": problem.message}
        | ({"field": problem.field} if problem.field else {})
        for problem in problems
    ]
    return json_answer({"errors": rows}, status=status)


def gateway(status: int) -> Answer:
    """Answer with the page of what stands in front of Procountor."""
    page = f"<html><head><title>{status}</title></head><body><center>nginx</center></body></html>"
    return Answer(status, page.encode(), HTML_TYPE)


def read_json(body: bytes) -> Any:
    """Read JSON with exact numbers.

    Raises:
        Refused: It is none (400).
    """
    try:
        return json.loads(body, parse_float=Decimal, parse_int=Decimal)
    except ValueError:
        raise refuse(400, "Request body is not valid JSON") from None
