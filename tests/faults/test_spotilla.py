"""Random half hours between Spotilla and Procountor: answers lost, and edits on both sides.

`TASMA_SPOTILLA_SEEDS` says how many schedules are played; a few in each run of the tests.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from collections import Counter

import pytest

from ledger.errors import TasmaError
from tests.spotilla_house import opened_house

SEEDS = int(os.environ.get("TASMA_SPOTILLA_SEEDS", "2"))
STEPS = 5
THERE = ("POST businesspartners", "POST products", "POST invoices")
HERE = ("POST customers", "PUT customers/*")
LOST = ("lost", "lost_done", "fault", "fault_done", "html_done", "cut", "busy", "late")
READS = ("GET businesspartners", "GET products", "GET invoices", "GET businesspartners/*")


class Schedule:
    """What happens in one world, drawn from a seed."""

    def __init__(self, house, seed):
        self.house, self.random = house, random.Random(seed)  # noqa: S311 - a schedule, never a key
        self.number = 0
        self.customers, self.products = [], []

    def play(self):
        house = self.house
        house.there.world.faults.late_s = house.here.world.faults.late_s = 0.05
        for _ in range(STEPS):
            for _ in range(self.random.randint(0, 3)):
                self.random.choice([self.customer, self.product, self.task, self.card, self.edit])()
            self.faults()
            self.cycle()
        house.there.world.faults.clear()
        house.here.world.faults.clear()
        for _ in range(4):
            house.clock.advance(minutes=31)
            self.cycle()

    def cycle(self):
        with contextlib.suppress(TasmaError):
            self.house.cycle()

    def faults(self):
        for pattern in (*THERE, *READS):
            # What is read is tried again with pauses, which are real here.
            if self.random.random() < (0.3 if pattern in THERE else 0.05):
                self.house.there.world.faults.add(pattern, self.random.choice(LOST))
        for pattern in HERE:
            if self.random.random() < 0.3:
                self.house.here.world.faults.add(pattern, self.random.choice(LOST))

    def _business_id(self):
        self.number += 1
        return f"{1_000_000 + self.number}-{self.number % 10}"

    def customer(self):
        number = self._business_id()
        name = f"Spotillan {self.number} Oy"
        self.customers.append(self.house.spotilla.add_customer(name, business_id=number))

    def product(self):
        self.products.append(self.house.spotilla.add_product(f"Tuote {len(self.products)}"))

    def task(self):
        if self.customers and self.products:
            chosen = self.random.choice(self.customers), self.random.choice(self.products)
            self.house.task(*chosen)

    def card(self):
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
        if self.house.cards and self.random.random() < 0.5:
            chosen = self.random.choice(self.house.cards)
            self.house.acts.edit_partner(chosen.id, name=f"Muutettu {self.random.random():.6f}")
        elif self.customers:
            chosen = self.random.choice(self.customers)
            self.house.spotilla.edit_customer(chosen, phone=f"{self.random.random():.6f}")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_is_there_twice_and_nothing_is_lost(seed, tmp_path, empty_hub, monkeypatch):
    shutil.copy(empty_hub, tmp_path)
    with opened_house(monkeypatch, tmp_path / "hub.sqlite") as house:
        house.switch_on()
        Schedule(house, seed).play()

        cards = Counter(card.body["invoicingInfo"]["identifier"] for card in house.cards)
        customers = Counter(one["business_id"] for one in house.customers)
        invoices = Counter(one.body["originalInvoiceNumber"] for one in house.invoices)
        codes = Counter(one.body["code"] for one in house.company.products.values())
        tasks = list(house.spotilla.tenant.tasks)
        names = {one["business_id"]: one["name"] for one in house.customers}

        assert [] == [
            one for one in (cards, customers, invoices, codes) if max([*one.values(), 0]) > 1
        ]
        assert cards == customers
        assert sorted(f"SPO-{number}" for number in tasks) == sorted(invoices)
        assert len(house.spotilla.tenant.products) == len(codes)
        assert {"UNFINISHED"} >= {one.status for one in house.invoices}
        assert names == {
            card.body["invoicingInfo"]["identifier"]: card.body["name"] for card in house.cards
        }
