from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub.ledger_owners import LedgerOfAnother, OwnerUnexplained
from ledger.fiscal_year import FiscalYear

Y2022, Y2023, Y2024, Y2025, Y2026 = map(FiscalYear.parse, ("2022", "2023", "2024", "2025", "2026"))


def rows(hub, tenant):
    return [(item.system, item.first_day.year) for item in hub.ledger_owners.of_tenant(tenant)]


def give(hub, tenant, year, system):
    hub.ledger_owners.give(tenant, year, system=system, reason="as agreed", who="anna")


def test_first_publication_of_a_free_year_makes_its_system_the_owner_of_later_ones(hub, acme):
    hub.ledger_owners.claim(acme, Y2024, system="fennoa")

    assert [("fennoa", 2024)] == rows(hub, acme)
    assert "fennoa" == hub.ledger_owners.of_year(acme, Y2026).system
    assert hub.ledger_owners.of_year(acme, Y2023) is None


def test_year_of_another_system_is_refused_and_changes_nothing(hub, acme):
    hub.ledger_owners.claim(acme, Y2024, system="fennoa")

    with pytest.raises(LedgerOfAnother, match="2024-01-01 on is fennoa's") as refused:
        hub.ledger_owners.claim(acme, Y2025, system="procountor")

    assert "tasma tenant owner acme procountor --from" in str(refused.value)
    assert [("fennoa", 2024)] == rows(hub, acme)


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("fennoa", [("fennoa", 2022)]),
        ("procountor", [("procountor", 2022), ("fennoa", 2024)]),
    ],
)
def test_year_before_all_rows_goes_to_whoever_publishes_it_up_to_the_next_row(
    hub, acme, system, expected
):
    hub.ledger_owners.claim(acme, Y2024, system="fennoa")
    hub.ledger_owners.claim(acme, Y2022, system=system)

    assert expected == rows(hub, acme)
    assert system == hub.ledger_owners.of_year(acme, Y2023).system
    assert "fennoa" == hub.ledger_owners.of_year(acme, Y2024).system


def test_operator_gives_a_year_and_all_later_ones_and_earlier_ones_stay(hub, acme):
    hub.ledger_owners.claim(acme, Y2024, system="fennoa")
    give(hub, acme, Y2026, "fortnox")
    give(hub, acme, Y2025, "procountor")

    assert [("fennoa", 2024), ("procountor", 2025)] == rows(hub, acme)
    with pytest.raises(LedgerOfAnother):
        hub.ledger_owners.claim(acme, Y2026, system="fortnox")


def test_who_gave_years_and_why_are_kept(hub, acme, clock):
    hub.ledger_owners.claim(acme, Y2024, system="fennoa")
    give(hub, acme, Y2025, "procountor")
    first, given = hub.ledger_owners.of_tenant(acme)

    assert ("", "") == (first.who, first.reason)
    assert ("anna", "as agreed", clock.now) == (given.who, given.reason, given.set_at)
    assert [
        "procountor has it from 2025-01-01 on, set by anna: as agreed",
        "fennoa has it from 2024-01-01 on: the first that was published",
    ] == [event.message for event in hub.events.recent(tenant=acme, kind="ledger owner")]


@pytest.mark.parametrize(("reason", "who"), [(" ", "anna"), ("moved", " ")])
def test_years_are_given_by_a_person_with_a_reason_alone(hub, acme, reason, who):
    with pytest.raises(OwnerUnexplained):
        hub.ledger_owners.give(acme, Y2025, system="fennoa", reason=reason, who=who)

    assert [] == rows(hub, acme)


def test_broken_year_belongs_to_the_row_before_its_first_day(hub, acme):
    give(hub, acme, FiscalYear(dt.date(2024, 7, 1), dt.date(2025, 6, 30)), "procountor")

    assert hub.ledger_owners.of_year(acme, Y2024) is None
    assert "procountor" == hub.ledger_owners.of_year(acme, Y2025).system
