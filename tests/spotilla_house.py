"""A tenant with a simulated Spotilla and a simulated Procountor, and cycles between them."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import contextmanager
from functools import partial

from pydantic import SecretStr

from blocks.hub import Hub, Tenant
from blocks.systems.lease import resource
from blocks.systems.procountor import port as procountor_port
from blocks.systems.procountor.target import RULES, ProcountorTarget
from blocks.systems.registry import port
from ledger.push.advance import Rules
from simulators.procountor import Acts, Company, ProcountorSimulator
from simulators.spotilla import SpotillaSimulator
from simulators.spotilla import Tenant as SpotillaTenant
from simulators.spotilla.world import Acts as SpotillaActs
from tasks.spotilla.cycle import LEASE, run_cycle
from tasks.spotilla.switching import request, switch_on
from tests.harnesses import procountor, spotilla

CLIENT = "spotilla"
TARGET = f"procountor@{CLIENT}"
QUICK = Rules(RULES.read_backs, commit_lag_s=0.1, settle_s=0.1, poll_interval_s=0.01)


class Clock:
    """The hub's time, which a test lets go ahead."""

    def __init__(self):
        self.ahead = dt.timedelta()

    def __call__(self):
        return dt.datetime.now(dt.UTC) + self.ahead

    def advance(self, **span):
        self.ahead += dt.timedelta(**span)


class House:
    """One tenant, both its systems, and what people do in them."""

    def __init__(self, hub, there, here, clock, patch):
        self.patch = patch
        self.hub, self.there, self.here, self.clock = hub, there, here, clock
        self.company = there.company(procountor.COMPANY_ID)
        self.acts = Acts(there.world, procountor.COMPANY_ID)
        self.spotilla = SpotillaActs(here.world, spotilla.SUBDOMAIN)

    def switch_on(self, **settings):
        request(self.hub, "acme", who="helpdesk", settings=settings)
        on = switch_on(self.hub, "acme", spotilla.EMAIL, SecretStr(spotilla.PASSWORD))
        return asyncio.run(on)

    def without_external_id(self):
        """Let Spotilla keep no id of ours, and the block say so."""
        self.spotilla.tenant.keeps_external_id = False
        spotilla.give_block(self.patch, url=self.here.url, names={"customer.external_id": ""})

    def cycle(self):
        return asyncio.run(run_cycle(self.hub, "acme"))

    def busy(self):
        """Let another cycle of the tenant be running."""
        self.hub.leases.acquire(resource("acme", LEASE), holder="another cycle")

    def task(self, customer, product, quantity=2, **fields):
        """Plan and finish a task; return its id."""
        number = self.spotilla.add_task(customer, {product: quantity}, **fields)
        self.spotilla.finish(number)
        return number

    @property
    def invoices(self):
        return [one for one in self.company.invoices.values() if not one.is_hidden]

    @property
    def cards(self):
        return list(self.company.partners.values())

    @property
    def customers(self):
        return list(self.spotilla.tenant.customers.values())

    def calls(self, method="", path=""):
        """Return what Procountor was asked for, without tokens."""
        return [
            (call.method, call.path)
            for call in self.there.world.matching(path, method=method)
            if call.path != "oauth/token"
        ]

    def standing(self):
        """Return code by task of those that did not go."""
        listed = self.hub.transfers.listed("acme", "spotilla")
        return {one.item: one.code for one in listed if one.code}

    def log(self, task):
        return [line.code for line in self.hub.transfers.log("acme", "spotilla", f"task-{task}")]


@contextmanager
def opened_house(patch, path, *, has_key=True, **habits):
    """Open a house with an empty Spotilla and an empty Procountor."""
    clock = Clock()
    company = Company(procountor.COMPANY_ID, business_id="1234567-1")
    patch.setattr(procountor_port, "ProcountorTarget", partial(ProcountorTarget, rules=QUICK))
    here = SpotillaSimulator([SpotillaTenant(spotilla.SUBDOMAIN)])
    with (
        ProcountorSimulator([company], rate_limit=10**6, **habits) as there,
        here,
        Hub(f"sqlite:///{path}", clock=clock) as hub,
    ):
        there.world.clients[CLIENT] = there.client_secret
        there.world.add_key(procountor.COMPANY_ID, text=KEY, client_id=CLIENT)
        procountor.give_blocks(patch, url=there.url, key=KEY, client_id=CLIENT)
        spotilla.give_block(patch, url=here.url)
        connect_both(hub, has_key=has_key)
        yield House(hub, there, here, clock, patch)


def connect_both(hub, *, has_key=True):
    """Add the tenant and connect it to both systems, unless Procountor's key has not come."""
    number = procountor.NUMBER
    hub.tenants.add(Tenant("acme", "Acme", organisation_number=number, country="FI"))
    _connect(hub, "spotilla", {"block": spotilla.BLOCK})
    if has_key:
        _connect(hub, TARGET, {"block": procountor.KEY_BLOCK, "client": CLIENT})


KEY = "key-of-spotillas-client"


def _connect(hub, system, wants):
    asyncio.run(port(system).connect.finish(hub, "acme", {}, wants=wants))
