"""Products' cards in Procountor: looked at when finished tasks name them, never made anew.

What is gone there, or not in use, is flagged by a link, and the tasks that name it wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from blocks.http import CallProblem
from blocks.hub import Hub
from blocks.hub.route_links import RouteLink
from blocks.hub.states import LinkState
from blocks.systems.targets import PushTarget
from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE
from ledger.push.kinds import PushKind
from tasks.log import warn

PRODUCT: Final = "product"
GONE, NOT_IN_USE = "product_gone", "product_inactive"
"""Why a product cannot be named: what the link notes, and the reason of the tasks that wait."""


def flagged_products(hub: Hub, tenant: str) -> dict[str, str]:
    """Return why products cannot be named as they were last seen, by Spotilla's id."""
    links = hub.route_links.of(tenant, SOURCE, PRODUCT)
    return {one.source_id: one.note for one in links if one.state is LinkState.GONE_THERE}


async def look_at_products(
    hub: Hub, tenant: str, target: PushTarget, cards: Mapping[str, str]
) -> dict[str, str]:
    """Flag the products whose cards are gone or not in use, and return why by Spotilla's id.

    Args:
        hub: Where the flags are kept.
        tenant: Whose.
        target: Open.
        cards: Procountor's id by Spotilla's, of products that tasks name.
    """
    flagged = await asyncio.to_thread(flagged_products, hub, tenant)
    try:
        found = await target.unusable(PushKind.PRODUCT, sorted(cards.values()))
    except CallProblem as problem:
        warn(f"Products' cards were not looked at: {problem}", tenant=tenant)
        return flagged
    notes = {one: GONE if is_gone else NOT_IN_USE for one, is_gone in found.items()}
    changed = [
        RouteLink(
            card,
            product,
            LinkState.GONE_THERE if card in notes else LinkState.LINKED,
            note=notes.get(card, ""),
        )
        for product, card in cards.items()
        if flagged.get(product, "") != notes.get(card, "")
    ]
    await asyncio.to_thread(hub.route_links.put, tenant, SOURCE, PRODUCT, changed)
    return flagged_products(hub, tenant)
