"""Calls to one company's Fennoa, each made once, in its turn; and what their answers mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from pydantic import SecretStr

from blocks.http import SlidingWindow
from blocks.http.once import Once, call_once
from blocks.systems.fennoa.answers import LATER_S, Good, read_answer, retry_after
from blocks.systems.fennoa.listing import Row, Unread
from blocks.systems.targets import Claim
from ledger.push.events import After, Lost, NoEffect, NotSent, Postponed, Refuted
from ledger.push.items import HoldCode

REQUEST_LIMIT_S: Final = 60.0
"""Longest that a call lasts which may change something; seconds."""
READ_LIMIT_S: Final = 60.0
"""Longest that a call lasts which only reads; seconds."""
PDF: Final = "application/pdf"

Called = Good | NoEffect | Lost | NotSent


@dataclass
class Calls:
    """One company. `user` and `key`: of its API user. `window`: the pace. `made`: so far."""

    url: str
    user: str
    key: SecretStr
    window: SlidingWindow
    request_limit_s: float = REQUEST_LIMIT_S
    made: int = 0

    async def post(self, path: str, claim: Claim, form: Mapping[str, str] | None = None) -> Called:
        """Post a form, once, before a claim ends."""
        return await self._change(path, claim, data=form or {})

    async def post_file(
        self, path: str, claim: Claim, *, field: str, name: str, content: bytes
    ) -> Called:
        """Post a PDF as a field of a form, once, before a claim ends."""
        return await self._change(path, claim, files={field: (name, content, PDF)})

    async def read(self, path: str) -> Once:
        """Read a path, once."""
        return await self._paced("GET", path, until_s=float("inf"), limit_s=READ_LIMIT_S)

    async def rows(self, path: str) -> list[Row] | Row | Unread | Refusal:
        """Return what a path has, or why there is nothing."""
        once = await self.read(path)
        answer = read_answer(once, 0)
        if isinstance(answer, Good):
            found = answer.body.get("data")
            return found if isinstance(found, list | dict) else Unread.FAILED
        if is_absent(once):
            return Unread.ABSENT
        return Refusal(answer.code) if isinstance(answer, NoEffect) else Unread.FAILED

    async def _change(self, path: str, claim: Claim, **content: Any) -> Called:
        once = await self._paced(
            "POST", path, until_s=claim.until_s, limit_s=self.request_limit_s, **content
        )
        return read_answer(once, claim.token)

    async def _paced(self, method: str, path: str, **options: Any) -> Once:
        """Make a call in its turn; when it was one too many, all wait."""
        self.made += 1
        auth = (self.user, self.key.get_secret_value())
        async with self.window.turn() as answered:
            once = await call_once(method, f"{self.url}/{path}", auth=auth, **options)
            answered()
        if once.response is not None and once.response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self.window.wait_out(retry_after_s=retry_after(once))
        return once


@dataclass(frozen=True)
class Refusal:
    """Fennoa's own refusal of a read. `code`: the first that it said, or its status."""

    code: str


def is_absent(once: Once) -> bool:
    """Return whether Fennoa itself says that there is no such thing: 404 in its own JSON."""
    answer = read_answer(once, 0)
    is_404 = once.response is not None and once.response.status_code == HTTPStatus.NOT_FOUND
    return is_404 and isinstance(answer, NoEffect)


async def read_invoice(
    calls: Calls, target_id: str, claim: Claim
) -> Good | NoEffect | Lost | NotSent | Refuted:
    """Read one invoice for a step; one that is gone is for a person, what failed is for later."""
    once = await calls.read(f"sales_api/{target_id}")
    if is_absent(once):
        return Refuted(claim.token, HoldCode.GONE, "it is not there any more")
    answer = read_answer(once, claim.token)
    if isinstance(answer, NoEffect):
        later_s = answer.retry_after_s or LATER_S
        return NoEffect(claim.token, answer.code, After.RETRY, retry_after_s=later_s)
    return answer


def header_of(answer: Good) -> dict[str, Any]:
    """Return the head of the invoice in an answer."""
    found = answer.body.get("data")
    header = found.get("SalesInvoice") if isinstance(found, dict) else None
    return header if isinstance(header, dict) else {}


def postponed(found: Unread | Refusal, what: str) -> Postponed:
    """Return that a step waits for something that could not be read; its code pauses on 401."""
    code = found.code if isinstance(found, Refusal) else f"{what}_unread"
    return Postponed(code, LATER_S)
