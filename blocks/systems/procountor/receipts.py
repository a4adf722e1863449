"""Fetching ledger receipts: lists walked by id, and whole receipts in batches, each as it came.

Source:
    Procountor API 26.04: GET /ledgerreceipts (``previousId``, at most 200 a page; ``types`` lacks
    VAT_SUMMARY, so it is left out), GET /ledgerreceipts/{ids} (at most 200; ids that are not there
    are left out; one id gives an object, several an array, none a 404).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from blocks.http import CallFailed, CallProblem, CallRefused, WhoActs
from blocks.progress import came
from blocks.systems.procountor.api import Api
from ledger.procountor.parts import ReceiptName, Unreadable, rows_of, text_of

PAGE_ROWS: Final = 200
BATCH_IDS: Final = 200
MAX_PAGES: Final = 10_000
"""Pages of one walk: two million receipts."""

LIST: Final = "ledgerreceipts"


@dataclass(frozen=True)
class Listed:
    """A receipt as a list has it."""

    name: ReceiptName
    date: dt.date


async def list_receipts(api: Api, **span: str) -> list[Listed]:
    """Return every receipt of a span, in order of id.

    Args:
        api: The company.
        span: ``startDate`` and ``endDate`` (of the receipt), or ``versionStartDate``.

    Raises:
        CallFailed: A page does not go on behind the one before.
        CallRefused: There are more than `MAX_PAGES`.
        CallRefused, CallFailed: As for any call.
        Unreadable: A page cannot be read.
    """
    found: list[Listed] = []
    for _page in range(MAX_PAGES):
        params: dict[str, str | int] = {"orderById": "ASC", "size": PAGE_ROWS, **span}
        if found:
            params["previousId"] = found[-1].name.id
        rows = rows_of(json.loads(await api.content(LIST, params)), "results", LIST)
        page = [_listed(row) for row in rows]
        numbers = [item.name.id for item in page]
        last = found[-1].name.id if found else -1
        if numbers != sorted(set(numbers)) or (numbers and numbers[0] <= last):
            raise CallFailed(
                "Procountor's list of ledger receipts does not go on behind the receipt that was "
                "named. Try again later.",
                code="pages_kept_shifting",
            )
        found += page
        if len(page) < PAGE_ROWS:
            return found
    raise CallRefused(
        f"Procountor lists more than {MAX_PAGES * PAGE_ROWS:,} ledger receipts, the limit of this "
        "program. Nothing of them was used.",
        code="too_many_pages",
        who_acts=WhoActs.US,
    )


def _listed(row: dict[str, Any]) -> Listed:
    try:
        date = dt.date.fromisoformat(text_of(row, "receiptDate", LIST))
        number, version = int(text_of(row, "id", LIST)), text_of(row, "version", LIST)
        return Listed(ReceiptName(number, version), date)
    except ValueError:
        raise Unreadable(f"{LIST} has a row without id and receiptDate") from None


@dataclass(frozen=True)
class Fetched:
    """A whole receipt, its bytes as they stood in the answer."""

    name: ReceiptName
    date: dt.date
    content: bytes


async def fetch_receipts(api: Api, numbers: Iterable[int]) -> list[Fetched]:
    """Return the receipts that there are under these ids; the others are gone, or not ours to see.

    Raises:
        CallRefused, CallFailed: As for any call.
        Unreadable: An answer cannot be read.
    """
    wanted = sorted(set(numbers))
    found: list[Fetched] = []
    for begin in range(0, len(wanted), BATCH_IDS):
        batch = wanted[begin : begin + BATCH_IDS]
        found += await _batch(api, batch)
        came(begin + len(batch), of=len(wanted))
    return found


async def _batch(api: Api, numbers: list[int]) -> list[Fetched]:
    try:
        content = await api.content(f"{LIST}/{','.join(map(str, numbers))}")
    except CallProblem as problem:
        if problem.status == HTTPStatus.NOT_FOUND:
            return []
        raise
    found = [_fetched(*item) for item in documents_in(content.decode("utf-8"))]
    if unasked := {item.name.id for item in found} - set(numbers):
        raise Unreadable(f"{LIST} answered with {len(unasked)} receipts that were not asked for")
    return found


def invoice_in(receipt: bytes) -> int | None:
    """Return the id of a receipt's invoice; None without one."""
    invoice = json.loads(receipt).get("invoiceId")
    return None if invoice is None else int(invoice)


def documents_in(text: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each object of an array, and how it stands in the text; or the text's one object.

    Raises:
        Unreadable: It is neither.
    """
    decoder, at = json.JSONDecoder(), _skip(text, 0)
    is_list = text[at : at + 1] == "["
    at = _skip(text, at + 1) if is_list else at
    while at < len(text) and text[at] != "]":
        try:
            found, end = decoder.raw_decode(text, at)
        except ValueError:
            raise Unreadable(f"{LIST} answered with no JSON") from None
        if not isinstance(found, dict):
            raise Unreadable(f"{LIST} answered with something else than receipts")
        yield found, text[at:end]
        at = _skip(text, end)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _fetched(found: dict[str, Any], text: str) -> Fetched:
    listed = _listed(found)
    return Fetched(listed.name, listed.date, text.encode())
