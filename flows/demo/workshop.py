"""The demo's company between Spotilla and Procountor, both simulated: a task becomes an invoice.

What must be true in the end: its finished task is one unfinished sales invoice, which nobody
approved or sent; and the billing address that was changed in Procountor is the customer's in
Spotilla.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from blocks.hub import Hub, Tenant
from blocks.systems.registry import port
from flows.demo import runs
from flows.server.processes import PrefectServer
from simulators.procountor import CLIENT_SECRET, Company, World
from simulators.procountor.acts import Acts
from simulators.spotilla import SpotillaSimulator
from simulators.spotilla import Tenant as SpotillaTenant
from simulators.spotilla.world import Acts as SpotillaActs
from tasks.spotilla.route import CLIENT
from tasks.spotilla.switching import request, switch_on

COMPANY: Final = "huoltamo"
BUSINESS_ID: Final = "2345678-4"
ENVIRONMENT: Final = 1_003
USER, PASSWORD = "integraatio@example.invalid", "plainly-fake-password"
BILLING: Final = {
    "name": "Asiakas Oy, laskut",
    "street": "PL 5",
    "zip": "00200",
    "city": "Espoo",
    "country": "FINLAND",
}
"""What a bookkeeper makes of the customer's billing address in Procountor."""
LISTEN: Final = "listen/listen"
WHO: Final = "demo"


@dataclass(frozen=True)
class Workshop:
    """The company in its two systems. `key`: of Procountor; `task`: the one that is finished."""

    here: SpotillaActs
    there: Company
    world: World
    key: str
    task: int

    def change_billing(self) -> None:
        """Let a bookkeeper change the customer's billing address in Procountor."""
        for card in self.there.partners:
            Acts(self.world, ENVIRONMENT).edit_partner(card, billingAddress=BILLING)


@contextmanager
def simulated_workshop(world: World) -> Iterator[Workshop]:
    """Serve the company's Spotilla over HTTP, beside a Procountor that is served already."""
    with world.changing():
        world.companies[ENVIRONMENT] = Company(ENVIRONMENT, business_id=BUSINESS_ID)
        world.clients[CLIENT] = CLIENT_SECRET
    key = world.add_key(ENVIRONMENT, client_id=CLIENT).text
    with SpotillaSimulator([SpotillaTenant(COMPANY)]) as spotilla:
        os.environ["TASMA_SPOTILLA_URL"] = spotilla.url
        here = SpotillaActs(spotilla.world, COMPANY)
        customer, product = here.add_customer(), here.add_product()
        task = here.add_task(customer, {product: 2})
        yield Workshop(here, world.companies[ENVIRONMENT], world, key, task)


def start(hub: Hub, server: PrefectServer, workshop: Workshop) -> str:
    """Take the route into use, finish the task, and ask for a cycle; return the run."""
    hub.tenants.add(
        Tenant(
            COMPANY,
            "Huoltamo Esimerkki Oy",
            organisation_number=BUSINESS_ID.replace("-", ""),
            country="FI",
            currency="EUR",
            time_zone="Europe/Helsinki",
        )
    )
    with runs.asking_as_client(server):
        asyncio.run(_connected(hub, workshop))
        take_into_use(hub, workshop)
    return start_cycle(server)


def start_cycle(server: PrefectServer) -> str:
    """Ask for a cycle; return the run."""
    return runs.start(server, LISTEN, tenant=COMPANY, source="spotilla")


def take_into_use(hub: Hub, workshop: Workshop) -> None:
    """Let the helpdesk note the request, a main user switch it on, and somebody finish the task."""
    request(hub, COMPANY, who=WHO)
    asyncio.run(switch_on(hub, COMPANY, USER, SecretStr(PASSWORD)))
    workshop.here.finish(workshop.task)


async def _connected(hub: Hub, workshop: Workshop) -> None:
    (user,) = port("spotilla").blocks
    key, client = port("procountor").blocks
    for block in (user, key, client):
        await block.aregister_type_and_schema()
    values: dict[str, Any] = {"subdomain": COMPANY, "email": USER, "password": SecretStr(PASSWORD)}
    await user(**values).asave(COMPANY, overwrite=True)
    ours = client(client_id=CLIENT, client_secret=SecretStr(CLIENT_SECRET))
    await ours.asave(CLIENT, overwrite=True)
    held = key(
        client_block=f"{client.get_block_type_slug()}/{CLIENT}", api_key=SecretStr(workshop.key)
    )
    await held.asave(COMPANY, overwrite=True)
    for system, block, more in (("spotilla", user, {}), ("procountor", key, {"client": CLIENT})):
        wants = {"block": f"{block.get_block_type_slug()}/{COMPANY}", **more}
        await port(system).connect.finish(hub, COMPANY, {}, wants=wants)


def complaints_of_workshop(workshop: Workshop) -> list[str]:
    """Say what became of the company's task and customer otherwise than it must."""
    invoices = [one for one in workshop.there.invoices.values() if not one.is_hidden]
    acts = ("approve", "send", "verify")
    customers = list(workshop.here.tenant.customers.values())
    found: dict[str, object] = {
        "invoices": [(one.body["originalInvoiceNumber"], one.status) for one in invoices],
        "calls that go further": [
            call.path
            for call in workshop.world.matching(company=ENVIRONMENT, method="PUT")
            if call.path.endswith(acts)
        ],
        "billing address": [
            (one.get("billing_street"), one.get("billing_city")) for one in customers
        ],
        "customers in Procountor": len(workshop.there.partners),
    }
    expected: dict[str, object] = {
        "invoices": [(f"SPO-{workshop.task}", "UNFINISHED")],
        "calls that go further": [],
        "billing address": [(BILLING["street"], BILLING["city"])],
        "customers in Procountor": 1,
    }
    return [
        f"{COMPANY}: expected of {what} {expected[what]}, got {found[what]}"
        for what in expected
        if found[what] != expected[what]
    ]


def outcome(workshop: Workshop) -> str:
    """Return how it ended, in a sentence."""
    return (
        f"Of {COMPANY}, the finished task {workshop.task} is an unfinished invoice in Procountor "
        f"(SPO-{workshop.task}), and the billing address that was changed there is the customer's "
        "in Spotilla."
    )
