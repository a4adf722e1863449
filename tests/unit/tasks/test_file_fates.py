"""How holds of files ended that are of several fiscal years, or of less than one."""

from __future__ import annotations

import shutil

import pytest

from blocks.hub import FileSeen, Hub, Tenant
from blocks.hub.loads import Load, settle_holds
from blocks.hub.states import UnitState
from ledger.fiscal_year import FiscalYear
from tasks.file_fates import Fate, fates

SHA = "a" * 64
HELD, REJECTED, PUBLISHED = UnitState.HELD, UnitState.REJECTED, UnitState.PUBLISHED


@pytest.fixture
def hub(empty_hub, tmp_path):
    shutil.copy(empty_hub, tmp_path / "hub.sqlite")
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        yield hub


@pytest.fixture
def seen(hub):
    """A file of two years that was held, given the states of their loads; open ones by year."""
    hub.tenants.add(Tenant("acme", "Acme AB"))

    def of(*states, is_open=(), sha256=SHA):
        for year, state in zip(("2024", "2025"), states, strict=True):
            made = hub.loads.save(
                Load("acme", FiscalYear.parse(year).key, "sie", landed_sha256=sha256, status=state)
            )
            if year in is_open:
                with hub.database.writing() as connection:
                    unit = FiscalYear.parse(year)
                    settle_holds(connection, "acme", unit, held=made.load_id)
        return hub.files.record(FileSeen("acme", sha256, "books.se", 7, "held"))

    return of


def fate(hub, file):
    return fates(hub, [file]).get(file.id)


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ((PUBLISHED, PUBLISHED), Fate.PUBLISHED),
        ((PUBLISHED, REJECTED), Fate.REJECTED),
        ((HELD, PUBLISHED), Fate.REPLACED),
        ((UnitState.EVIDENCE, PUBLISHED), Fate.PUBLISHED),
    ],
)
def test_fate_of_a_file_of_several_years_is_told_from_all_its_loads(hub, seen, states, told):
    assert told == fate(hub, seen(*states))


def test_file_of_several_years_is_held_as_long_as_one_of_them_is(hub, seen):
    assert fate(hub, seen(PUBLISHED, HELD, is_open=("2025",))) is None


@pytest.mark.parametrize("state", [UnitState.PARTIAL, UnitState.EVIDENCE])
def test_file_of_less_than_a_year_was_taken_once_nothing_holds_it_any_more(hub, state):
    hub.tenants.add(Tenant("acme", "Acme AB"))
    year = FiscalYear.parse("2024").key
    load = hub.loads.save(Load("acme", year, "sie", landed_sha256=SHA, status=state))
    file = hub.files.record(FileSeen("acme", SHA, "books.si", 7, "held", load_id=load.load_id))

    assert Fate.PUBLISHED is fate(hub, file)


def test_later_load_of_the_same_bytes_says_nothing_of_the_file_that_came_before(hub, seen):
    first = seen(PUBLISHED, REJECTED)
    again = seen(PUBLISHED, HELD, is_open=("2025",))

    assert {first.id: Fate.REJECTED} == fates(hub, [first, again])


def test_file_whose_loads_are_not_known_is_held_as_far_as_anybody_knows(hub):
    hub.tenants.add(Tenant("acme", "Acme AB"))
    file = hub.files.record(FileSeen("acme", SHA, "books.se", 7, "held"))

    assert {} == fates(hub, [file])
