"""Random half hours between Spotilla and Procountor: answers lost, and edits on both sides."""

from __future__ import annotations

import contextlib
import random
from collections import Counter

from ledger.errors import TasmaError
from ledger.push.items import Phase

STEPS = 5
TASK = "/task-"
THERE = ("POST businesspartners", "POST products", "POST invoices")
HERE = ("POST customers", "PUT customers/*")
LOST = ("lost", "lost_done", "fault", "fault_done", "html_done", "cut", "busy", "late")
READS = ("GET businesspartners", "GET products", "GET invoices", "GET businesspartners/*")


class Schedule:
    """What happens in one house, drawn from a seed. `late_s`: how late a late commit comes."""

    def __init__(self, house, seed, *, late_s=0.05):
        self.house, self.random = house, random.Random(seed)  # noqa: S311 - a schedule, never a key
        self.number, self.late_s, self.faulty = 0, late_s, 0
        self.customers, self.products = [], []

    def disturb(self):
        """Let people work on both sides while calls go wrong."""
        house = self.house
        house.there.world.faults.late_s = house.here.world.faults.late_s = self.late_s
        self.customer()
        self.product()
        acts = [self.customer, self.product, self.task, self.task, self.card, self.edit]
        for _ in range(STEPS):
            for _ in range(self.random.randint(0, 3)):
                self.random.choice(acts)()
            self.faults()
            self.cycle()
        house.there.world.faults.clear()
        house.here.world.faults.clear()

    def rest(self):
        """Let a half hour pass in peace."""
        self.house.clock.advance(minutes=31)
        self.cycle()

    def cycle(self):
        """Run a cycle; one that fails is followed by the next."""
        with contextlib.suppress(TasmaError):
            self.house.cycle()

    def faults(self):
        """Let some of the next calls go wrong."""
        for pattern in (*THERE, *READS):
            # What is read is tried again with pauses, which are real over HTTP.
            if self.random.random() < (0.3 if pattern in THERE else 0.05):
                self._fault(self.house.there, pattern)
        for pattern in HERE:
            if self.random.random() < 0.3:
                self._fault(self.house.here, pattern)

    def _fault(self, system, pattern):
        system.world.faults.add(pattern, self.random.choice(LOST))
        self.faulty += 1

    def _business_id(self):
        self.number += 1
        return f"{1_000_000 + self.number}-{self.number % 10}"

    def customer(self):
        """Add a customer in Spotilla."""
        number = self._business_id()
        name = f"Spotillan {self.number} Oy"
        self.customers.append(self.house.spotilla.add_customer(name, business_id=number))

    def product(self):
        """Add a product in Spotilla."""
        self.products.append(self.house.spotilla.add_product(f"Tuote {len(self.products)}"))

    def task(self):
        """Finish a task, where there is somebody to invoice for something."""
        if self.customers and self.products:
            chosen = self.random.choice(self.customers), self.random.choice(self.products)
            self.house.task(*chosen)

    def card(self):
        """Add a customer in Procountor."""
        number = self._business_id()
        address = {"name": "A", "street": "Tie", "zip": "1", "city": "Turku", "country": "FINLAND"}
        name = f"Procountorin {self.number} Oy"
        self.house.acts.add_partner(
            {
                "name": name,
                "type": "CUSTOMER",
                "address": address,
                "invoicingInfo": {"identifier": number},
                "paymentInfo": {"paymentMethod": "BANK_TRANSFER", "currency": "EUR"},
            }
        )

    def edit(self):
        """Change a customer on one of the sides."""
        if self.house.cards and self.random.random() < 0.5:
            chosen = self.random.choice(self.house.cards)
            self.house.acts.edit_partner(chosen.id, name=f"Muutettu {self.random.random():.6f}")
        elif self.customers:
            chosen = self.random.choice(self.customers)
            self.house.spotilla.edit_customer(chosen, phone=f"{self.random.random():.6f}")

    def held(self):
        """Name the invoices of which a person is asked what became of them."""
        listed = self.house.hub.outbox.listed("acme")
        held = [one for one in listed if one.item.phase is Phase.HELD]
        return {f"SPO-{one.source_id.rpartition('-')[2]}" for one in held if TASK in one.source_id}

    def wrong(self):
        """Say what is there twice, or not at all, or not as it is on the other side."""
        house = self.house
        all_tasks = {f"SPO-{number}" for number in house.spotilla.tenant.tasks}
        cards = Counter(card.body["invoicingInfo"]["identifier"] for card in house.cards)
        customers = Counter(one["business_id"] for one in house.customers)
        invoices = Counter(one.body["originalInvoiceNumber"] for one in house.invoices)
        codes = Counter(one.body["code"] for one in house.company.products.values())
        tasks = all_tasks - self.held()
        here = {one["business_id"]: one["name"] for one in house.customers}
        there = {one.body["invoicingInfo"]["identifier"]: one.body["name"] for one in house.cards}
        others = sorted(key for key, name in here.items() if name != there.get(key))
        states = {one.status for one in house.invoices}
        said = {
            "twice": [
                key
                for one in (cards, customers, invoices, codes)
                for key, count in one.items()
                if count > 1
            ],
            "on one side alone": sorted({*cards} ^ {*customers}),
            "invoices and tasks": sorted((tasks - {*invoices}) | ({*invoices} - all_tasks)),
            "products missing": len(house.spotilla.tenant.products) - len(codes),
            "names that differ": others,
            "further than unfinished": sorted(states - {"UNFINISHED"}),
        }
        return [f"{what}: {found}" for what, found in said.items() if found]
