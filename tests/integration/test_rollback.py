"""A year brought back to an earlier load, and kept so; by the pipeline of the runs."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import text as sql

from blocks.hub import Hub, Tenant
from blocks.hub.kept_years import KeptUnexplained, YearKept, YearNotKept
from blocks.hub.overview import Light
from blocks.settings import REFERENCE
from blocks.translated import translated, without_commands
from blocks.warehouse.history import AsOf
from blocks.warehouse.postgresql.server import server_at
from blocks.warehouse.postgresql.warehouse import ServerWarehouse
from flows.cli.local import publish_here
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.roll_back import roll_back_unit
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.accept import accept_breaks, reject_hold
from tasks.pruning import keep, prune
from tasks.rollback import (
    LoadOfPeriod,
    NoSuchLoad,
    ReadOtherwiseNow,
    ReceivedGone,
    Wanted,
    release_year,
)
from tasks.stores import Stores
from tests.homes import opened_new
from tests.integration.conftest import House
from tests.small_sie import small_sie

Y2024 = FiscalYear.parse("2024")
ACME = Unit("acme", Y2024)
ONE = small_sie(("1", 100, 100))
TWO = small_sie(("1", 100, 100), ("2", 50, 50))
THREE = small_sie(("1", 100, 100), ("2", 70, 70))
NO_WAIT_S = 0

WHOLE = (REFERENCE / "journal_template.csv").read_text().replace("SAMPLE", "A")
FEBRUARY = (
    WHOLE[: WHOLE.index("A,1,")]
    .replace("covers_first_day,2025-01-01", "covers_first_day,2025-02-01")
    .replace("covers_last_day,2025-12-31", "covers_last_day,2025-02-28")
    .replace("row_count,5", "row_count,2")
    .replace("debit_total,375.50", "debit_total,300.00")
    + "A,3,2025-02-10,Desks,4000,300.00,,10,\nA,3,2025-02-10,Desks,1910,-300.00,,,\n"
)


@pytest.fixture
def house(request, tmp_path, empty_hub):
    """A house with the tenant acme, whose books lie in files, or in a server if a test says so."""
    with opened_new(tmp_path, empty_hub) as stores:
        stores.hub.tenants.add(Tenant("acme", "Exempel AB", "5599900007", has_schedule=True))
        if getattr(request, "param", "files") == "files":
            yield House(stores, tmp_path)
            return
        url = request.getfixturevalue("postgres").warehouse()
        server = ServerWarehouse(server_at(url), spill=tmp_path / "laid-out")
        yield House(Stores(stores.hub, stores.lake, server), tmp_path)


in_both = pytest.mark.parametrize("house", ["files", "postgresql"], indirect=True)


@pytest.fixture
def back(house):
    """Bring the year back to a load; return name and message of the end."""

    def roll_back(to, *, unit=ACME, stores=None, reason="from a test company", **options):
        steps = LocalSteps(LoadResult(unit.tenant, year=unit.year), lambda _step: None)
        wanted = Wanted(unit, to, "anna", reason)
        work = roll_back_unit(
            stores or house.stores, wanted, steps=steps, wait_limit_s=NO_WAIT_S, **options
        )
        ending = asyncio.run(work)
        return ending.outcome, ending.message

    return roll_back


def vouchers(house):
    found = house.stores.warehouse.published("acme", "voucher", year=Y2024)
    return sorted(found["voucher_number"].to_pylist())


def loads(house):
    found = house.stores.warehouse.report("acme", "load", fiscal_year=Y2024.key, limit=9)
    return found.to_pylist()[::-1]


def status(house):
    (row,) = house.stores.hub.overview(tenant="acme")
    return row


@in_both
def test_year_is_as_the_earlier_load_left_it_by_a_new_load_that_says_so(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)

    outcome, message = back(1)

    assert "published" == outcome, message
    assert ["1"] == vouchers(house)
    last = loads(house)[-1]
    assert (3, 1, "anna", "from a test company") == (
        last["load_number"],
        last["rollback_to"],
        last["rollback_by"],
        last["rollback_reason"],
    )
    assert (0, 0, 1) == (last["vouchers_added"], last["vouchers_changed"], last["vouchers_removed"])
    assert [None, None] == [item["rollback_to"] for item in loads(house)[:2]]
    record = house.stores.warehouse.load_record("acme", Y2024)
    known = house.stores.hub.loads.get(record.load_id)
    assert (1, "anna") == (known.rollback.load_number, known.rollback.who)
    assert house.stores.warehouse.verify("acme", Y2024).is_intact
    # What was wrong stays on record.
    first, last = dt.date(2024, 1, 1), dt.date(2024, 12, 1)
    then = house.stores.warehouse.report(
        "acme",
        "trial_balance",
        as_of=AsOf(Y2024, 2),
        fiscal_year=Y2024.key,
        first=first,
        last=last,
    )
    assert {"1930": Decimal(150), "3001": Decimal(-150)} == dict(
        zip(then["account_number"].to_pylist(), then["closing"].to_pylist(), strict=True)
    )


def test_no_file_replaces_a_year_that_is_kept_until_it_is_released(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)
    back(1)

    name, message = house.take("acme", THREE, name="night.se")

    assert "Kept" == name
    assert "tasma ledger release acme 2024" in message
    assert ["1"] == vouchers(house)
    assert "kept" == house.stores.hub.files.recent("acme")[0].outcome
    assert "kept as of load 1" in house.stores.hub.files.recent("acme")[0].reason
    found = release_year(house.stores, ACME, reason="corrected", who="bo")
    assert ("night.se",) == found.came_meanwhile
    assert "Published" == house.take("acme", THREE, name="night.se")[0]
    assert ["1", "2"] == vouchers(house)


def test_what_a_rollback_replaced_may_come_again_once_the_year_is_released(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)
    back(1)
    release_year(house.stores, ACME, reason="it was right", who="bo")

    name, message = house.take("acme", TWO)

    assert "Published" == name, message
    assert ["1", "2"] == vouchers(house)


def test_dry_run_of_a_file_says_that_the_year_is_kept(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)
    back(1)

    name, message = house.take("acme", THREE, dry_run=True)

    assert "Planned" == name
    assert "Would be kept: kept as of load 1" in message
    assert "Vouchers added: 1" in message


@in_both
def test_same_rollback_again_changes_nothing_and_is_kept_since_the_first(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)
    back(1)
    (before,) = house.stores.hub.kept_years.every()

    outcome, message = back(1)

    assert "unchanged" == outcome
    assert "kept as of load 1" in message
    assert 3 == house.stores.warehouse.load_record("acme", Y2024).load_number
    (kept,) = house.stores.hub.kept_years.every()
    assert before.kept_at == kept.kept_at


def test_rollback_of_a_rollback_brings_the_later_books_back(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)
    back(1)

    assert "published" == back(2, reason="it was right after all")[0]
    assert ["1", "2"] == vouchers(house)
    (kept,) = house.stores.hub.kept_years.every()
    assert 2 == kept.load_number


def test_dry_run_shows_what_would_change_and_keeps_nothing(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)

    outcome, message = back(1, dry_run=True)

    assert "planned" == outcome
    assert "removed: 1" in message
    assert ["1", "2"] == vouchers(house)
    assert [] == house.stores.hub.kept_years.every()


def many(count):
    return small_sie(*[(str(number), 10, 10) for number in range(1, count + 1)])


@in_both
def test_rollback_that_a_control_holds_waits_for_a_person_and_no_load_takes_its_place(house, back):
    house.take("acme", many(2))
    house.take("acme", many(40))

    outcome, message = back(1)

    assert "held" == outcome
    assert "mass_removal" in message
    assert "to be brought back to load 1 (held) since" in status(house).reason
    assert "kept as of" not in status(house).reason
    assert translated(without_commands(status(house).kept), "sv").startswith(
        "ska återställas till läget efter ladd"
    )
    name, why = house.take("acme", many(41))
    assert ("Kept", True) == (name, "until that is decided no load replaces it" in why)
    accept_breaks(house.stores, ACME, controls=(), reason="meant", accepted_by="bo")
    assert "published" == publish_here(house.stores, ACME, watch=lambda _step: None).outcome
    assert 2 == len(vouchers(house))
    assert 1 == loads(house)[-1]["rollback_to"]
    assert "kept as of load 1 since" in status(house).reason


def test_rejected_rollback_lets_the_year_go(house, back):
    house.take("acme", many(2))
    house.take("acme", many(40))
    back(1)

    reject_hold(house.stores, ACME, reason="never mind", rejected_by="bo")

    assert [] == house.stores.hub.kept_years.every()
    assert "Published" == house.take("acme", many(41))[0]


def test_hold_of_another_load_is_not_published_over_a_kept_year(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)
    house.take("acme", small_sie(("1", 100, 100)).replace(b"#UB 0 1930 100", b"#UB 0 1930 90"))
    held = house.stores.hub.holds.find("acme", Y2024)
    house.stores.hub.kept_years.keep(
        "acme", Y2024, load_id="another", load_number=1, who="anna", reason="because"
    )
    accept_breaks(house.stores, ACME, controls=(), reason="meant", accepted_by="bo")

    with pytest.raises(YearKept, match="tasma ledger release acme 2024"):
        publish_here(house.stores, ACME, load_id=held.load_id, watch=lambda _step: None)

    assert ["1", "2"] == vouchers(house)


def test_older_books_that_a_person_asks_for_are_not_too_old(house, back):
    """Every rollback is older than what it replaces; that is what is wanted."""
    house.take("acme", ONE)
    house.take("acme", TWO.replace(b"#GEN 20250101", b"#GEN 20250301"))
    assert "Held" == house.take("acme", ONE)[0]

    assert "published" == back(1)[0]
    known = house.stores.hub.loads.published("acme", Y2024)
    assert "2025-01-01" == known.dated


def test_year_is_not_brought_back_to_a_load_that_it_does_not_have(house, back):
    with pytest.raises(NoSuchLoad, match="none that is published"):
        back(1)
    house.take("acme", ONE)

    with pytest.raises(NoSuchLoad, match="loads 1 to 1"):
        back(7)

    assert [] == house.stores.hub.kept_years.every()
    assert "published" == status(house).status


def test_load_of_a_period_is_refused_and_the_whole_ones_are_named(house, back):
    house.stores.hub.tenants.add(Tenant("oy", "Sample Company", "76543212", currency="EUR"))
    unit = Unit("oy", FiscalYear.parse("2025"))
    for content in (WHOLE, FEBRUARY):
        assert "Published" == house.take("oy", content.encode(), name="books.csv")[0]

    with pytest.raises(LoadOfPeriod, match=r"covers period:2025-02-01:2025-02-28.*\(1\)"):
        back(2, unit=unit)

    assert "published" == back(1, unit=unit)[0]
    name, message = house.take("oy", FEBRUARY.encode(), name="books.csv")
    assert "Kept" == name, message


def test_what_was_pruned_is_said_and_nothing_is_kept(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)
    first = house.stores.hub.loads.of_unit("acme", Y2024)[-1]
    for path in house.folder.glob(f"lake/landing/acme/*/{first.landed_sha256}*"):
        path.unlink()

    with pytest.raises(ReceivedGone, match="was removed since"):
        back(1)

    assert [] == house.stores.hub.kept_years.every()
    assert ["1", "2"] == vouchers(house)


def test_file_of_the_same_books_serves_where_its_own_is_gone(house, back):
    house.take("acme", ONE)
    house.take("acme", ONE + b"\n", name="again.se")
    house.take("acme", TWO)
    first = house.stores.hub.loads.of_unit("acme", Y2024)[-1]
    for path in house.folder.glob(f"lake/landing/acme/*/{first.landed_sha256}*"):
        path.unlink()

    assert "published" == back(1)[0]
    assert ["1"] == vouchers(house)


def test_books_that_are_read_otherwise_now_are_not_published(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)
    with house.stores.hub.database.writing() as db:  # as if the reader had read another voucher
        db.execute(
            sql(
                "update load set landed_sha256 = (select max(landed_sha256) from load"
                " where load_id = (select max(load_id) from load)) where tenant = 'acme'"
            )
        )

    with pytest.raises(ReadOtherwiseNow, match="other books now"):
        back(1)

    assert [] == house.stores.hub.kept_years.every()
    assert ["1", "2"] == vouchers(house)


@in_both
def test_what_the_last_publication_replaced_is_not_pruned_for_thirty_days(house, back):
    """A file of January that one of today replaced wrongly is old, and wanted back."""
    house.take("acme", ONE)
    house.take("acme", TWO)
    hashes = {load.landed_sha256 for load in house.stores.hub.loads.of_unit("acme", Y2024)}

    assert hashes <= keep(house.stores, ["acme"]).landed
    prune(house.stores, older_than=dt.timedelta(0), dry_run=False)
    assert "published" == back(1)[0]


def test_status_says_since_when_a_year_is_kept_and_by_whom(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)
    back(1)

    row = status(house)

    assert Light.GREEN is row.light
    assert row.kept.startswith("kept as of load 1 since ")
    assert "by anna (from a test company)" in row.kept
    assert row.kept in row.reason


def test_nothing_is_released_that_is_not_kept_nor_without_a_reason(house, back):
    house.take("acme", ONE)
    with pytest.raises(YearNotKept):
        release_year(house.stores, ACME, reason="why not", who="bo")
    house.take("acme", TWO)
    with pytest.raises(KeptUnexplained):
        back(1, reason=" ")
    assert ["1", "2"] == vouchers(house)
    back(1)

    with pytest.raises(KeptUnexplained):
        release_year(house.stores, ACME, reason="", who="bo")

    assert 1 == len(house.stores.hub.kept_years.every())


def test_night_asks_nothing_of_a_year_that_is_kept_and_goes_on_when_it_is_released(
    house, connected, back
):
    ledger = connected(defined=("2025",), schedule=True)
    unit = Unit(ledger.tenant, FiscalYear.parse("2025"))
    house.pull(ledger.tenant)
    before = house.balances(ledger.tenant)
    ledger.there.edit(changed=[("L", 2)])
    house.pull(ledger.tenant)
    wrong = house.balances(ledger.tenant)

    outcome, message = back(1, unit=unit)

    assert "published" == outcome, message
    assert before == house.balances(ledger.tenant) != wrong
    judged = house.stores.hub.loads.judged_of_unit(ledger.tenant, unit.year)
    answers = {it.control: it.outcome for it in house.stores.hub.loads.results(judged.load_id)}
    assert "passed" == answers["source_vouchers"], "by what Fortnox listed then"
    name, message = house.pull(ledger.tenant, night=dt.date(2026, 11, 23))
    assert "Kept" == name
    assert f"tasma ledger release {ledger.tenant} 2025" in message
    name, message = house.pull(ledger.tenant, dry_run=True, overwrites=True)
    assert ("Planned", True) == (name, "changed: 1" in message), message
    assert "Kept" == house.pull(ledger.tenant, overwrites=True)[0]
    assert before == house.balances(ledger.tenant)
    release_year(house.stores, unit, reason="mended there", who="bo")
    assert "Published" == house.pull(ledger.tenant, night=dt.date(2026, 11, 24))[0]
    assert wrong == house.balances(ledger.tenant)
    assert "fortnox" == house.stores.hub.units.find(ledger.tenant, unit.year).ledger_source


def test_latest_year_that_is_kept_is_not_late(house, back):
    house.take("acme", ONE)
    house.take("acme", TWO)
    url = f"sqlite:///{house.folder / 'hub.sqlite'}"
    in_three_days = house.stores.hub.database.now() + dt.timedelta(days=3)
    with Hub(url, clock=lambda: in_three_days) as later:
        (late,) = later.overview(tenant="acme")
        back(1)
        (kept,) = later.overview(tenant="acme")

    assert (True, Light.RED) == (late.is_stale, late.light)
    assert (False, Light.GREEN) == (kept.is_stale, kept.light)
