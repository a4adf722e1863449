"""A receipt that moves over the end of a year changes both years, or neither, whatever happens."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from blocks.hub import LeaseTaken
from blocks.systems.procountor.holding import OVERLAP
from flows.cli.local import publish_here
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.held import held_load, staged_load
from flows.runs.moved import MovedYears
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.procountor.counting import SUMMARY
from ledger.unit import Unit
from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from tasks.accept import accept_breaks
from tasks.jobs import Job
from tasks.reconcile import MOVED
from tests.harnesses import procountor as harness
from tests.homes import opened
from tests.integration.conftest import House
from tests.moving_receipts import TENANT, publish_years, restored

BOOKS = Company(41, calendar_years(2024, 2025), 30, country=FINLAND)
YEARS = ("2024", "2025")
EARLIER, LATER = (Unit(TENANT, FiscalYear.parse(year)) for year in YEARS)


@pytest.fixture(scope="module")
def served():
    with pytest.MonkeyPatch.context() as patch, harness.opened(patch, BOOKS) as there:
        yield there


@pytest.fixture(scope="module")
def published(served, tmp_path_factory, empty_hub):
    """A home in which both years are published."""
    return publish_years(served, tmp_path_factory.mktemp("published"), empty_hub, YEARS)


@pytest.fixture
def house(published, tmp_path):
    home = shutil.copytree(published, tmp_path / "home")
    with opened(home) as stores:
        yield House(stores, home)


def journal_of(served):
    """Return the id of a journal of the year 2024."""
    journals = (one for one in served.company.receipts.values() if one.type == "JOURNAL")
    return next(one.id for one in journals if one.date.year == 2024 and one.invoice_id)


@pytest.fixture
def receipt(served):
    """A journal of the year 2024; where it was before is where it is after the test."""
    with restored(served, journal_of(served)) as found:
        yield found.id


def key_of(served, number):
    invoice = served.company.receipts[number].invoice_id
    return f"invoice:{invoice}" if invoice else f"receipt:{number}"


def places(house, key):
    """Return in which published years a voucher is."""
    found = house.stores.warehouse.published(TENANT, "voucher")
    rows = zip(found["voucher_key"].to_pylist(), found["fiscal_year"].to_pylist(), strict=True)
    return [year[:4] for one, year in rows if one == key]


def test_invoice_made_anew_in_another_year_changes_both_though_one_is_pulled(
    house, served, receipt
):
    """The old id is gone, and nothing but the invoice says that it is the same voucher."""
    key = key_of(served, receipt)
    new = served.acts.remake_receipt(receipt)
    served.acts.move_receipt(new, "2025-01-02")
    try:
        end, message = house.pull(TENANT, years=("2024",))
    finally:
        del served.company.receipts[new]

    assert "Published" == end, message
    assert ["2025"] == places(house, key)


@pytest.fixture
def changed_later(served, receipt):
    """Return what changes another receipt of 2024, two days after all else."""
    others = (one for one in served.company.receipts.values() if one.id != receipt)
    found = next(one for one in others if one.date.year == 2024 and one.type != SUMMARY)
    version = found.version

    def change():
        served.acts.edit_amount(found.id, "1.00")
        found.version += 2 * OVERLAP

    yield change
    served.acts.edit_amount(found.id, "-1.00")
    found.version = version


def test_invoice_made_anew_in_another_year_is_followed_though_something_changed_days_later(
    house, served, receipt, changed_later
):
    """The list of changes is asked for anew from the latest change on, and names it no more."""
    key = key_of(served, receipt)
    new = served.acts.remake_receipt(receipt)
    served.acts.move_receipt(new, "2025-01-02")
    changed_later()
    try:
        end, message = house.pull(TENANT, years=("2024",))
    finally:
        del served.company.receipts[new]

    assert "Published" == end, message
    assert ["2025"] == places(house, key)


@dataclass(frozen=True)
class Held:
    """A home in which both years are held, the later one by what somebody has accepted since.

    `key`: of the voucher that moved. `end`, `message`: of the pull. `before`: where it was then.
    """

    home: Path
    key: str
    end: str
    message: str
    before: list[str]


@pytest.fixture(scope="module")
def both_held(served, published, tmp_path_factory):
    """A receipt moved into 2025, which a receipt holds whose state nobody knows."""
    home = shutil.copytree(published, tmp_path_factory.mktemp("held") / "home")
    unknown, moving = served.company.booked[1, "PJ", 1], journal_of(served)
    with restored(served, unknown) as found, restored(served, moving), opened(home) as stores:
        with served.simulator.world.changing():
            found.status = "STARTED"
            served.simulator.world.touch(found)
        served.acts.move_receipt(moving, "2025-01-02")
        house, key = House(stores, home), key_of(served, moving)
        made = Held(home, key, *house.pull(TENANT), places(house, key))
        results = stores.hub.loads.results(house.units(TENANT)["2025"].load_id)
        named = [item.control for item in results if item.holds and item.control != MOVED]
        accept_breaks(stores, LATER, controls=named, reason="seen", accepted_by="Maija")
    return made


@pytest.fixture
def held(both_held, tmp_path):
    home = shutil.copytree(both_held.home, tmp_path / "held")
    with opened(home) as stores:
        yield House(stores, home)


def test_year_that_is_held_holds_the_other_too_and_both_follow_once_it_is_accepted(held, both_held):
    found = publish_here(held.stores, LATER, watch=lambda _step: None)

    assert "Held" == both_held.end
    assert both_held.message.startswith("2 of 2 years Held"), both_held.message
    assert "the voucher went from this year to that of 2025-01-02" in both_held.message
    assert ["2024"] == both_held.before
    assert Outcome.PUBLISHED is found.outcome, found.message
    assert ["2025"] == places(held, both_held.key)
    assert {"published"} == {str(unit.status) for unit in held.units(TENANT).values()}


def test_hold_stays_as_it_was_when_another_run_works_on_the_year_that_belongs_to_it(held):
    hub = held.stores.hub
    before, why = hub.holds.find(TENANT, LATER.year), held.units(TENANT)["2025"].reason

    with (
        hub.unit_lease(TENANT, EARLIER.year, holder="another run"),
        pytest.raises(LeaseTaken, match="another run"),
    ):
        publish_here(held.stores, LATER, watch=lambda _step: None)

    assert {"held"} == {str(unit.status) for unit in held.units(TENANT).values()}
    assert before == hub.holds.find(TENANT, LATER.year)
    assert why == held.units(TENANT)["2025"].reason
    assert [] == hub.leases.live()


def test_pull_that_another_run_keeps_from_the_other_year_fails_and_changes_neither(
    house, served, receipt, monkeypatch
):
    monkeypatch.setattr("tests.integration.conftest.WAIT_LIMIT_S", 0)
    key, hub = key_of(served, receipt), house.stores.hub
    served.acts.move_receipt(receipt, "2025-01-02")

    with hub.unit_lease(TENANT, LATER.year, holder="another run"):
        end, message = house.pull(TENANT, years=("2024",))

    states = {year: str(unit.status) for year, unit in house.units(TENANT).items()}
    assert "Failed" == end
    assert "already held by another run" in message
    assert {"2024": "failed", "2025": "published"} == states
    assert ["2024"] == places(house, key)


def test_runs_of_both_years_that_start_at_once_publish_both_and_wait_for_none_for_ever(
    held, both_held
):
    """Each has its own year's lease before either asks for the other's."""
    stores, both = held.stores, asyncio.Barrier(2)

    async def published(unit):
        begun = []

        async def begin(lease):
            load = staged_load(stores, unit)
            if not begun:
                await both.wait()
            begun.append(lease)
            return Job(stores, unit, "", lease), load

        steps = LocalSteps(LoadResult(TENANT), lambda _step: None)
        return await MovedYears(stores, steps, held_load, 900.0).take(unit, begin)

    async def at_once():
        async with asyncio.timeout(60):
            return await asyncio.gather(published(EARLIER), published(LATER))

    ends = {ending.outcome for ending in asyncio.run(at_once())}

    assert {Outcome.PUBLISHED, Outcome.UNCHANGED} == ends
    assert ["2025"] == places(held, both_held.key)
    assert {"published"} == {str(unit.status) for unit in held.units(TENANT).values()}
    assert [] == stores.hub.leases.live()


class Killed(BaseException):
    """The process ends here."""


def test_both_years_change_at_once_and_a_run_that_ends_then_is_completed_by_the_next(
    house, served, receipt, monkeypatch
):
    key = key_of(served, receipt)
    served.acts.move_receipt(receipt, "2025-01-02")

    def dying(step):
        if step == "publish.swapped":
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("blocks.warehouse.files.reached", dying)
        with pytest.raises(Killed):
            house.pull(TENANT)
    left = places(house, key)
    end, message = house.pull(TENANT)

    assert ["2025"] == left
    assert "Published" == end, message
    assert 2 == message.count("Unchanged:"), message
    assert {"published"} == {str(unit.status) for unit in house.units(TENANT).values()}
