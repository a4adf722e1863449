"""Customers who put files on an SFTP server without end, and the runs that sweeps order."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.demo.outcome import published_balances
from flows.import_file import take_in
from flows.runs.outcomes import combined
from flows.runs.states import ended
from simulators.books.company import Company
from simulators.books.years import calendar_years
from tasks.arrivals import Arrival, resolve
from tests.homes import opened

YEAR = "2024-01-01_2024-12-31"
SLOW_SHARE = 0.5
"""Of the uploads, so many pause in the middle."""


ROUNDS = 50
"""Days on which a customer exports the same books again: a file of one day never comes back."""


def written_on(content: bytes, day: int) -> bytes:
    """Return a file as it is exported so many days after the year."""
    date = dt.date(2025, 1, 1) + dt.timedelta(days=day)
    written, count = re.subn(rb"#GEN \d{8}", f"#GEN {date:%Y%m%d}".encode(), content)
    assert count == 1
    return written


def company_of(number: int) -> Company:
    """Return the company of a customer, by its number."""
    return Company(number, calendar_years(2024, 2024), 12)


@dataclass
class Customer:
    """A company that puts a file there as soon as its last one was taken away.

    `put`: the version of each file so far. `rest`: what is still to come of the last.
    """

    tenant: str
    number: int
    folder: Path
    put: list[int] = field(default_factory=list)
    rest: bytes = b""

    def __post_init__(self):
        company = company_of(self.number)
        edited = [company.next_night(changed=[("L", number)]) for number in (1, 2, 3)]
        books = [(each.sie(), each.trial_balance()) for each in (company, *edited)]
        self.versions = [
            (written_on(content, day), balances)
            for day in range(ROUNDS)
            for content, balances in books
        ]
        assert len({content for content, _ in self.versions}) == len(self.versions)

    @property
    def path(self):
        """Where its present file lies until it is taken away."""
        return self.folder / f"books-{len(self.put)}.se"

    def go_on(self, chance: random.Random, slow_share: float = SLOW_SHARE):
        """Begin an upload, or finish one."""
        if self.rest:
            self.finish()
        elif not self.put or not self.path.exists():
            self.put.append(len(self.put) % len(self.versions))
            content, _ = self.versions[self.put[-1]]
            is_slow = chance.random() < slow_share
            cut = chance.randrange(1, len(content)) if is_slow else len(content)
            self.rest = content[cut:]
            self.path.write_bytes(content[:cut])

    def finish(self):
        """Upload what is still to come; to open a file that was taken away would make another."""
        if self.rest:
            with self.path.open("ab") as file:
                file.write(self.rest)
        self.rest = b""


@dataclass
class Runner:
    """Does what sweeps have ordered, once each, as the runs of a server do; is never killed."""

    home: Path
    done: Counter[tuple[str, str]] = field(default_factory=Counter)

    def work(self):
        """Do what was ordered since."""
        for order in sorted(self.home.glob("orders/*.json")):
            end = order.with_suffix(".end")
            if not end.exists():
                found = json.loads(order.read_text())
                self.done[found["tenant"], found["sha256"]] += 1
                said = end.with_suffix(".said")
                said.write_text(json.dumps(self._ended(**found)))
                said.rename(end)

    def _ended(self, *, tenant, path, sha256, who, **_):
        with opened(self.home) as stores:
            arrival = Arrival(tenant, resolve(tenant, path), who, sha256)
            steps = LocalSteps(LoadResult(tenant, arrival.path), lambda _step: None)
            found = combined(asyncio.run(take_in(stores, arrival, steps=steps, wait_limit_s=30)))
        state = ended(found.outcome, found.message)
        return {"type": state.type.value, "name": state.name, "message": state.message}


@dataclass(frozen=True)
class Became:
    """What became of the files of one customer; `wrong`: what else is not as it should be."""

    files: int
    lost: int
    doubled: int
    wrong: list[str]


def became(home: Path, customer: Customer, runner: Runner) -> Became:
    """Count files that had no run or lie nowhere, and those with two runs or in two places."""
    put = Counter(hashlib.sha256(customer.versions[at][0]).hexdigest() for at in customer.put)
    ran = Counter(
        {sha: count for (tenant, sha), count in runner.done.items() if tenant == customer.tenant}
    )
    names = Counter(f"books-{number}.se" for number in range(1, len(customer.put) + 1))
    there = Counter(path.name for path in customer.folder.rglob("*") if path.is_file())
    lost = max((put - ran).total(), (names - there).total())
    doubled = max((ran - put).total(), (there - names).total())
    return Became(len(customer.put), lost, doubled, list(_wrong(home, customer)))


def _wrong(home, customer):
    for number, version in enumerate(customer.put, 1):
        moved = customer.folder / "processed" / f"books-{number}.se"
        content, _ = customer.versions[version]
        if not moved.exists() or content != moved.read_bytes():
            yield f"{customer.tenant}: {moved.name} does not lie in processed as it was put there"
    with opened(home) as stores:
        last = customer.versions[customer.put[-1]][1]
        if last != published_balances(stores.warehouse, customer.tenant, YEAR):
            yield f"{customer.tenant}: the last file is not what is published"
        if left := stores.hub.pickups.files(customer.tenant):
            yield f"{customer.tenant}: still remembered are {sorted(left)}"
