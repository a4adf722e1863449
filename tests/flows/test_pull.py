"""Pulling ledgers from a simulated Fortnox: which years, what holds, what stays."""

from __future__ import annotations

import datetime as dt

import pytest

from flows.approve_first_transfer import approve_first_transfer
from flows.check_connection import check_connection
from flows.import_file import import_file
from flows.pull import pull
from flows.sources import year_sources
from ledger.fiscal_year import FiscalYear

NIGHT = dt.date(2026, 11, 22)


def balances(stores, tenant, year="2025"):
    """The closing balances of a year, as the view of what is published has them."""
    query = (
        "select account_number, arg_max(closing, period) as balance from trial_balance "
        "where fiscal_year = ? group by account_number having balance <> 0"
    )
    with stores.warehouse.read(tenant) as db:
        return dict(db.execute(query, [FiscalYear.parse(year).key]).fetchall())


def units(desk, tenant):
    with desk.stores() as stores:
        return {item.fiscal_year[:4]: item for item in stores.hub.units.of_tenant(tenant)}


def documents(desk, tenant):
    """Series, number and key of the vouchers of the documents that a test hung somewhere.

    The books bring three more, all on L 10.
    """
    query = "select voucher_series, voucher_number, voucher_key from document order by all"
    with desk.stores() as stores, stores.warehouse.read(tenant) as db:
        return [row for row in db.execute(query).fetchall() if row[1] != "10"]


def actions(desk, tenant):
    with desk.stores() as stores:
        return {
            item.year.key[:4]: (item.source, item.action)
            for item in year_sources(stores.hub, tenant)
        }


def names(found):
    return {year: str(unit.status) for year, unit in found.items()}


@pytest.mark.requirement("R-SEN-13a")
def test_a_broken_year_is_found_by_its_dates_and_one_that_is_not_there_creates_nothing(
    desk, connect
):
    ledger = connect(broken_year=True)
    there = ledger.company.years[0]
    key = f"{there.start_date}_{there.end_date}"

    wrong = desk.do(pull, tenant=ledger.tenant, years=("2023",))
    undefined = desk.do(pull, tenant=ledger.tenant, years=(key,))
    nothing = units(desk, ledger.tenant), actions(desk, ledger.tenant)
    right = desk.do(pull, tenant=ledger.tenant, years=(key,), undefined="define")

    assert ("Failed", "Failed", ({}, {})) == (wrong.name, undefined.name, nothing)
    assert f"has no fiscal year {key} here" in undefined.message
    assert "the source has no fiscal year 2023-01-01_2023-12-31" in wrong.message
    assert key in wrong.message.partition("those it has: ")[2]
    assert ("Published", [key]) == (
        right.name,
        [unit.fiscal_year for unit in units(desk, ledger.tenant).values()],
    )


def test_a_pull_brings_the_named_years_in_full_and_no_other(desk, connect):
    ledger = connect()

    both = desk.do(pull, tenant=ledger.tenant, years=("2024", "2025"), undefined="define")

    assert "Published" == both.name
    assert {"2024": "published", "2025": "published"} == names(units(desk, ledger.tenant))
    with desk.stores() as stores:
        for place, year in ((1, "2024"), (2, "2025")):
            assert ledger.company.trial_balance(place) == balances(stores, ledger.tenant, year)


@pytest.mark.requirement("R-FIN-10a", "R-FIN-10c")
def test_a_night_before_the_first_transfer_is_approved_writes_nothing(desk, connect):
    ledger = connect(defined=("2025",))

    skipped = desk.do(pull, tenant=ledger.tenant, night=NIGHT)
    early = desk.do(
        approve_first_transfer, tenant=ledger.tenant, approved_by="A. Person", note="all of it"
    )
    calls = desk.fortnox.count(ledger.number)
    first = desk.do(pull, tenant=ledger.tenant)
    approved = desk.do(
        approve_first_transfer, tenant=ledger.tenant, approved_by="A. Person", note="statements"
    )
    night = desk.do(pull, tenant=ledger.tenant, night=NIGHT)

    assert ("Skipped", 0) == (skipped.name, calls)
    assert "First transfer pending" in skipped.message
    assert ("Failed", "Published", "Approved", "Unchanged") == (
        early.name,
        first.name,
        approved.name,
        night.name,
    )


@pytest.mark.requirement("R-FIN-17a", "R-FIN-33b", "R-SEN-33a")
def test_a_changed_and_a_deleted_voucher_are_seen_the_next_night(desk, connect):
    ledger = connect(defined=("2025",), schedule=True)
    desk.do(pull, tenant=ledger.tenant)
    ledger.there.edit(removed=[("B", 2)], changed=[("L", 2)])

    states = [desk.do(pull, tenant=ledger.tenant, night=NIGHT) for _ in range(3)]

    assert ["Published", "Unchanged", "Unchanged"] == [state.name for state in states]
    assert "added: 0, changed: 1, removed: 1" in states[0].message
    with desk.stores() as stores:
        assert ledger.company.trial_balance() == balances(stores, ledger.tenant)


def test_a_voucher_that_fortnox_lists_but_does_not_export_holds_the_year(desk, connect):
    ledger = connect(defined=("2025",))
    desk.do(pull, tenant=ledger.tenant)
    good = ledger.company.trial_balance()
    ledger.there.hide_from_sie(("L", 3))

    held = desk.do(pull, tenant=ledger.tenant)

    assert "Held" == held.name
    assert "source_vouchers (1 break, first:" in held.message
    assert "L:3" in held.message
    with desk.stores() as stores:
        assert good == balances(stores, ledger.tenant)


def test_a_voucher_that_both_nights_hide_is_found_as_soon_as_the_list_has_it(desk, connect):
    ledger = connect(defined=("2025",))
    ledger.there.hide_from_sie(("L", 3), in_balances=False)
    first = desk.do(pull, tenant=ledger.tenant)

    assert "Held" == first.name
    assert {"2025": "held"} == names(units(desk, ledger.tenant))


@pytest.mark.requirement("R-FIN-35a", "R-X-1f")
def test_a_tenant_whose_consent_is_gone_says_who_acts_and_touches_no_other(desk, connect):
    broken, sound = connect(defined=("2025",)), connect(defined=("2025",))
    desk.do(pull, tenant=broken.tenant)
    desk.fortnox.revoke_consent(broken.number)

    refused, fine = (desk.do(pull, tenant=item.tenant) for item in (broken, sound))

    assert ("Failed", "Published") == (refused.name, fine.name)
    assert "administrator" in refused.message
    with desk.stores() as stores:
        assert "reconnect_required" == stores.hub.connections.get(broken.tenant, "fortnox").status
        assert broken.company.trial_balance() == balances(stores, broken.tenant)


@pytest.mark.requirement("R-SEN-34b", "R-SEN-34d", "R-SEN-32a")
def test_an_uploaded_year_is_kept_until_somebody_says_overwrite(desk, connect, tmp_path):
    ledger = connect(defined=("2024", "2025"), schedule=True)
    path = tmp_path / "uploaded.se"
    path.write_bytes(ledger.company.next_night(removed=[("B", 1)]).sie())
    desk.do(import_file, tenant=ledger.tenant, path=str(path))
    uploaded = units(desk, ledger.tenant)["2025"].published_digest

    night = desk.do(pull, tenant=ledger.tenant, night=NIGHT)
    kept = units(desk, ledger.tenant)
    told = desk.do(pull, tenant=ledger.tenant, years=("2025",), uploaded="overwrite")
    replaced = units(desk, ledger.tenant)["2025"]

    assert ("Published", "2025 Kept: its ledger came from an uploaded file" in night.message) == (
        night.name,
        True,
    )
    assert ("sie", uploaded) == (kept["2025"].published_source, kept["2025"].published_digest)
    assert "fortnox" == kept["2024"].published_source
    assert ("Published", "fortnox") == (told.name, replaced.published_source)


@pytest.mark.requirement("R-SEN-26a", "R-SEN-27c")
def test_the_two_latest_years_are_those_that_exist_here(desk, connect):
    ledger, single = connect(defined=("2023", "2024")), connect(defined=("2024",))

    desk.do(pull, tenant=ledger.tenant, which="two latest years")
    desk.do(pull, tenant=single.tenant, which="two latest years")

    assert ["2023", "2024"] == sorted(units(desk, ledger.tenant))
    assert ["2024"] == sorted(units(desk, single.tenant))


def test_the_same_year_by_fortnox_and_by_its_exported_file_is_the_same_ledger(
    desk, connect, tmp_path
):
    by_api, by_file = connect(defined=("2025",), documents=True), connect()
    by_api.there.attach(("B", 1))
    desk.do(pull, tenant=by_api.tenant)
    path = tmp_path / "exported.se"
    with desk.stores() as stores:
        (load,) = stores.hub.loads.of_unit(by_api.tenant, FiscalYear.parse("2025"))
        landed = stores.lake.find(by_api.tenant, "fortnox", load.landed_sha256)
        path.write_bytes(stores.lake.read(landed))

    desk.do(import_file, tenant=by_file.tenant, path=str(path))

    found = [units(desk, item.tenant)["2025"] for item in (by_api, by_file)]
    assert ["fortnox", "sie"] == [unit.published_source for unit in found]
    assert found[0].published_digest == found[1].published_digest
    assert [1, 0] == [len(documents(desk, item.tenant)) for item in (by_api, by_file)]
    with desk.stores() as stores:
        assert balances(stores, by_api.tenant) == balances(stores, by_file.tenant)


@pytest.mark.requirement("R-FIN-32a")
def test_a_pull_at_noon_and_the_night_give_what_the_night_alone_gives(desk, connect):
    noon, night = (connect(defined=("2025",), schedule=True) for _ in range(2))
    desk.do(pull, tenant=noon.tenant)
    noon.there.edit(changed=[("B", 3)])
    night.there.edit(changed=[("B", 3)])

    for ledger in (noon, night):
        desk.do(pull, tenant=ledger.tenant, night=NIGHT)

    with desk.stores() as stores:
        for ledger in (noon, night):
            assert ledger.company.trial_balance() == balances(stores, ledger.tenant)


def test_what_passes_by_itself_is_tried_again_also_before_any_year_has_begun(desk, connect):
    ledger = connect(defined=("2025",))
    desk.fortnox.faults.add("html_instead", tenant=ledger.number, path="/3/financialyears")

    state = desk.do(pull, tenant=ledger.tenant)

    with desk.stores() as stores:
        connection = stores.hub.connections.get(ledger.tenant, "fortnox")
        told = [event.message for event in stores.hub.events.recent(tenant=ledger.tenant)]
    assert ("Published", "connected") == (state.name, connection.status)
    assert 2 == desk.fortnox.count(ledger.number, "/3/financialyears")
    assert not any("unreachable" in message for message in told)


def test_a_dry_run_publishes_nothing(desk, connect):
    ledger = connect(defined=("2025",))

    planned = desk.do(pull, tenant=ledger.tenant, dry_run=True)

    assert ("Planned", {}) == (planned.name, units(desk, ledger.tenant))


@pytest.mark.requirement("R-SEN-6b", "R-SEN-7a")
def test_the_connection_page_shows_the_three_requirements_and_helps_with_the_missing_one(
    desk, connect
):
    ledger = connect()
    ready = desk.do(check_connection, tenant=ledger.tenant)
    ledger.there.switch("licence_missing")
    missing = desk.do(check_connection, tenant=ledger.tenant)
    page = desk.artifact(f"{ledger.tenant}-connection")
    ledger.there.switch("licence_missing", on=False)
    mended = desk.do(check_connection, tenant=ledger.tenant)

    assert ("Ready", "Failed", "Ready") == (ready.name, missing.name, mended.name)
    assert "integration licence: missing" in missing.message
    assert "Does the company have a licence?" in page
    assert 3 == sum(page.count(sign) for sign in ("| ✓", "| ✗", "| ○"))


def test_a_company_without_the_bookkeeping_module_is_told_so(desk, connect):
    ledger = connect()
    ledger.there.switch("module_missing")

    state = desk.do(check_connection, tenant=ledger.tenant)

    assert ("Failed", True) == (state.name, "bookkeeping module: missing" in state.message)


@pytest.mark.requirement("R-FIN-15a")
def test_a_closing_balance_that_fortnox_answers_otherwise_holds_the_year(desk, connect):
    ledger = connect(defined=("2025",))
    agreeing = desk.do(pull, tenant=ledger.tenant, closing_balances=True)
    later = desk.do(pull, tenant=ledger.tenant)
    ledger.there.hide_from_sie(("L", 3), in_balances=False)
    held = desk.do(pull, tenant=ledger.tenant, closing_balances=True)

    assert ("Published", "Unchanged", "Held") == (agreeing.name, later.name, held.name)
    assert "source_closing_balances (" in held.message
    (load, *_) = loads_of(desk, ledger.tenant)
    with desk.stores() as stores:
        passed = {item.control: item.outcome for item in stores.hub.loads.results(load)}
    assert "broken" == passed["source_closing_balances"]


def loads_of(desk, tenant):
    with desk.stores() as stores:
        return [load.load_id for load in stores.hub.loads.of_unit(tenant, FiscalYear.parse("2025"))]


@pytest.fixture
def uploaded(desk, connect, tmp_path):
    """A tenant with the right to documents whose ledger a closing program wrote.

    It lacks voucher B 1, and has all others.
    """
    ledger = connect(defined=("2025",), schedule=True, documents=True)
    path = tmp_path / "closing.se"
    path.write_bytes(ledger.company.next_night(removed=[("B", 1)]).sie())
    desk.do(import_file, tenant=ledger.tenant, path=str(path))
    return ledger


@pytest.mark.requirement("R-SEN-16a", "R-SEN-16b", "R-SEN-30b")
def test_documents_come_to_an_uploaded_year_and_its_ledger_stays_as_it_is(desk, uploaded):
    uploaded.there.attach(("L", 2))
    uploaded.there.attach(("B", 1))
    before = units(desk, uploaded.tenant)["2025"]
    with desk.stores() as stores:
        vouchers, figures = before.voucher_count, balances(stores, uploaded.tenant)

    night = desk.do(pull, tenant=uploaded.tenant, night=NIGHT, uploaded="keep")

    after = units(desk, uploaded.tenant)["2025"]
    assert "Kept" == night.name
    assert "Documents: 5 new, 0 known, 0 removed, 1 without voucher" in night.message
    assert [("B", "1", None), ("L", "2", "L:2")] == documents(desk, uploaded.tenant)
    assert (before.published_digest, "sie") == (after.published_digest, after.published_source)
    with desk.stores() as stores:
        assert figures == balances(stores, uploaded.tenant)
        assert stores.warehouse.verify(uploaded.tenant, after.year).is_intact
    page = desk.artifact(f"{uploaded.tenant}-2025-documents")
    assert f"| Vouchers without a document | {vouchers - 2} |" in page


@pytest.mark.requirement("R-SEN-29a")
def test_documents_alone_turn_the_action_of_an_uploaded_year_to_sync(desk, uploaded):
    uploaded.there.switch("archive_missing")
    desk.do(pull, tenant=uploaded.tenant)
    without = actions(desk, uploaded.tenant)
    uploaded.there.switch("archive_missing", on=False)
    desk.do(pull, tenant=uploaded.tenant)

    assert {"2025": ("uploaded SIE", "fetch")} == without
    assert {"2025": ("uploaded SIE", "sync")} == actions(desk, uploaded.tenant)


@pytest.mark.requirement("R-SEN-31a", "R-SEN-31b", "R-SEN-30a")
def test_documents_come_alone_when_the_ledger_is_declined(desk, connect):
    ledger = connect(defined=("2025",), documents=True)
    ledger.there.attach(("L", 3))

    alone = desk.do(pull, tenant=ledger.tenant, ledger="leave")
    without = units(desk, ledger.tenant)
    whole = desk.do(pull, tenant=ledger.tenant)

    assert ("Kept", {}) == (alone.name, without)
    assert "Documents: 4 new" in alone.message
    assert "Published" == whole.name


@pytest.mark.requirement("R-SEN-30a")
def test_documents_come_though_the_ledger_is_held(desk, connect):
    ledger = connect(defined=("2025",), documents=True)
    ledger.there.hide_from_sie(("L", 3), in_balances=False)
    ledger.there.attach(("L", 3))

    held = desk.do(pull, tenant=ledger.tenant)

    assert "Held" == held.name
    assert "Documents: 4 new, 0 known, 0 removed, 4 without voucher" in held.message
    assert [("L", "3", None)] == documents(desk, ledger.tenant)


def test_documents_that_fail_make_the_run_red_and_take_no_ledger_back(desk, connect):
    ledger = connect(defined=("2025",), documents=True)
    ledger.there.attach(("L", 3))
    desk.fortnox.faults.add(
        "status", tenant=ledger.number, path="/3/voucherfileconnections", status=400
    )

    failed = desk.do(pull, tenant=ledger.tenant)
    published = names(units(desk, ledger.tenant))
    mended = desk.do(pull, tenant=ledger.tenant)

    assert ("Failed", {"2025": "published"}) == (failed.name, published)
    assert "Published: First load" in failed.message
    assert "Documents failed: " in failed.message
    assert "Unchanged" == mended.name
    assert [("L", "3", "L:3")] == documents(desk, ledger.tenant)


@pytest.mark.requirement("R-SEN-36b", "R-SEN-36c")
def test_a_document_that_is_lost_is_named_on_the_page_and_holds_up_no_other(desk, connect):
    ledger = connect(defined=("2025",), documents=True)
    ledger.there.attach(("L", 3))
    lost = ledger.there.attach(("L", 2), content=None)

    state = desk.do(pull, tenant=ledger.tenant)

    assert "Published" == state.name
    assert "1 files failed" in state.message
    assert [("L", "3", "L:3")] == documents(desk, ledger.tenant)
    page = desk.artifact(f"{ledger.tenant}-2025-documents")
    assert f"| L 2 | {lost} | 2000423 |" in page
