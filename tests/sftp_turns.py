"""Sweeps over SFTP folders that are killed at random, and what became of the files."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from blocks.hub import Tenant
from blocks.hub.pickups import Pickup
from simulators.sftp import SftpSimulator
from tests.faults.children import CHILDREN
from tests.faults.sweeper import sweep_for_ever
from tests.homes import opened
from tests.sftp_customers import Customer, Runner, became, company_of
from tests.sftp_place import PASSWORD

KILLS, TURNS = 25, 40
"""Kills of a turn, and turns of the whole campaign."""

LONGEST_LIFE = 1.5
"""Of a sweep, from its first connection on: so many times what one takes that is let alone."""

TENANTS = ("alv", "bergman", "cedergren", "dahl")
FIRST_NUMBER = 3
CALM_LIMIT_S = 120


@dataclass
class Figures:
    """What came of some kills. `half_done`: files by their state, as each kill left them."""

    kills: int = 0
    files: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)
    half_done: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Figures) -> Figures:
        """Add up."""
        return Figures(
            self.kills + other.kills,
            self.files + other.files,
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.wrong + other.wrong,
            self.half_done + other.half_done,
        )

    def __str__(self) -> str:
        """Say it in a line."""
        states = ", ".join(f"{count:,} {state}" for state, count in sorted(self.half_done.items()))
        return (
            f"{self.kills:,} kills, {self.files:,} files: {self.lost} lost, {self.doubled} "
            f"doubled, {len(self.wrong)} otherwise wrong; kills left half-done: {states}"
        )


@dataclass
class Turn:
    """One turn, on a home whose hub is there and empty, and a folder for the server."""

    home: Path
    served: Path
    seed: int
    kills: int = KILLS

    def play(self) -> Figures:
        """Kill sweeps while customers go on, let the last be over, and look."""
        chance, runner, left = random.Random(self.seed), Runner(self.home), Counter()  # noqa: S311 - no secret
        self._agree()
        with SftpSimulator(self.served, dict.fromkeys(TENANTS, PASSWORD)) as server:
            customers = [
                Customer(tenant, number, server.folder(tenant))
                for number, tenant in enumerate(TENANTS, FIRST_NUMBER)
            ]
            longest_s = LONGEST_LIFE * self._undisturbed_s(server, customers)
            for _ in range(self.kills):
                child = self._begun(server)
                death = threading.Timer(chance.uniform(0, longest_s), child.kill)
                death.start()
                while death.is_alive():
                    for customer in customers:
                        customer.go_on(chance)
                    runner.work()
                    time.sleep(0.01)
                child.join()
                assert -9 == child.exitcode, "nothing but the kill ended it"
                left += self._states()
            self._settle(server, customers, runner)
        ends = [became(self.home, customer, runner) for customer in customers]
        return Figures(
            self.kills,
            files=sum(end.files for end in ends),
            lost=sum(end.lost for end in ends),
            doubled=sum(end.doubled for end in ends),
            wrong=[f"turn {self.seed}: {what}" for end in ends for what in end.wrong],
            half_done=left,
        )

    def _agree(self):
        (self.home / "orders").mkdir()
        with opened(self.home) as stores:
            for number, tenant in enumerate(TENANTS, FIRST_NUMBER):
                company = company_of(number)
                stores.hub.tenants.add(
                    Tenant(tenant, company.name, organisation_number=company.organisation_number)
                )
                stores.hub.pickups.agree(Pickup(tenant, f"sftp-account/{tenant}", "/"), who="me")

    def _begun(self, server, **how):
        """Begin a sweep in a process of its own, and wait for its first connection."""
        accounts = {
            f"sftp-account/{tenant}": {
                "host": "127.0.0.1",
                "port": server.port,
                "user": tenant,
                "password": PASSWORD,
                "host_keys": server.host_key,
            }
            for tenant in TENANTS
        }
        before = server.connections
        child = CHILDREN.Process(target=sweep_for_ever, args=(self.home, accounts), kwargs=how)
        child.start()
        deadline = time.monotonic() + CALM_LIMIT_S
        while server.connections == before:
            assert time.monotonic() < deadline, "a sweep connects"
            time.sleep(0.005)
        return child

    def _undisturbed_s(self, server, customers):
        """Return how long a sweep takes in which every customer has a file."""
        for customer in customers:
            customer.go_on(random.Random(0), slow_share=0)  # noqa: S311 - no secret
        child, began = self._begun(server, times=1), time.monotonic()
        child.join()
        assert 0 == child.exitcode
        return time.monotonic() - began

    def _states(self):
        """Count what a killed sweep left half-done."""
        with opened(self.home) as stores:
            rows = [row for each in TENANTS for row in stores.hub.pickups.files(each).values()]
        return Counter(str(row.state) for row in rows)

    def _settle(self, server, customers, runner):
        """Finish the uploads, and let sweeps go on until all of it is taken."""
        for customer in customers:
            customer.finish()
        deadline = time.monotonic() + CALM_LIMIT_S
        while any(customer.path.exists() for customer in customers):
            assert time.monotonic() < deadline, "all of it is taken in the end"
            child = self._begun(server, times=3)
            child.join()
            assert 0 == child.exitcode
            runner.work()
