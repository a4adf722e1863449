"""The toy, registered for a test, with a company that a tenant is connected to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from blocks.controls import catalogue
from blocks.hub import Hub
from blocks.systems.registry import SYSTEMS
from ledger import readers
from tests.toy import port
from tests.toy.reader import FORMAT
from tests.toy.server import Company, Toy, served
from tests.toy.system import SYSTEM

NUMBER = "12345671"
ABSENT = {"clock skew": "its tokens and years end by no clock"}
"""Faults that the system cannot have, and why."""
PATHS = {"years": "/years", "extract": "/parts"}
"""What each method of the port asks, which is where its faults are planted."""


class Harness:
    """See `tests/contract/test_systems_behaviour.py`."""

    number = NUMBER
    paths = PATHS

    def __init__(self, toy: Toy) -> None:
        self.toy = toy

    @property
    def books(self) -> Company:
        """The books of the tenant's company."""
        return self.toy.companies["key of acme"]

    def connect(self, hub: Hub, tenant: str) -> None:
        """Connect the tenant."""
        answer = {"key": SecretStr("key of acme")}
        asyncio.run(port.PORT.connect.finish(hub, tenant, answer, wants={}))

    def plant(self, fault: str, method: str) -> None:
        """Let the next request of a method go wrong."""
        path = "/company" if fault == "wrong company" else PATHS[method]
        self.toy.plant(fault, path, times=99 if fault in {"wrong company", "right missing"} else 1)

    def secrets(self) -> list[str]:
        """Return the tenants whose secrets are kept."""
        return list(port.KEYS)


@contextmanager
def opened(patch: pytest.MonkeyPatch) -> Iterator[Harness]:
    """Register the toy, its format and its kind of source, and serve it."""
    company = Company(NUMBER)
    for month in range(1, 10):
        company.book(f"2025-0{month}", str(month), ("1910", "100.00"), ("3000", "-100.00"))
    company.book("2025-09", "10", ("9100", "12.34"), ("1910", "-12.34"))
    patch.setitem(SYSTEMS, SYSTEM.name, SYSTEM)
    patch.setitem(readers.FORMATS, FORMAT.name, FORMAT)
    _name_kind(patch)
    port.KEYS.clear()
    with served(Toy({"key of acme": company})) as toy:
        patch.setenv("TASMA_TOY_URL", toy.url)
        yield Harness(toy)


def _name_kind(patch: pytest.MonkeyPatch) -> None:
    """Add the rows of controls.csv that name the toy's one kind of source."""
    known = catalogue._read

    def read(table):
        added = {"control": "closing_reported", "source": "toy", "kind": "books"}
        worth = {**added, "severity": "informs", "tolerance": "0.00"}
        return [*known(table), worth] if table == catalogue.CATALOGUE else known(table)

    patch.setattr(catalogue, "_read", read)
