"""The cards of a company as this program knows them: kept by their versions, in use and retired.

Procountor's list cannot be ordered by version, so each sync walks what changed since the last whole
one, less an overlap since the zone of versions is unknown; the cursor moves only after both lists
were walked to their end. Once a week all ids are walked, so that a deleted card goes.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from blocks.hub import Hub
from blocks.hub.target_cards import StoredCard
from blocks.systems.procountor.api import Api, Params
from blocks.systems.procountor.listing import Disturbed, every
from blocks.systems.procountor.settings import settings
from blocks.systems.procountor.system import PROCOUNTOR
from ledger.invoice.mappings.procountor.identity import numbers_of
from ledger.invoice.mappings.procountor.matching import (
    Card,
    Match,
    match,
    partner_numbers,
    spelled,
)
from ledger.invoice.mappings.procountor.reading import moment, number_of, text_in
from ledger.invoice.pushed.cards import Partner

PATH: Final = "businesspartners"
IN_USE, RETIRED = "true", "false"


@dataclass
class Register:
    """The cards of one company, whichever client asks. `country`: the company's."""

    hub: Hub
    tenant: str
    company_id: int
    country: str
    api: Api

    async def sync(self, *, is_whole: bool = False) -> None:
        """Bring the cards up to date. `is_whole`: look at all of them, so that deleted ones go.

        Raises:
            CallRefused, CallFailed: A list was not read to its end, or shows none of the cards that
                there were; the cursor stays.
        """
        hub, company = self.hub.target_cards, self.company
        cursor = await asyncio.to_thread(hub.cursor, self.tenant, company)
        cursor = "" if is_whole else cursor
        changed = [
            row
            for active in (IN_USE, RETIRED)
            for row in await every(self.api, PATH, {"active": active, **_since(cursor)})
        ]
        if not changed and not cursor and await self.newest_id():
            # A right to see them may have been taken away: what is not shown is not absent.
            raise Disturbed(PATH, "shows none of the cards that it had")
        cards = [_stored(row, self.country) for row in changed]
        newest = max((cursor, *(one.version for one in cards)))
        keep = partial(hub.keep, is_whole=not cursor)
        await asyncio.to_thread(keep, self.tenant, company, cards, newest)

    async def match(self, partner: Partner, *, not_these: frozenset[str] = frozenset()) -> Match:
        """Return a partner's card as of the last sync, without those that a person set aside."""
        numbers, name = partner_numbers(partner), spelled(partner.name)
        find = partial(self.hub.target_cards.candidates, numbers=numbers, name=name)
        kind = partner.type.upper()
        found = await asyncio.to_thread(find, self.tenant, self.company, kind)
        return match(partner, (_card(one) for one in found if str(one.id) not in not_these))

    async def newest_id(self) -> int:
        """Return the highest id that was ever seen, 0 before there is one."""
        return await asyncio.to_thread(self.hub.target_cards.newest_id, self.tenant, self.company)

    async def drop(self, card_id: int) -> None:
        """Forget a card that is not there any more."""
        await asyncio.to_thread(self.hub.target_cards.drop, self.tenant, self.company, card_id)

    @property
    def company(self) -> str:
        """Return what names the company, whoever reaches it."""
        return f"{PROCOUNTOR}/{self.company_id}"


def _card(one: StoredCard) -> Card:
    return Card(one.id, one.kind, one.name, frozenset(one.numbers), one.is_active)


def _since(cursor: str) -> Params:
    """Return the filter of a sync; the first has none."""
    seen = moment(cursor)
    if seen is None:
        return {}
    since = seen - dt.timedelta(hours=settings().overlap_hours)
    return {"versionStartDate": since.isoformat(timespec="minutes")}


def _stored(row: Mapping[str, Any], country: str) -> StoredCard:
    invoicing = row.get("invoicingInfo")
    texts = (text_in(invoicing, "identifier"), text_in(invoicing, "taxCode"))
    seen = moment(row.get("version"))
    return StoredCard(
        id=number_of(row.get("id")),
        kind=text_in(row, "type"),
        name=spelled(text_in(row, "name")),
        numbers=tuple(sorted(numbers_of(*texts, country=_country(row, country)))),
        is_active=_is_active(row),
        version=seen.isoformat() if seen else "",
    )


def _is_active(row: Mapping[str, Any]) -> bool:
    info = row.get("registryInfo")
    return not isinstance(info, Mapping) or info.get("active") is not False


def _country(row: Mapping[str, Any], country: str) -> str:
    """Return the country in which a number without a prefix is read: the company's own, if any."""
    named = text_in(row, "billingAddress", "country")
    return country if named in ("", {"FI": "FINLAND", "SE": "SWEDEN"}.get(country, "")) else ""
