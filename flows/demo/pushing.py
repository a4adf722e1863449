"""The demo's invoices: a dozen into a simulated Fennoa, one refused there, one answer lost.

What must be true of them: each is there exactly once but the refused one, which says what a person
does about it; and the one whose answer was lost was found there and not made again.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from blocks.hub import Hub, Tenant
from blocks.hub.outbox import Queued
from blocks.lake import lake_of
from blocks.settings import settings
from blocks.systems.registry import port, target_for_files
from flows.demo import runs
from flows.server.processes import PrefectServer
from ledger.push.items import Phase
from simulators.fennoa import Company, Fault, FennoaSimulator
from tasks.push_add import add_file
from tasks.push_words import remedy

FENNOA: Final = "fennoa"
SELLER: Final = "verkkokauppa"
USER, KEY = "demo-user", "demo-only-key"
PUSH: Final = "push/push"
INVOICES: Final = 12
LOST: Final = 4
"""Which call to make an invoice, counted from 1, is answered by nothing although it was done."""

CONSUMER: Final = f"kassa/{INVOICES}"
"""The invoice to a consumer, whose delivery the company there has no agreement on."""
RATE_PER_S: Final = 50
"""Calls a second into the simulated Fennoa, where nobody else has to wait."""

ADDRESS: Final = {
    "street": "Testitie 2",
    "postal_code": "33100",
    "city": "TAMPERE",
    "country": "FI",
}
TERMS: Final = {"process": "draft", "consumer_e_invoicing": True}
"""What we were told of the company, and what is not so there."""


@contextmanager
def simulated_fennoa() -> Iterator[FennoaSimulator]:
    """Serve the company over HTTP, and lead this process and its children there."""
    with FennoaSimulator([Company(USER, KEY)]) as simulator:
        os.environ |= {
            "TASMA_FENNOA_URL": simulator.url,
            "TASMA_FENNOA_RATE": str(RATE_PER_S),
        }
        simulator.faults.add("sales_api/add", *[None] * (LOST - 1), Fault.LOST_DONE)
        yield simulator


def start_push(hub: Hub, server: PrefectServer, folder: Path) -> str:
    """Connect the seller as an operator does, add its file, and ask for a push; return the run."""
    hub.tenants.add(Tenant(SELLER, "Verkkokauppa Esimerkki Oy", time_zone="Europe/Helsinki"))
    path = folder / "invoices.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in invoices()), encoding="utf-8")
    with runs.asking_as_client(server):
        asyncio.run(_connected(hub, path))
    return runs.start(server, PUSH, tenant=SELLER, system=FENNOA)


def invoices() -> list[dict[str, Any]]:
    """Return the invoices as the shop writes them, the last one to a consumer."""
    made = [_invoice(number) for number in range(1, INVOICES)]
    consumer = {"name": "Kuluttaja Esimerkki", "kind": "consumer", "address": ADDRESS}
    bank = {
        "channel": "consumerfinvoice",
        "address": "FI2112345600000785",
        "operator": "NDEAFIHH",
    }
    last = {"customer": consumer, "recipients": [bank], "prices": "gross"}
    return [*made, _invoice(INVOICES) | last]


def _invoice(number: int) -> dict[str, Any]:
    customer = {"name": f"Ostaja {number} Oy", "number": str(2_000 + number), "address": ADDRESS}
    row = {
        "product_number": "TUOTE",
        "product_name": "Tuote",
        "price": str(Decimal("10.00") + number),
        "quantity": "2",
        "vat_rate": "25.5",
    }
    return {
        "source": "kassa",
        "id": str(number),
        "invoice_date": "2026-01-15",
        "due_date": "2026-01-29",
        "customer": customer,
        "recipients": [{"channel": "email", "address": "laskut@example.com"}],
        "rows": [row],
    }


async def _connected(hub: Hub, path: Path) -> None:
    there = port(FENNOA)
    (user,) = there.blocks
    await user.aregister_type_and_schema()
    await user(user=USER, key=KEY, terms=TERMS).asave(SELLER, overwrite=True)
    block = {"block": f"{user.get_block_type_slug()}/{SELLER}"}
    await there.connect.finish(hub, SELLER, {}, wants=block)
    async with target_for_files(hub, SELLER, FENNOA) as target:
        lake = lake_of(settings())
        add_file(hub, SELLER, FENNOA, path, target=target, process="", lake=lake)


def complaints_of_push(hub: Hub, simulator: FennoaSimulator) -> list[str]:
    """Say what became of the invoices otherwise than it must."""
    there = Counter(
        one.fields["notes_internal"].splitlines()[0]
        for one in simulator.company(USER).invoices.values()
    )
    return [
        f"{one.source_id}: {complaint}"
        for one in hub.outbox.listed(SELLER, FENNOA)
        for complaint in _of_invoice(hub, one, there[f"tasma:{one.item.key}"])
    ] + _of_counts(hub, there)


def _of_counts(hub: Hub, there: Counter[str]) -> list[str]:
    ends = Counter(one.item.phase for one in hub.outbox.listed(SELLER, FENNOA))
    lost = [one for one in hub.outbox.listed(SELLER, FENNOA) if _was_lost(hub, one)]
    expected = {Phase.DONE: INVOICES - 1, Phase.REJECTED: 1}
    return [
        f"{SELLER}: expected {what} {wanted}, got {found}"
        for what, wanted, found in (
            ("the outcomes", expected, dict(ends)),
            ("invoices in Fennoa", INVOICES - 1, there.total()),
            ("lost answers", 1, len(lost)),
        )
        if wanted != found
    ]


def _of_invoice(hub: Hub, one: Queued, count: int) -> Iterator[str]:
    is_refused = one.source_id == CONSUMER
    if count != (0 if is_refused else 1):
        yield f"it is in Fennoa {count} times"
    if is_refused and not remedy(one):
        yield f"it was refused with {one.item.answer_code!r}, and nothing says what to do"
    if _was_lost(hub, one) and "walked" not in {line.kind for line in hub.outbox.log(one)}:
        yield "its answer was lost, and nobody looked for it"


def _was_lost(hub: Hub, one: Queued) -> bool:
    return any(line.kind == "lost" for line in hub.outbox.log(one))


def outcome(hub: Hub) -> str:
    """Return how the invoices ended, in a sentence."""
    found = hub.outbox.listed(SELLER, FENNOA)
    done = sum(one.item.phase is Phase.DONE for one in found)
    (refused,) = (one for one in found if one.item.phase is Phase.REJECTED)
    return (
        f"{done} of {len(found)} invoices are drafts in Fennoa, each once, one of them found there "
        f"after its answer was lost; {refused.source_id} waits for a person: "
        f"`tasma --demo push status {SELLER} --to {FENNOA}`"
    )
