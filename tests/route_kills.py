"""Real processes that run routes into Procountor over HTTP and are killed, by schedules from seeds.

``python -m tests.route_kills spotilla 200`` (or ``ecom``) goes on where it stopped and prints the
row that decisions 0035 and 0033 have. What is played is drawn; when a process gets to its last
commit is the machine's business, so of the ends only what is wrong is held against the documents.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.hub import Hub, Tenant
from blocks.systems.registry import port
from ledger.ecom.modes import Mode
from ledger.invoice.mappings.ecom_procountor.accounts import AccountRow
from ledger.push.items import Phase
from simulators.ecom import Company as EcomCompany
from simulators.ecom import EcomSimulator
from simulators.procountor import CLIENT_SECRET, Company, ProcountorSimulator, World
from tasks.ecom import accounts
from tasks.ecom.mode import add_route, switch
from tasks.ecom.route import CLIENT, TARGET, EcomRoute
from tests.campaigning import Campaign, Played, main
from tests.faults.children import CHILDREN
from tests.faults.router import TENANT, Run, cycle_of_spotilla, run_of_ecom
from tests.harnesses import ecom, procountor
from tests.homes import opened_new
from tests.spotilla_house import CLIENT as SPOTILLA_CLIENT
from tests.spotilla_house import KEY, House, opened_house
from tests.spotilla_schedule import Schedule

FEW, MORE, ALL = 1, 10, 200
RATE = Decimal("25.5")
AFTER_DEATH_S = 300.0
"""By how much the hub's clock goes ahead after a death: longer than a lease or a claim lasts."""
CHILD_LIMIT_S = 600.0
MAX_COMMIT = 40
PEACE = 6
HEADS = ("schedules", "processes killed", "documents", "wrong")
LOST = ("lost", "lost_done", "fault", "fault_done", "html_done", "cut", "busy", "late")
PATHS = (
    "POST businesspartners",
    "POST invoices",
    "PUT ledgerreceipts/*",
    "POST attachments",
    "PUT invoices/*/approve",
    "PUT invoices/*/paymentevents/markpaid",
)


def lives(work, run):
    """Run in a process of its own; return whether it was killed on its way."""
    child = CHILDREN.Process(target=work, args=(run,))
    child.start()
    child.join(CHILD_LIMIT_S)
    if child.is_alive():
        child.kill()
        raise TimeoutError(f"a run took longer than {CHILD_LIMIT_S:.0f} s")
    return child.exitcode == -signal.SIGKILL


class DyingHouse(House):
    """A house of which most cycles are runs of processes that are killed."""

    def dies(self, home, seed):
        """Let cycles die from now on."""
        self.home, self.killed = home, 0
        self.draws = random.Random(seed)  # noqa: S311 - a schedule, never a key

    def cycle(self):
        run = Run(
            self.home,
            self.here.url,
            self.there.url,
            SPOTILLA_CLIENT,
            KEY,
            self.there.client_secret,
            self.clock.ahead.total_seconds(),
            self.draws.randint(1, MAX_COMMIT),
        )
        self.killed += (died := lives(cycle_of_spotilla, run))
        if died:
            self.clock.advance(seconds=AFTER_DEATH_S)


def play_spotilla(seeds):
    """Play schedules between Spotilla and Procountor."""
    played = Played()
    for seed in seeds:
        with (
            _home() as home,
            pytest.MonkeyPatch.context() as patch,
            opened_house(patch, home / "hub.sqlite") as house,
        ):
            house.switch_on()
            house.__class__ = DyingHouse
            house.dies(home, seed)
            schedule = Schedule(house, seed)
            schedule.disturb()
            house.__class__ = House
            wrong = ["never in peace"]
            for _ in range(PEACE):
                schedule.rest()
                if not (wrong := schedule.wrong()):
                    break
            documents = len(house.cards) + len(house.invoices) + len(house.company.products)
            counts = {"processes killed": house.killed, "documents": documents}
            played.add(seed, counts.items(), wrong)
    return played


class EcomHouse:
    """A company in Ecom and Procountor whose runs are killed. `systems`: feed, and Procountor."""

    def __init__(self, stores, company, systems, home, seed):
        self.home, self.stores, (self.feed, self.there) = home, stores, systems
        self.company, self.ahead_s, self.killed = company, 0.0, 0
        self.draws = random.Random(seed)  # noqa: S311 - a schedule, never a key

    @property
    def environment(self):
        return self.there.company(procountor.COMPANY_ID)

    def run(self, *, may_die=True):
        run = Run(
            self.home,
            self.feed.url,
            self.there.url,
            CLIENT,
            f"key-{procountor.COMPANY_ID}",
            CLIENT_SECRET,
            self.ahead_s,
            self.draws.randint(1, MAX_COMMIT) if may_die else 0,
        )
        died = lives(run_of_ecom, run)
        self.killed += died
        self.ahead_s += AFTER_DEATH_S if died else 0.0

    def faults(self):
        for path in PATHS:
            if self.draws.random() < 0.4:
                self.there.world.faults.add(path, self.draws.choice(LOST))

    def work(self):
        """Let people enter, approve, export, send and pay."""
        for number in range(2):
            name, image = f"p-{number}", b"%PDF-1.4 plainly fake " + bytes([48 + number])
            self.company.purchase(name)
            self.company.attach(name, "lasku.pdf", image)
            self.company.approve(name)
            self.company.export(name)
        self.company.sale("s-1")
        self.company.send("s-1")

    def pay(self):
        for name in ("p-0", "s-1"):
            self.company.pay(name, f"m-{name}", amount="1255.00", date="2026-05-05")

    def wrong(self):
        there = [one for one in self.environment.invoices.values() if not one.is_hidden]
        numbers = Counter(one.body["originalInvoiceNumber"] for one in there)
        listed = self.stores.hub.outbox.listed(TENANT, TARGET)
        ends = Counter(one.item.phase for one in listed)
        found = {
            "invoices": numbers != Counter({"p-0": 1, "p-1": 1, "s-1": 1}) and dict(numbers),
            "cards": len(self.environment.partners) != 1 and len(self.environment.partners),
            "images": sorted(len(one.attachments) for one in there) != [0, 1, 1],
            "payments": sorted(len(one.payments) for one in there) != [0, 1, 1],
            "not done": ends != Counter({Phase.DONE: len(listed)}) and dict(ends),
        }
        return [f"{what}: {value}" for what, value in found.items() if value]


def play_ecom(seeds):
    """Play schedules from Ecom to Procountor."""
    played = Played()
    for seed in seeds:
        with _ecom_house(seed) as house:
            house.work()
            for _ in range(4):
                house.faults()
                house.run()
            house.pay()
            for _ in range(2):
                house.faults()
                house.run()
            house.there.world.faults.clear()
            wrong = ["never in peace"]
            for _ in range(PEACE):
                house.run(may_die=False)
                if not (wrong := house.wrong()):
                    break
            documents = len(house.stores.hub.outbox.listed(TENANT, TARGET))
            counts = {"processes killed": house.killed, "documents": documents}
            played.add(seed, counts.items(), wrong)
    return played


@contextmanager
def _ecom_house(seed):
    company = EcomCompany("1234567-1", ecom.KEY)
    for number, name in (("7230", "Vuokrat"), ("3000", "Myynti")):
        company.account(number, name, "25.5")
    world = World.of([Company(procountor.COMPANY_ID)])
    world.clients[CLIENT] = CLIENT_SECRET
    world.add_key(procountor.COMPANY_ID, text=f"key-{procountor.COMPANY_ID}", client_id=CLIENT)
    with (
        _home() as home,
        pytest.MonkeyPatch.context() as patch,
        EcomSimulator([company]) as feed,
        ProcountorSimulator([], world=world) as there,
        opened_new(home, home / "empty.sqlite") as stores,
    ):
        world.limiter.limit, world.faults.late_s = 10**6, 0.05
        ecom.give_block(patch, url=feed.url)
        procountor.give_blocks(patch, url=there.url, client_id=CLIENT)
        _take_into_use(stores.hub)
        yield EcomHouse(stores, company, (feed, there), home, seed)


def _take_into_use(hub):
    hub.tenants.add(Tenant(TENANT, "Acme", organisation_number="12345671", country="FI"))
    for system, wants in (
        ("ecom", {"block": ecom.BLOCK}),
        ("procountor", {"block": procountor.KEY_BLOCK, "client": CLIENT}),
    ):
        asyncio.run(port(system).connect.finish(hub, TENANT, {}, wants=wants))
    made = add_route(hub, TENANT, who="anna")
    hub.routes.set(made.route, {"bank_account": {"iban": "FI2112345600000785"}}, who="anna")
    hub.routes.activate(made.route, who="olli")
    rows = [AccountRow(number, RATE, number, "1") for number in ("7230", "3000")]
    accounts.save(EcomRoute.of(hub, TENANT), rows, who="anna")
    switch(hub, TENANT, Mode.VOUCHER_ECOM, who="anna")


@contextmanager
def _home():
    """Make a home with a hub without a tenant, and take it away."""
    home = Path(tempfile.mkdtemp(prefix="route-kills-"))
    try:
        with Hub(f"sqlite:///{home / 'hub.sqlite'}") as hub:
            hub.migrate()
        shutil.copy(home / "hub.sqlite", home / "empty.sqlite")
        yield home
    finally:
        shutil.rmtree(home)


SPOTILLA = Campaign("kills-spotilla", play_spotilla, HEADS, per_range=5)
ECOM = Campaign("kills-ecom", play_ecom, HEADS, per_range=5)

if __name__ == "__main__":
    main({"spotilla": SPOTILLA, "ecom": ECOM}[sys.argv.pop(1)], schedules=ALL)
