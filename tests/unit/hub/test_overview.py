from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import insert

from blocks.hub import Connection, ConnectionState, Light, Load, Method, Tenant, UnitState, models
from blocks.hub.customer_statements import CustomerStatement
from blocks.hub.overview import MAX_TENANTS, STALE_AFTER
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import Comparison, StatementKind

PUBLISHED = [UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED]
HELD = [UnitState.STAGED, UnitState.RECONCILING, UnitState.HELD]


@pytest.fixture
def bring(hub):
    def bring(tenant: str, year: str, states: list[UnitState], **facts):
        for state in states:
            hub.units.set_status(tenant, FiscalYear.parse(year), state, **facts)

    return bring


@pytest.mark.requirement("R-X-12a", "R-X-12b", "R-X-12c")
def test_listing_shows_light_reason_and_last_success_of_every_tenant(hub, bring, clock):
    for name in ("empty", "good", "held", "never"):
        hub.tenants.add(Tenant(name, f"{name} AB"))
    bring("good", "2024", PUBLISHED, source="sie", voucher_count=3, posting_count=9)
    bring("held", "2024", PUBLISHED, load_id="l1", source="sie")
    published_at = clock.now
    clock.advance(3_600)
    bring("held", "2024", HELD, load_id="l2", reason="1910 differs by -100.10")
    bring("never", "2024", [UnitState.FAILED], reason="the file was cut short")

    rows = {row.tenant: row for row in hub.overview()}

    assert {
        "empty": (Light.GREY, "", "nothing has been published yet", None),
        "good": (Light.GREEN, "published", "", published_at),
        "held": (Light.RED, "held", "1910 differs by -100.10", published_at),
        "never": (Light.RED, "failed", "the file was cut short", None),
    } == {n: (r.light, r.status, r.reason, r.last_published_at) for n, r in rows.items()}
    assert dt.timedelta(hours=1) == rows["held"].age
    assert (rows["good"].voucher_count, rows["good"].posting_count) == (3, 9)


@pytest.mark.requirement("R-SEN-32b")
def test_source_of_the_ledger_is_shown_per_year(hub, bring, acme):
    bring(acme, "2023", PUBLISHED, source="sie", load_id="l1")
    bring(acme, "2024", PUBLISHED, source="fortnox", load_id="l2")
    bring(acme, "2024", HELD, source="sie", load_id="l3")

    assert [(row.fiscal_year[:4], row.source) for row in hub.overview()] == [
        ("2023", "sie"),
        ("2024", "fortnox"),
    ]


@pytest.mark.parametrize("working", [UnitState.FETCHING, UnitState.STAGED, UnitState.RECONCILING])
def test_light_stays_as_it_was_while_a_run_works(hub, bring, acme, working):
    bring(acme, "2023", [working])
    bring(acme, "2024", [*PUBLISHED, working])

    assert [row.light for row in hub.overview()] == [Light.GREY, Light.GREEN]


@pytest.mark.parametrize("end", [UnitState.PARTIAL, UnitState.EVIDENCE])
def test_source_that_publishes_nothing_leaves_the_light_as_it_was(hub, bring, acme, end):
    bring(acme, "2024", PUBLISHED)
    for year in ("2023", "2024"):
        key = FiscalYear.parse(year).key
        load = hub.loads.save(Load(acme, key, "sie", coverage=end.value))
        hub.side_loads.set_status(load.load_id, end, reason="no vouchers in the file")

    assert [(row.light, row.status, row.reason) for row in hub.overview()] == [
        (Light.GREY, end, "nothing has been published yet"),
        (Light.GREEN, "published", ""),
    ]


@pytest.mark.parametrize(("late_s", "is_stale"), [(0, False), (1, True)])
def test_scheduled_tenant_turns_red_after_26_hours_without_a_good_load(
    hub, bring, clock, late_s, is_stale
):
    hub.tenants.add(Tenant("night", "Night AB", has_schedule=True))
    bring("night", "2023", PUBLISHED)
    bring("night", "2024", PUBLISHED)
    clock.advance(STALE_AFTER.total_seconds() + late_s)

    old, latest = hub.overview()

    assert (old.light, old.is_stale) == (Light.GREEN, False)
    assert is_stale is latest.is_stale
    assert (Light.RED if is_stale else Light.GREEN) == latest.light
    assert is_stale is ("26 hours old" in latest.reason)


def test_tenant_without_a_schedule_never_turns_stale(hub, bring, acme, clock):
    bring(acme, "2024", PUBLISHED)
    clock.advance(400 * 86_400)

    assert [(row.light, row.is_stale) for row in hub.overview()] == [(Light.GREEN, False)]


def test_load_without_changes_renews_the_date(hub, bring, clock):
    hub.tenants.add(Tenant("night", "Night AB", has_schedule=True))
    bring("night", "2024", PUBLISHED)
    clock.advance(STALE_AFTER.total_seconds())
    bring("night", "2024", PUBLISHED)
    clock.advance(60)

    assert [row.light for row in hub.overview()] == [Light.GREEN]


def test_pages_of_the_listing_cut_between_tenants(hub, bring):
    for name in ("a", "b", "c"):
        hub.tenants.add(Tenant(name, name))
        bring(name, "2023", PUBLISHED)
        bring(name, "2024", PUBLISHED)

    first = hub.overview(limit=2)
    second = hub.overview(limit=2, after=first[-1].tenant)

    assert [row.tenant for row in first] == ["a", "a", "b", "b"]
    assert [row.tenant for row in second] == ["c", "c"]
    assert [row.tenant for row in hub.overview(tenant="b")] == ["b", "b"]


def test_listing_is_bounded(hub):
    tenant = vars(Tenant("t", "x", created_at=hub.database.now()))
    many = [tenant | {"id": f"t{number:05}"} for number in range(MAX_TENANTS + 1)]
    with hub.database.writing() as connection:
        connection.execute(insert(models.tenant), many)

    assert len(hub.overview(limit=10**6)) == MAX_TENANTS


@pytest.mark.requirement("R-X-12a", "R-X-12b")
def test_tenant_that_is_cut_off_from_its_system_is_red_and_says_who_acts(hub):
    hub.tenants.add(Tenant("acme", "Acme AB"))
    hub.connections.save(Connection("acme", "fortnox", Method.CLIENT_CREDENTIALS, "503072"))
    assert [Light.GREY] == [row.light for row in hub.overview()]

    why = "the company has no licence; the customer orders it"
    hub.connections.set_status("acme", "fortnox", ConnectionState.LICENCE_MISSING, reason=why)

    (row,) = hub.overview()
    assert (Light.RED, f"fortnox, licence missing: {why}") == (row.light, row.reason)


def test_published_year_that_a_statement_differs_from_says_so_until_its_books_are_others(
    hub, bring, acme, y2024
):
    statement = CustomerStatement(
        acme, y2024, StatementKind.BALANCE_SHEET, "f" * 64, "tase.xlsx", y2024.end_date
    )
    bring(acme, "2024", PUBLISHED, load_id="l1", digest="d1")
    hub.customer_statements.add(statement)
    hub.customer_statements.compared(
        statement, Comparison.DIFFERS, differing="account 1930", digest="d1"
    )

    (row,) = hub.overview(tenant=acme)
    assert (row.light, row.reason) == ("green", "balance sheet differs: account 1930")
    assert row.look_with == "tasma statements compare acme 2024"

    hub.customer_statements.compared(statement, Comparison.DIFFERS, digest="another")
    (row,) = hub.overview(tenant=acme)
    assert (row.reason, row.look_with) == ("", "")


def result_of(count, severity=Severity.BLOCKS):
    breaks = tuple(
        Break("balance_roll_forward", BreakKind.AMOUNT, account_number=str(1910 + number))
        for number in range(count)
    )
    return ControlResult(
        "balance_roll_forward", severity, Answer.BROKEN, breaks=breaks, break_count=count
    )


def test_published_year_says_how_many_breaks_were_accepted_in_its_rows_as_they_were_last_judged(
    hub, bring, acme, y2024
):
    def published(load_id, digest, *results):
        load = Load(
            *(acme, y2024.key, "sie"), load_id=load_id, digest=digest, status=UnitState.PUBLISHED
        )
        hub.loads.save(load)
        hub.loads.save_results(load_id, results)
        bring(acme, "2024", PUBLISHED, load_id=load_id, digest=digest)
        (row,) = hub.overview()
        return row.light, row.reason

    warned = published("l1", "d1", result_of(2, Severity.WARNS))
    hub.loads.save(Load(acme, y2024.key, "sie", load_id="l2"))
    hub.loads.save_results("l2", [result_of(3)])
    hub.acceptances.accept("l2", reason="seen", accepted_by="anna")

    assert ("green", "") == warned
    assert ("green", "3 breaks let pass") == published("l3", "d2", result_of(3))
    assert ("green", "3 breaks let pass") == published("l4", "d2")
    assert ("green", "1 break let pass") == published("l5", "d2", result_of(1))
    assert ("green", "") == published("l6", "d1")
