"""Customers' cards as they change, whole, for another system's register of customers.

Source:
    Procountor API 26.04, GET /businesspartners: no order but the id's, a filter by version whose
    zone is unknown, and no list of what was deleted. R-SPO-16, -21, -24.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from blocks.http import CallFailed, CallRefused
from blocks.hub.feeds import NewRecord
from blocks.systems.ports import FeedPage, MissingFile, Refusal
from blocks.systems.procountor.session import ProcountorSession
from blocks.systems.procountor.tables import tables
from ledger.invoice.mappings.procountor.cards_read import partner_of_card
from ledger.invoice.mappings.procountor.reading import moment, number_of, rows_in, text_in
from ledger.invoice.pushed.cards import PartnerType

PATH: Final = "businesspartners"
PAGE_ROWS: Final = 200
MAX_PAGES: Final = 500
"""Pages of one list; a longer one concludes nothing."""
OVERLAP: Final = dt.timedelta(hours=3)
"""By how much versions are asked for once more: their zone is unknown."""
SWEEP_AFTER: Final = dt.timedelta(days=7)
"""How long until all ids are looked at, so that a deleted card is seen."""
KIND: Final = "partner"
BANK_KIND: Final = "bank_account"
"""The company's account that is its default for invoices, looked at with each sweep."""

Row = Mapping[str, Any]


class PartnerFeed:
    """See `DocumentFeed`. A record is a customer's card as it is, or that it is gone.

    The cursor is when the last walk began: it moves only when both lists, active and not, were
    walked to their end: an empty page, or a first one that is all by Procountor's own count. It
    names the cards that were newest then: a version is a second, within which a card may have
    changed once more after it was read, so they are read once again. An idle reading takes two
    calls.
    """

    def __init__(self, session: ProcountorSession) -> None:
        self._session = session

    async def read(self, cursor: str) -> FeedPage:
        """Return the cards that changed since a cursor, and once a week those that are gone."""
        before: dict[str, Any] = json.loads(cursor) if cursor else {}
        began = self._now().isoformat(timespec="seconds")
        is_sweep = self._is_sweep(before)
        since = {} if is_sweep else _since(before.get("since", ""))
        listed = {number_of(row["id"]): row async for row in self._listed(since)}
        customers = {n: row for n, row in listed.items() if text_in(row, "type") == "CUSTOMER"}
        known = await asyncio.to_thread(self._known)
        changed = [n for n, row in customers.items() if known.get(n) != _version(row)]
        reread = customers.keys() & set(before.get("newest", ()))
        records, unreadable = await self._read({*changed, *reread})
        if is_sweep:
            records += await self._bank_account(unreadable)
            records += [_gone(n) for n, version in known.items() if version and n not in customers]
        swept = began if is_sweep else before["swept"]
        newest = max(map(_version, customers.values()), default="")
        young = [n for n in changed if _version(customers[n]) == newest][:PAGE_ROWS]
        after = json.dumps({"since": began, "swept": swept, "newest": young}, sort_keys=True)
        return FeedPage(tuple(records), after, unreadable=tuple(unreadable))

    async def file(self, sha256: str) -> bytes | MissingFile:  # noqa: ARG002 - as the port has it
        """Cards have no files."""
        return MissingFile("not_offered", Refusal.FILE, "cards have no files")

    async def _bank_account(self, unreadable: list[str]) -> list[NewRecord]:
        """Return the account that is the company's default for invoices; none where it has none."""
        try:
            whole = await self._session.get("bankaccounts", size=PAGE_ROWS)
        except CallRefused as problem:
            unreadable.append(f"bank accounts: {problem}")
            return []
        rows = rows_in(whole.get("results") if isinstance(whole, Mapping) else None)
        chosen = [row for row in rows if row.get("defaultForInvoice") is True]
        active = [row for row in chosen if text_in(row, "status") in ("", "ACTIVE")]
        content = (
            {"iban": text_in(active[0], "iban"), "bic": text_in(active[0], "bic")} if active else {}
        )
        text = json.dumps(content, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        stamp = self._now().isoformat(timespec="seconds")
        return [NewRecord(BANK_KIND, f"{stamp}#{digest}", BANK_KIND, text)]

    def _is_sweep(self, before: Mapping[str, Any]) -> bool:
        swept = before.get("swept", "")
        return not swept or self._now() - dt.datetime.fromisoformat(swept) > SWEEP_AFTER

    def _now(self) -> dt.datetime:
        return self._session.hub.database.now()

    def _known(self) -> dict[int, str]:
        """Return the version of each card that was read, empty of those that are gone."""
        connection = self._session.connection
        kept = self._session.hub.feeds.of_kind(connection.tenant, connection.system, KIND)
        cards = (json.loads(record.content) for record in kept)
        return {int(card["id"]): str(card.get("version", "")) for card in cards}

    async def _listed(self, since: Mapping[str, str]) -> AsyncIterator[Row]:
        for active in ("true", "false"):
            async for row in self._walk({**since, "active": active}):
                yield row

    async def _walk(self, params: Mapping[str, str]) -> AsyncIterator[Row]:
        place: dict[str, int] = {}
        for _ in range(MAX_PAGES):
            whole = await self._session.get(
                PATH, **params, **place, orderById="ASC", size=PAGE_ROWS
            )
            page = whole.get("results") if isinstance(whole, Mapping) else None
            if not isinstance(page, list):
                raise _disturbed("has no results")
            if not page:
                return
            ids = [place.get("previousId", 0), *(number_of(row.get("id")) for row in page)]
            if any(one >= other for one, other in pairwise(ids)):
                raise _disturbed("does not stand by ascending ids")
            for row in page:
                yield row
            if not place and _is_all(whole, page):
                return
            place = {"previousId": ids[-1]}
        raise _disturbed(f"has more than {MAX_PAGES:,} pages")

    async def _read(self, ids: Iterable[int]) -> tuple[list[NewRecord], list[str]]:
        wanted, records, unreadable = sorted(ids), list[NewRecord](), list[str]()
        for start in range(0, len(wanted), PAGE_ROWS):
            asked = ",".join(map(str, wanted[start : start + PAGE_ROWS]))
            for card in rows_in(await self._session.get(f"{PATH}/{asked}")):
                try:
                    record = _record(card)
                except ValueError as problem:
                    where = str(problem).splitlines()[0][:200]
                    unreadable.append(f"card {number_of(card.get('id'))}: {where}")
                    continue
                if record is not None:
                    records.append(record)
        return records, unreadable


def _is_all(whole: Mapping[str, Any], page: Sequence[Row]) -> bool:
    """Return whether a first page is the whole list by Procountor's own count, where it counts."""
    meta = whole.get("meta")
    total = meta.get("totalCount") if isinstance(meta, Mapping) else None
    return total == len(page) < PAGE_ROWS


def _record(card: Row) -> NewRecord | None:
    """Return a card as a record; None of what is no customer's."""
    if text_in(card, "type").lower() != PartnerType.CUSTOMER:
        return None
    countries = {name: code for code, name in tables().countries.items()}
    number, version = number_of(card.get("id")), _version(card)
    content = {
        "id": str(number),
        "version": version,
        "is_active": text_in(card, "registryInfo", "active") != "False",
        "partner": json.loads(partner_of_card(card, countries=countries).as_json()),
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return _named(number, version, text)


def _gone(number: int) -> NewRecord:
    return _named(number, "gone", json.dumps({"id": str(number), "is_gone": True}))


def _named(number: int, version: str, text: str) -> NewRecord:
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return NewRecord(KIND, f"{number}@{version}#{digest}", f"{KIND}-{number}", text)


def _version(row: Row) -> str:
    seen = moment(row.get("version"))
    return seen.isoformat() if seen else ""


def _since(walked: str) -> dict[str, str]:
    """Return the filter: what changed since the last walk began, in UTC, less the overlap.

    A server whose clock is ahead of UTC, as Finland's is, only gives more.
    """
    if not walked:
        return {}
    at = dt.datetime.fromisoformat(walked).astimezone(dt.UTC).replace(tzinfo=None) - OVERLAP
    return {"versionStartDate": at.isoformat(timespec="minutes")}


def _disturbed(why: str) -> CallFailed:
    return CallFailed(
        f"Procountor's list of business partners {why}. Nothing was concluded; try again later.",
        code="list_disturbed",
    )
