"""Cards of customers and suppliers: joined where there is one, made once where there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from blocks.http import CallRefused
from blocks.hub.outbox import Queued
from blocks.systems.procountor.listing import Disturbed, Row, batch, newer
from blocks.systems.procountor.register import IN_USE, PATH, RETIRED
from blocks.systems.procountor.there import (
    Answered,
    Prepared,
    Seen,
    There,
    document_of,
    is_missing,
)
from blocks.systems.targets import Before, Claim, Reading, Walk
from ledger.invoice.mappings.procountor.cards import KEY_MARK, partner_body
from ledger.invoice.mappings.procountor.identity import numbers_of
from ledger.invoice.mappings.procountor.matching import Verdict, partner_numbers, spelled
from ledger.invoice.mappings.procountor.reading import number_of, text_in
from ledger.invoice.pushed.cards import Partner
from ledger.push.events import Barred, Finding, Succeeded
from ledger.push.items import HoldCode
from ledger.push.steps import Step

KEY: Final = re.compile(rf"{KEY_MARK}([0-9a-f]{{16,64}})\b")
FLAGS: Final = (IN_USE, RETIRED, IN_USE)
"""Lists of one look, in which a card that changes between them once is not missed."""

WHY: Final = {
    Verdict.SEVERAL: (HoldCode.SEVERAL, "more than one card has its number or name"),
    Verdict.INACTIVE: (HoldCode.LOOKALIKE, "its card is retired there"),
}


@dataclass(frozen=True)
class Partners:
    """See `Kind`."""

    there: There

    async def before(self, step: Step, queued: Queued) -> Prepared:  # noqa: ARG002 - there is one
        """Look for the partner's card among all there are, as of now."""
        partner = document_of(queued, Partner)
        register = self.there.register
        await register.sync()
        found = await register.match(partner, not_these=queued.item.set_aside)
        if found.verdict is Verdict.JOINED and not await self._is_there(found.ids[0]):
            await register.sync(is_whole=True)
            found = await register.match(partner, not_these=queued.item.set_aside)
        if found.verdict is Verdict.JOINED:
            await self.there.one(f"{PATH}/{found.ids[0]}")  # listed and not read: a person looks
            return Before({"found": found.ids[0]})
        if why := WHY.get(found.verdict):
            code, detail = why
            return Barred(code, detail, frozenset(map(str, found.ids)))
        return Before(mark=str(await register.newest_id()))

    def sends(self, step: Step, queued: Queued) -> object:  # noqa: ARG002 - there is one
        """Return the card, or the id of the one that is joined."""
        return queued.item.before.get("found") or self._body(queued).body

    async def call(self, step: Step, queued: Queued, claim: Claim) -> Answered:  # noqa: ARG002
        """Make the card, unless one is joined."""
        if found := queued.item.before.get("found"):
            return Succeeded(claim.token, str(found), detail="joined the card that was there")
        return await self.there.make("POST", "businesspartners", self._body(queued), claim)

    async def walk(self, mark: str, wanted: Mapping[str, Queued]) -> Walk:
        """Look at the cards newer than a mark, and at our keys a little below it."""
        if not mark:
            # Nothing was ever sent: what is there already is not ours.
            return Walk(is_complete=True, newest=str(await self._newest()))
        below = max(0, int(mark) - self.there.terms.margin_ids)
        listed: dict[int, Row] = {}
        for active in FLAGS:
            rows = await newer(self.there.api, PATH, below, {"active": active})
            listed |= {number_of(row.get("id")): row for row in rows}
        cards = await batch(self.there.api, PATH, listed) if listed else {}
        if int(mark) and not any(number <= int(mark) for number in listed):
            raise Disturbed(PATH, "does not show any more what was newest before")
        if missing := listed.keys() - cards.keys():
            # Listed and not read: a right may be missing, so its key is not known.
            return Walk(is_complete=False, newest="", problem=f"card_{min(missing)}_unread")
        seen = Seen()
        for card in cards.values():
            _judge(card, wanted, seen, after=int(mark))
        return seen.walk(max([*listed, int(mark)]))

    async def read(self, step: Step, queued: Queued) -> Reading:  # noqa: ARG002 - there is none
        """Read nothing: a card has one step, which is searched."""
        return Reading(Finding.UNKNOWN)

    async def _is_there(self, number: int) -> bool:
        """Return whether a card can be read; one that was deleted since cannot."""
        try:
            await self.there.one(f"{PATH}/{number}")
        except CallRefused as problem:
            if not is_missing(problem):
                raise
            return False
        return True

    async def _newest(self) -> int:
        rows = [await self.there.api.get(PATH, {"active": a, "size": 1}) for a in (IN_USE, RETIRED)]
        found: list[Any] = [row for one in rows for row in one.get("results") or ()]
        return max((number_of(row.get("id")) for row in found), default=0)

    def _body(self, queued: Queued) -> Any:
        writer = self.there.writer(queued)
        return partner_body(document_of(queued, Partner), writer, key=queued.item.key)


def _judge(card: Row, wanted: Mapping[str, Queued], seen: Seen, *, after: int) -> None:
    """Note what a card is: ours by its key or number, or one that a person looks at."""
    number = number_of(card.get("id"))
    is_active = text_in(card, "registryInfo", "active") != "False"
    named = KEY.search(text_in(card, "additionalInfo", "comments2"))
    if named:
        seen.note(named[1], number, is_ours=is_active)
    if number <= after:
        return
    for key, queued in wanted.items():
        partner = document_of(queued, Partner)
        if named and named[1] == key:
            continue
        if _has_number(card, partner):
            seen.note(key, number, is_ours=is_active)
        elif not named and _has_name(card, partner):
            seen.note(key, number, is_ours=False)


def _has_number(card: Row, partner: Partner) -> bool:
    if text_in(card, "type") != partner.type.upper():
        return False
    info = card.get("invoicingInfo")
    texts = (text_in(info, "identifier"), text_in(info, "taxCode"))
    country = partner.address.country or ""
    return bool(numbers_of(*texts, country=country) & partner_numbers(partner))


def _has_name(card: Row, partner: Partner) -> bool:
    is_of_kind = text_in(card, "type") == partner.type.upper()
    return is_of_kind and spelled(text_in(card, "name")) == spelled(partner.name)
