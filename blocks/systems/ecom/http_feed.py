"""The feed over HTTP: pages behind a cursor, files by the hash of their bytes.

Source:
    docs/systems/ecom.md, the contract.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import httpx

from blocks.http import CallFailed, CallProblem, CallRefused, Tally, WhoActs, read_json
from blocks.http.bodies import LIMIT
from blocks.systems.answers import AnswerCatalogue
from blocks.systems.ecom.records import read_items
from blocks.systems.ecom.system import SYSTEM
from blocks.systems.ports import FeedPage, MissingFile, Refusal

ANSWERS: Final = AnswerCatalogue(SYSTEM.title, SYSTEM.answers)
MAX_FILE_BYTES: Final = 50_000_000
"""Largest file that is fetched; bytes."""
MAX_CURSOR_CHARS: Final = 1_000


class HttpFeed:
    """One company's feed."""

    def __init__(self, client: httpx.AsyncClient, tally: Tally, *, page_size: int) -> None:
        self._client, self._tally, self._page_size = client, tally, page_size

    @property
    def calls(self) -> int:
        """Calls made so far, repetitions included."""
        return self._tally.calls

    async def business_id(self) -> str:
        """Return whose feed it is."""
        found = read_json((await self._client.get("company")).content)
        return str(found.get("business_id", "")) if isinstance(found, dict) else ""

    async def read(self, cursor: str) -> FeedPage:
        """Return what is newer than a cursor."""
        asked = {"after": cursor, "limit": str(self._page_size)}
        whole = read_json((await self._client.get("feed", params=asked)).content)
        if not isinstance(whole, dict) or not isinstance(whole.get("items"), list):
            raise CallFailed(
                "Ecom's feed did not answer with items and a cursor. Try again later.",
                code="not_a_page",
            )
        items = [
            (f"item {number} behind {cursor or 'the beginning'}", _text(one))
            for number, one in enumerate(whole["items"], 1)
        ]
        found = read_items(items)
        return FeedPage(
            tuple(found.records),
            _cursor(whole, cursor),
            bool(whole.get("has_more")),
            tuple(found.unreadable),
        )

    async def file(self, sha256: str) -> bytes | MissingFile:
        """Fetch a file; one whose bytes are others than named is missing."""
        try:
            answer = await self._client.get(f"files/{sha256}", extensions={LIMIT: MAX_FILE_BYTES})
        except CallRefused as problem:
            if ANSWERS.state_after(problem):
                raise
            return MissingFile(problem.code, Refusal.FILE, str(problem))
        if hashlib.sha256(answer.content).hexdigest() != sha256:
            return MissingFile("other_bytes", Refusal.FILE, "Ecom gave other bytes than it names")
        return answer.content


def explain(response: httpx.Response) -> CallProblem:
    """Say what an answer that is not a good one means."""
    try:
        found = json.loads(response.content)
    except ValueError:
        found = None
    code = str(found.get("error", ""))[:64] if isinstance(found, dict) else ""
    return ANSWERS.explain(response, code)


def wrong_company(tenant: str, theirs: str, ours: str) -> CallRefused:
    """Return the refusal of a feed that is another company's."""
    return CallRefused(
        f"The feed is of the company {theirs or '(none)'}, and tenant {tenant} is {ours}. Name the "
        "block with that company's key.",
        code="wrong_company",
        who_acts=WhoActs.US,
    )


def _text(item: Any) -> str:
    return json.dumps(item, default=str, ensure_ascii=False)


def _cursor(whole: dict[str, Any], before: str) -> str:
    cursor = str(whole.get("cursor", ""))
    if not cursor or len(cursor) > MAX_CURSOR_CHARS or (whole.get("has_more") and cursor == before):
        raise CallFailed(
            "Ecom's feed names no place from which it goes on. Try again later.", code="no_cursor"
        )
    return cursor
