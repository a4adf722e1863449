"""A hub in a real SQLite file or in PostgreSQL, with a clock that moves only when told to."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from blocks.hub import Hub, Tenant
from blocks.warehouse.records import LoadRecord
from ledger.fiscal_year import FiscalYear


class Clock:
    """Time that stands still."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 1, 1, 12, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, seconds: float) -> dt.datetime:
        self.now += dt.timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


BOTH: Final = frozenset(
    {
        "test_claims",
        "test_events",
        "test_hosts",
        "test_leases",
        "test_ledger_owners",
        "test_loads",
        "test_nights",
        "test_outbox",
        "test_outbox_waits",
        "test_overview",
        "test_rate_shares",
        "test_units",
    }
)
"""Modules whose tests run over PostgreSQL as well: those of stores whose SQL could differ.

Not their laws, which try the same SQL many times.
"""

ONCE: Final = frozenset(
    {
        "test_dead_run_is_released_though_its_process_is_gone",
        "test_lease_of_a_process_that_has_ended_is_free_at_once_on_its_machine",
        "test_list_of_events_is_bounded",
        "test_stale_leases_are_freed_when_asked_and_others_stay",
    }
)
"""Tests of those modules that are about processes or many rows, and cost a second each."""


def pytest_generate_tests(metafunc):
    test = metafunc.function
    is_law = getattr(test, "is_hypothesis_test", False)
    is_for_both = test.__module__.rpartition(".")[2] in BOTH and test.__name__ not in ONCE
    if "hub_url" in metafunc.fixturenames and is_for_both and not is_law:
        metafunc.parametrize("hub_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def hub_url(request, empty_hub, tmp_path) -> str:
    if getattr(request, "param", "sqlite") == "postgresql":
        return request.getfixturevalue("postgres").hub()
    path = tmp_path / "hub.sqlite"
    shutil.copy(empty_hub, path)
    return f"sqlite:///{path}"


@pytest.fixture
def hub(hub_url, clock) -> Iterator[Hub]:
    with Hub(hub_url, clock=clock) as hub:
        yield hub


@pytest.fixture
def acme(hub) -> str:
    return hub.tenants.add(Tenant("acme", "Acme AB", organisation_number="5560000001")).id


@pytest.fixture
def year() -> Callable[[str], FiscalYear]:
    return FiscalYear.parse


@pytest.fixture
def y2024() -> FiscalYear:
    return FiscalYear.parse("2024")


@pytest.fixture
def record_of(clock, y2024) -> Callable[[str], LoadRecord]:
    """Make the record that the warehouse has of a load of three vouchers."""

    def record_of(load_id: str) -> LoadRecord:
        return LoadRecord(
            tenant="acme",
            fiscal_year=y2024,
            load_number=1,
            load_id=load_id,
            digest="d1",
            run_id="r1",
            token=0,
            source="sie",
            source_kind="4E",
            landed_sha256="ab" * 32,
            published_at=clock.now,
            voucher_count=3,
            posting_count=9,
            vouchers_added=3,
            vouchers_changed=0,
            vouchers_removed=0,
            tables={},
        )

    return record_of
