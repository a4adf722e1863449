"""The demo's company between Ecom and Procountor, both simulated: from its keys to a paid invoice.

It is at voucher level and posts purchases in Ecom. What must be true in the end: one purchase is in
Procountor with its posting and image, approved and marked paid; one sale is there and is sent by
nobody; one purchase is not, since an account is joined to none, and says what a person does.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pydantic import SecretStr

from blocks.hub import Hub, Tenant
from blocks.systems.registry import port
from flows.demo import runs
from flows.server.processes import PrefectServer
from ledger.ecom.modes import Mode
from ledger.invoice.mappings.ecom_procountor.accounts import AccountRow
from simulators.ecom import Company as EcomCompany
from simulators.ecom import EcomSimulator
from simulators.procountor import CLIENT_SECRET, Company, ProcountorSimulator, World
from tasks.ecom import accounts
from tasks.ecom.mode import add_route, switch
from tasks.ecom.overview import marks
from tasks.ecom.route import CLIENT, TARGET, EcomRoute

COMPANY: Final = "vuokratila"
BUSINESS_ID: Final = "1234567-1"
KEY: Final = "demo-only-key"
COMPANY_ID: Final = 1_001
PAID, SOLD, UNJOINED = "osto-1", "myynti-1", "osto-2"
"""Documents of the company in Ecom."""
IMAGE: Final = b"%PDF-1.4 the demo's invoice"
RATE: Final = Decimal("25.5")
WHO: Final = "demo"
LISTEN: Final = "listen/listen"
PUSH: Final = "push/push"


@dataclass(frozen=True)
class Both:
    """The company in its two systems."""

    ecom: EcomCompany
    procountor: Company
    world: World
    """Of the simulated Procountor, where other companies may be."""


@contextmanager
def simulated_both() -> Iterator[Both]:
    """Serve both over HTTP, and lead this process and its children there."""
    ecom, world = EcomCompany(BUSINESS_ID, KEY), World.of([Company(COMPANY_ID)])
    # The customer makes the key in Procountor for the client that Ecom's article names.
    world.clients[CLIENT] = CLIENT_SECRET
    key = world.add_key(COMPANY_ID, client_id=CLIENT)
    with EcomSimulator([ecom]) as feed, ProcountorSimulator([], world=world) as there:
        os.environ |= {"TASMA_ECOM_URL": feed.url, "TASMA_PROCOUNTOR_URL": there.url}
        os.environ[_KEY] = key.text
        _what_people_do(ecom)
        yield Both(ecom, world.companies[COMPANY_ID], world)


_KEY: Final = "TASMA_DEMO_PROCOUNTOR_KEY"
"""Made by the simulator when it starts; of the demo alone."""


def _what_people_do(ecom: EcomCompany) -> None:
    for number, name in (("7230", "Vuokrat"), ("3000", "Myynti"), ("8370", "Ohjelmistot")):
        ecom.account(number, name, str(RATE))
    ecom.purchase(PAID)
    ecom.attach(PAID, "lasku.pdf", IMAGE)
    ecom.sale(SOLD)
    ecom.purchase(UNJOINED)
    posting = [{**row} for row in ecom.latest(UNJOINED)["postings"]]
    posting[0]["account"] = "8370"
    ecom.post(UNJOINED, posting)


def start(hub: Hub, server: PrefectServer, both: Both) -> str:
    """Take the route into use as an operator does, let people work, and listen; return the run."""
    number = BUSINESS_ID.replace("-", "")
    name = "Vuokratila Esimerkki Oy"
    zone = "Europe/Helsinki"
    hub.tenants.add(
        Tenant(
            COMPANY, name, organisation_number=number, country="FI", currency="EUR", time_zone=zone
        )
    )
    with runs.asking_as_client(server):
        asyncio.run(_connected(hub))
    _taken_into_use(hub)
    people_work(both.ecom)
    return runs.start(server, LISTEN, tenant=COMPANY, source="ecom")


def people_work(ecom: EcomCompany) -> None:
    """Let people approve, press the button, send and pay, once voucher level is in use."""
    for purchase in (PAID, UNJOINED):
        ecom.approve(purchase)
        ecom.export(purchase)
    ecom.send(SOLD)
    ecom.pay(PAID, "maksu-1", amount="1255.00", date="2026-05-05")


async def _connected(hub: Hub) -> None:
    (feed,) = port("ecom").blocks
    key, client = port("procountor").blocks
    for block in (feed, key, client):
        await block.aregister_type_and_schema()
    await feed(key=SecretStr(KEY)).asave(COMPANY, overwrite=True)
    of_client = client(client_id=CLIENT, client_secret=SecretStr(CLIENT_SECRET))
    await of_client.asave("ecom", overwrite=True)
    named = f"{client.get_block_type_slug()}/ecom"
    held = key(client_block=named, api_key=SecretStr(os.environ[_KEY]))
    await held.asave(COMPANY, overwrite=True)
    for system, block, more in (
        ("ecom", feed, {}),
        ("procountor", key, {"client": CLIENT}),
    ):
        wants = {"block": f"{block.get_block_type_slug()}/{COMPANY}", **more}
        await port(system).connect.finish(hub, COMPANY, {}, wants=wants)


def _taken_into_use(hub: Hub) -> None:
    route = add_route(hub, COMPANY, who=WHO).route
    hub.routes.set(route, {"bank_account": {"iban": "FI2112345600000785"}}, who=WHO)
    rows = [AccountRow("7230", RATE, "7230", "1"), AccountRow("3000", RATE, "3000", "1")]
    accounts.save(EcomRoute.of(hub, COMPANY), rows, who=WHO)
    hub.routes.activate(route, who=WHO)
    switch(hub, COMPANY, Mode.VOUCHER_ECOM, who=WHO)


def start_push(server: PrefectServer) -> str:
    """Ask for the push of what was queued; return the run."""
    return runs.start(server, PUSH, tenant=COMPANY, system=TARGET)


def complaints_of_vouchers(hub: Hub, both: Both) -> list[str]:
    """Say what became of the company's documents otherwise than it must."""
    there = {
        one.body.get("originalInvoiceNumber"): one for one in both.procountor.invoices.values()
    }
    found = {
        "invoices in Procountor": sorted(map(str, there)),
        "the purchase": there[PAID].status if PAID in there else "absent",
        "the sale": there[SOLD].body.get("invoiceChannel") if SOLD in there else "absent",
        "its posting": _posted(both, there[PAID].receipt_id) if PAID in there else [],
        "the images": [one.content for one in both.procountor.attachments.values()],
        "what needs somebody": _needs(hub),
    }
    expected = {
        "invoices in Procountor": [SOLD, PAID],
        "the purchase": "MARKED_PAID",
        "the sale": "NO_SENDING",
        "its posting": ["7230"],
        "the images": [IMAGE],
        "what needs somebody": [(UNJOINED, "account_not_joined")],
    }
    return [
        f"{COMPANY}: expected of {what} {expected[what]}, got {found[what]}"
        for what in expected
        if found[what] != expected[what]
    ]


def _posted(both: Both, receipt_id: int | None) -> list[str]:
    receipt = both.procountor.receipts.get(receipt_id or 0)
    rows = receipt.rows if receipt else []
    return [row["account"] for row in rows if row["transactionType"] == "ENTRY"]


def _needs(hub: Hub) -> list[tuple[str, str]]:
    return [(one.item, one.code) for one in marks(EcomRoute.of(hub, COMPANY))]


def outcome(hub: Hub) -> str:
    """Return how the documents ended, in a sentence."""
    (needed,) = marks(EcomRoute.of(hub, COMPANY))
    return (
        f"Of {COMPANY}, {PAID} is in Procountor, posted, approved and paid, and {SOLD} with it; "
        f"{needed.item} waits for a person: `tasma --demo ecom list {COMPANY}`"
    )
