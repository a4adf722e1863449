"""Products: joined by their code where there is one, made once where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from blocks.http import CallRefused
from blocks.hub.outbox import Queued
from blocks.systems.procountor.listing import Row, newer, newest_id
from blocks.systems.procountor.there import (
    Answered,
    Prepared,
    Seen,
    There,
    document_of,
    is_missing,
)
from blocks.systems.targets import Before, Claim, Reading, Walk
from ledger.invoice.mappings.procountor.cards import code_of, product_body
from ledger.invoice.mappings.procountor.characters import within
from ledger.invoice.mappings.procountor.reading import number_of, rows_in, text_in
from ledger.invoice.pushed.cards import Product
from ledger.push.events import Barred, Finding, Succeeded
from ledger.push.items import HoldCode
from ledger.push.steps import Step

PATH: Final = "products"
FLAGS: Final = ("true", "false")
BATCH: Final = 200
"""Most ids of one call."""


@dataclass(frozen=True)
class Products:
    """See `Kind`."""

    there: There

    async def before(self, step: Step, queued: Queued) -> Prepared:  # noqa: ARG002 - there is one
        """Look for a product with exactly the code, in use or not."""
        product = document_of(queued, Product)
        found = [
            row
            for row in await self._with("code", code_of(product, queued.item.key), product)
            if str(row.get("id")) not in queued.item.set_aside
        ]
        active = [row for row in found if _is_active(row)]
        ids = frozenset(str(row.get("id")) for row in active or found)
        if len(active) > 1:
            return Barred(HoldCode.SEVERAL, "more than one product has its code", ids)
        if active:
            return Before({"found": number_of(active[0].get("id"))})
        if found:
            return Barred(HoldCode.LOOKALIKE, "its product is not in use there", ids)
        return Before(mark=str(await self._newest()))

    def sends(self, step: Step, queued: Queued) -> object:  # noqa: ARG002 - there is one
        """Return the product, or the id of the one that is joined."""
        return queued.item.before.get("found") or self._body(queued).body

    async def call(self, step: Step, queued: Queued, claim: Claim) -> Answered:  # noqa: ARG002
        """Make the product, unless one is joined."""
        if found := queued.item.before.get("found"):
            return Succeeded(claim.token, str(found), detail="joined the product that was there")
        return await self.there.make("POST", "products", self._body(queued), claim)

    async def walk(self, mark: str, wanted: Mapping[str, Queued]) -> Walk:
        """Look for the codes and names of what is wanted among all products newer than a mark."""
        seen, after = Seen(), int(mark or 0)
        newest = await self._newest()
        below = max(0, after - self.there.terms.margin_ids)
        for key, queued in wanted.items():
            product = document_of(queued, Product)
            code, name = code_of(product, key), within(product.name)
            for row in await self._with("code", code, product):
                is_ours = _is_active(row) and text_in(row, "name") == name
                if number_of(row.get("id")) > below:
                    seen.note(key, row.get("id"), is_ours=is_ours)
            for row in await self._with("name", name, product):
                if number_of(row.get("id")) > after and text_in(row, "code") != code:
                    seen.note(key, row.get("id"), is_ours=False)
        return seen.walk(max(newest, after))

    async def read(self, step: Step, queued: Queued) -> Reading:  # noqa: ARG002 - there is none
        """Read nothing: a product has one step, which is searched."""
        return Reading(Finding.UNKNOWN)

    async def unusable(self, ids: Sequence[str]) -> dict[str, bool]:
        """Return which of some products cannot be named: by id, whether it is not there at all.

        Raises:
            CallRefused, CallFailed: They were not read.
        """
        found: dict[str, Row] = {}
        for start in range(0, len(ids), BATCH):
            try:
                answer = await self.there.api.get(f"{PATH}/{','.join(ids[start : start + BATCH])}")
            except CallRefused as problem:
                if not is_missing(problem):
                    raise
                continue  # none of them is there, or may be seen
            found |= {str(row.get("id")): row for row in rows_in(answer)}
        in_use = {one for one, row in found.items() if _is_active(row)}
        return {one: one not in found for one in ids if one not in in_use}

    async def _with(self, field: str, text: str, product: Product) -> list[Row]:
        """Return the products with exactly a code or name; Procountor's filter is a substring."""
        found: dict[int, Row] = {}
        for active in FLAGS:
            params = {field: text, "active": active, "type": product.type.upper()}
            rows = await newer(self.there.api, PATH, 0, params)
            found |= {number_of(row.get("id")): row for row in _exactly(rows, field, text)}
        kind = product.type.upper()
        return [row for row in found.values() if text_in(row, "type") in ("", kind)]

    async def _newest(self) -> int:
        ids = [await newest_id(self.there.api, PATH, {"active": one}) for one in FLAGS]
        return max(ids)

    def _body(self, queued: Queued) -> Any:
        writer = self.there.writer(queued)
        return product_body(document_of(queued, Product), writer, key=queued.item.key)


def _exactly(rows: Iterable[Row], field: str, text: str) -> Iterable[Row]:
    return (row for row in rows if text_in(row, field) == text)


def _is_active(row: Row) -> bool:
    return row.get("active") is not False
