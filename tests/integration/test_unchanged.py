"""What is "unchanged": only what its controls have been shown before, all of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text as sql

from blocks.controls.catalogue import CATALOGUE
from blocks.hub import Tenant
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.accept import accept_breaks
from tasks.pruning import keep
from tests.homes import opened_new

Y2024 = FiscalYear.parse("2024")
ACME = Unit("acme", Y2024)

HEAD = """#FLAGGA 0
#PROGRAM "Exempel" 1
#SIETYP 4
#ORGNR 556000-0001
#FNAMN "Exempel AB"
#RAR 0 20240101 20241231
#KONTO 1930 Bank
#KONTO 2081 Aktiekapital
#IB 0 1930 500.00
#IB 0 2081 -500.00
#UB 0 1930 500.00
#UB 0 2081 -500.00
"""

GOOD = HEAD + '#VER A 1 20240301 "Ingen"\n{\n#TRANS 1930 {} 5.00\n#TRANS 1930 {} -5.00\n}\n'
FOREIGN = GOOD.replace("556000-0001", "556000-0027")
GAP = GOOD + GOOD.removeprefix(HEAD).replace("#VER A 1", "#VER A 3")
DAMAGED = GOOD + "#IB 0 1930 five\n"
"""The same rows beside a line that could not be read."""


@pytest.fixture
def clock():
    class Clock:
        now = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)

        def __call__(self):
            self.now += dt.timedelta(seconds=1)
            return self.now

    return Clock()


@pytest.fixture
def stores(tmp_path, empty_hub, clock):
    with opened_new(tmp_path, empty_hub, clock=clock) as stores:
        stores.hub.tenants.add(Tenant("acme", "Exempel AB", "5560000001"))
        yield stores


def record(stores):
    return stores.warehouse.load_record("acme", Y2024)


def accept(stores, **options):
    return accept_breaks(
        stores,
        ACME,
        controls=(),
        reason="known",
        accepted_by="A. Person",
        **{"expires_on": None, **options},
    )


def test_the_same_file_again_is_unchanged_and_nothing_is_written(stores, take):
    take(GOOD)
    file = stores.warehouse.root / "acme.duckdb"
    before = file.read_bytes()

    assert [take(GOOD).outcome for _ in range(3)] == ["unchanged"] * 3
    assert file.read_bytes() == before


@pytest.mark.requirement("R-SEN-P5")
def test_year_imported_again_is_what_the_later_file_says_and_no_voucher_is_there_twice(
    stores, take
):
    take(GAP)
    corrected = GAP.replace("5.00", "6.00")

    for file in (GAP, corrected, corrected):
        take(file)

    rows = stores.warehouse.published("acme", "posting", year=Y2024).to_pylist()
    assert {("A:1", 1), ("A:1", 2), ("A:3", 1), ("A:3", 2)} == {
        (row["voucher_key"], row["row_number"]) for row in rows
    }
    assert 4 == len(rows)
    assert {Decimal("6.00"), Decimal("-6.00")} == {row["amount"] for row in rows}


@pytest.mark.requirement("R-SEN-15c")
def test_another_companys_file_with_the_published_figures_is_held_and_its_line_named(stores, take):
    take(GOOD)
    digest = record(stores).digest

    foreign = take(FOREIGN)

    assert foreign.load.staged.digest == digest
    assert foreign.outcome == "held"
    assert "tenant_identity (1 break" in foreign.message
    assert "(line 4, #ORGNR)" in foreign.message
    assert record(stores).digest == digest


def test_a_source_that_is_damaged_beside_the_published_rows_is_held_as_a_dry_run_says(stores, take):
    take(GOOD)

    planned, damaged = take(DAMAGED, dry_run=True), take(DAMAGED)

    assert damaged.load.staged.digest == record(stores).digest
    assert (planned.would_be, damaged.outcome) == ("held", "held")
    assert "source_damage (1 break, first: line 18" in damaged.message


def test_the_good_file_after_such_a_one_is_unchanged_and_puts_out_the_red_light(stores, take):
    take(GOOD)
    take(DAMAGED)

    assert take(GOOD).outcome == "unchanged"
    (row,) = stores.hub.overview(tenant="acme")
    assert (row.light, row.status) == ("green", "published")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("digest", "other"),
        ("organisation_number", "5560000027"),
        ("coverage", "partial"),
        ("error_count", 1),
        ("evidence_sha256", "e" * 64),
    ],
)
def test_a_load_of_which_the_controls_saw_anything_else_is_another(stores, take, name, value):
    load = stores.hub.loads.get(take(GOOD).load.load_id)

    assert load.is_as(replace(load, load_id="later", run_id="later", landed_sha256="b" * 64))
    assert not load.is_as(replace(load, **{name: value}))


def test_a_load_that_an_earlier_release_judged_is_asked_again_once(stores, take):
    take(GOOD)
    with stores.hub.database.writing() as connection:
        connection.execute(sql("update load set passed_by = ''"))

    asked, again = take(GOOD), take(GOOD)

    assert (asked.outcome, again.outcome) == ("published", "unchanged")
    assert asked.judgement.results
    assert again.judgement is None
    assert record(stores).load_number == 1


def test_controls_that_changed_since_are_asked_again_and_hold_what_they_would_not_publish(
    stores, take, tmp_path, monkeypatch
):
    """A later release may bring a stricter control; here warnings of this one block."""
    take(GAP)
    stricter = tmp_path / "controls.csv"
    rows = CATALOGUE.read_text(encoding="utf-8")
    stricter.write_text(rows.replace("\nseries_gaps,*,*,warns", "\nseries_gaps,*,*,blocks"))
    monkeypatch.setattr("blocks.controls.catalogue.CATALOGUE", stricter)

    held = take(GAP)

    assert held.outcome == "held"
    assert "series_gaps (1 break" in held.message
    (row,) = stores.hub.overview(tenant="acme")
    assert (row.light, row.status) == ("red", "held")
    with stores.warehouse.read("acme") as db:
        assert db.execute("select count(*) from voucher").fetchone() == (2,)


def test_a_tenant_whose_number_was_corrected_has_its_file_asked_again(stores, take):
    take(GOOD)
    stores.hub.tenants.update("acme", organisation_number="5560000027")

    assert take(GOOD).outcome == "held"


def test_a_file_of_a_year_that_was_retired_is_held(stores, take):
    take(GOOD)
    stores.hub.tenants.update("acme", years_from_source=False)
    stores.hub.years.retire("acme", Y2024)

    held = take(GOOD)

    assert held.outcome == "held"
    assert "year_defined (1 break" in held.message
    assert "(line 6, #RAR)" in held.message


def test_another_year_that_is_defined_meanwhile_changes_nothing(stores, take):
    take(GOOD)
    stores.hub.years.define("acme", FiscalYear.parse("2025"))

    assert take(GOOD).outcome == "unchanged"


def test_what_was_accepted_is_unchanged_until_the_acceptance_ends(stores, take, clock):
    take(DAMAGED)
    accept(stores, expires_on=dt.date(2025, 3, 10))
    published, again = take(DAMAGED), take(DAMAGED)
    clock.now += dt.timedelta(days=20)
    planned, later = take(DAMAGED, dry_run=True), take(DAMAGED)

    assert (published.outcome, again.outcome) == ("published", "unchanged")
    assert (planned.would_be, later.outcome) == ("held", "held")


def test_what_a_source_was_asked_beside_the_published_ledger_is_not_pruned(stores, take):
    take(GOOD)
    with stores.hub.database.writing() as connection:
        connection.execute(sql("update load set asked_sha256 = 'asked'"))

    assert "asked" in keep(stores, {"acme"}).landed


def test_what_a_source_was_asked_beside_the_load_that_wrote_the_published_rows_is_not_pruned(
    stores, take
):
    first, again = take(GOOD).load, take(GOOD).load
    with stores.hub.database.writing() as connection:
        connection.execute(sql("update load set asked_sha256 = 'asked ' || load_id"))

    assert {f"asked {load.load_id}" for load in (first, again)} <= keep(stores, {"acme"}).landed
