"""What a vendor's refusals mean and who acts, by their code: a table for each system.

The table lies in ``data/reference`` (`System.answers`). A code that is not in it is kept as it is.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Final

import httpx

from blocks.http import CallFailed, CallProblem, CallRefused, WhoActs
from blocks.hub import ConnectionState
from blocks.settings import REFERENCE

PASSING: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
"""Statuses below 500 that pass by themselves."""

MEANINGS: Final = {
    HTTPStatus.INTERNAL_SERVER_ERROR: "something failed there",
    HTTPStatus.BAD_GATEWAY: "what stands before it could not reach it",
    HTTPStatus.SERVICE_UNAVAILABLE: "it is not available just now, such as for maintenance",
    HTTPStatus.GATEWAY_TIMEOUT: "what stands before it waited too long for it",
    HTTPStatus.MOVED_PERMANENTLY: "it leads to another address, which is not followed",
    HTTPStatus.FOUND: "it leads to another address, which is not followed",
    HTTPStatus.TEMPORARY_REDIRECT: "it leads to another address, which is not followed",
    HTTPStatus.PERMANENT_REDIRECT: "it leads to another address, which is not followed",
}
"""What an answer without a code says by its status alone (RFC 9110 §15)."""

OTHER_ADDRESS: Final = (
    "Check the address in the settings: a path, http in the place of https, or a page to sign in"
)


@dataclass(frozen=True)
class Answer:
    """A line of the table. `state`: what it makes of the connection, None for nothing.

    `code`: the vendor's or ours; ``http_<status>`` for answers without one. `place`: where the
    vendor gives it. `phrase`: words by which it is known when no code came. `remedy`: ``retry``,
    ``new_token`` or nothing that helps.
    """

    code: str
    place: str
    phrase: str
    meaning: str
    who_acts: WhoActs
    remedy: str
    state: ConnectionState | None
    what_to_do: str


@dataclass(frozen=True)
class AnswerCatalogue:
    """The table of one system. `title`: the system in a sentence. `table`: the file's name."""

    title: str
    table: str

    @cached_property
    def lines(self) -> dict[str, Answer]:
        """The lines by code."""
        with (REFERENCE / self.table).open(encoding="utf-8", newline="") as file:
            return {row["code"]: _answer(row) for row in csv.DictReader(file)}

    def explain(self, response: httpx.Response, code: str, *, detail: str = "") -> CallProblem:
        """Turn an answer that is not a good one into what a person or a retry can work with.

        Args:
            response: The answer.
            code: What was found in its body, empty when nothing was.
            detail: Said behind the meaning, such as the right that is missing.
        """
        status = response.status_code
        known = self.lines.get(code) or self.lines.get(f"http_{status}")
        where = f"{response.request.method} {response.request.url.path}"
        # Seldom is a status surer than a code; too many requests is.
        if known is None or status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._by_status(where, status, code)
        kind = CallFailed if known.remedy == "retry" else CallRefused
        return kind(
            f"{self.title} answered {where} with {status}, code {code or 'none'}: "
            f"{known.meaning}{detail}. {known.what_to_do}.",
            code=code or known.code,
            status=status,
            who_acts=known.who_acts,
            is_about_token=known.remedy == "new_token",
        )

    def refusal(self, code: str, message: str = "", **values: str) -> CallRefused:
        """Return the refusal that a code stands for, without an answer of a call.

        Args:
            code: In the table.
            message: Said before the code's meaning.
            values: Facts that the message tells, by name.
        """
        known = self.lines[code]
        text = f"{self.title}: {known.meaning}. {known.what_to_do}."
        refused = CallRefused(f"{message} {text}".strip(), code=code, who_acts=known.who_acts)
        refused.values |= values
        return refused

    def state_after(self, problem: CallProblem) -> ConnectionState | None:
        """Return what a failed call shows of the connection; None when nothing."""
        known = self.lines.get(problem.code)
        return known.state if known and isinstance(problem, CallRefused) else None

    def _by_status(self, where: str, status: int, code: str) -> CallProblem:
        passes = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING
        text = f"{self.title} answered {where} with {status}"
        known = self.lines.get("http_429") if status == HTTPStatus.TOO_MANY_REQUESTS else None
        if known:
            message = f"{text}, code {code or 'none'}: {known.meaning}. {known.what_to_do}."
        elif code:
            message = (
                f"{text}, code {code}, which the catalogue does not know. "
                f"{_what_to_do(status, passes=passes)}. Look the code up on {self.title}'s page of "
                f"errors, and add it to {self.table}."
            )
        else:
            message = f"{text}: {_meaning(status)}. {_what_to_do(status, passes=passes)}."
        who = WhoActs.WAIT if passes else WhoActs.US
        kind = CallFailed if passes else CallRefused
        return kind(message, code=code or f"http_{status}", status=status, who_acts=who)


def _meaning(status: int) -> str:
    """Say what a status means that came without a code."""
    if status in MEANINGS:
        return MEANINGS[HTTPStatus(status)]
    known = status in {item.value for item in HTTPStatus}
    return f"{HTTPStatus(status).phrase if known else 'no status of HTTP'}, without a reason"


def _what_to_do(status: int, *, passes: bool) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return OTHER_ADDRESS
    return "Try again later" if passes else "Trying again will not help"


def _answer(row: dict[str, str]) -> Answer:
    state = ConnectionState(row["state"]) if row["state"] else None
    return Answer(**{**row, "who_acts": WhoActs(row["who_acts"]), "state": state})  # type: ignore[arg-type]  # the columns are its fields
