"""Documents of customer invoices in a simulated Fortnox: what comes, and what never happens."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from blocks.hub import Connection, Method, Tenant
from blocks.systems.fortnox import customer_invoices
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import ALL_SCOPES, FortnoxSimulator, SimulatedTenant
from tasks.document_year import DocumentLimits
from tests import quick_fortnox
from tests.homes import opened_new

NUMBER, TENANT = 503072, "acme"
COMPANY = Company(seed=7, years=calendar_years(2024, 2025), vouchers_per_year=60)
YEAR = FiscalYear.parse("2025")
PREVIEW, PRINT, ATTACHMENTS = "/preview", "/print", "/api/fileattachments/attachments-v1"
GRANTED = " ".join(ALL_SCOPES)


@pytest.fixture
def simulator(monkeypatch):
    made = SimulatedTenant(NUMBER, COMPANY, year_ids=(5, 4), consented=ALL_SCOPES)
    quick_fortnox.shorten_waits(monkeypatch)
    with FortnoxSimulator([made], rate_window_s=quick_fortnox.PERIOD_S) as simulator:
        quick_fortnox.lead_to(simulator, monkeypatch)
        yield simulator


@pytest.fixture
def there(simulator):
    return simulator.tenant(NUMBER)


@pytest.fixture
def stores(tmp_path, simulator, empty_hub):
    with opened_new(tmp_path, empty_hub) as stores:
        stores.hub.tenants.add(Tenant(TENANT, "Test AB"))
        stores.hub.years.define(TENANT, YEAR)
        connect(stores, GRANTED)
        yield stores


def connect(stores, scopes):
    connection = Connection(
        TENANT,
        "fortnox",
        Method.CLIENT_CREDENTIALS,
        source_tenant_id=str(NUMBER),
        scopes=scopes,
    )
    stores.hub.connections.save(connection)


def pull(stores, **limits):
    limited = DocumentLimits(**limits)
    steps = LocalSteps(LoadResult(TENANT), lambda _step: None, document_limits=limited)
    ending = asyncio.run(pull_tenant(stores, TENANT, PullOptions(), steps=steps, wait_limit_s=5))
    return ending.outcome.state_name, ending.message


def published(stores):
    """Give what is published: (kind, id) to the row."""
    with stores.warehouse.read(TENANT) as db:
        rows = db.execute(
            "select d.*, c.revision from document d join connected_file c"
            " using (fiscal_year, document_id, document_kind) where fiscal_year = ?",
            [YEAR.key],
        )
        names = [column[0] for column in rows.description]
        found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return {(row["document_kind"], row["document_id"]): row for row in found}


def of_kind(stores, kind):
    return {id_: row for (of, id_), row in published(stores).items() if of == kind}


def invoices(there):
    """Give the invoices of the year from the simulator, without asking it by HTTP."""
    from simulators.fortnox.resources.invoices import invoices_of  # noqa: PLC0415 - its inside

    return [item for item in invoices_of(there.edition) if item.place == 1]


def calls(simulator):
    """Count the calls by what they are about."""
    kinds = {PREVIEW: "previews", PRINT: "prints", ATTACHMENTS: "attachments"}
    found = (
        kind for call in simulator.calls for end, kind in kinds.items() if call.path.endswith(end)
    )
    return Counter(found)


@pytest.mark.requirement("R-SEN-8a", "R-SEN-8d")
def test_documents_of_three_modules_are_on_their_vouchers_and_nothing_is_marked_as_sent(
    stores, simulator, there
):
    pull(stores)
    kinds = {kind for kind, _ in published(stores)}
    asked = {call.path.split("/")[2] for call in simulator.calls if call.path.startswith("/3/")}
    pictures, files = of_kind(stores, "customer_invoice"), of_kind(stores, "customer_invoice_file")
    expected = {
        f"customer_invoice:{item.given_number}": (f"B:{item.voucher_number}", "application/pdf")
        for item in invoices(there)
    }

    assert {"voucher", "supplier_invoice", "customer_invoice", "customer_invoice_file"} == kinds
    assert not {"inbox", "orders", "offers", "assetfileconnections", "salary"} & asked
    assert expected == {
        id_: (row["connected_key"], row["media_type"]) for id_, row in pictures.items()
    }
    assert all(row["voucher_key"] for row in (*pictures.values(), *files.values()))
    of_files = {f"B:{i.voucher_number}" for i in invoices(there) if i.given_number % 10 == 0}
    assert of_files == {row["connected_key"] for row in files.values()}
    for id_, row in pictures.items():
        content = stores.lake.read(stores.lake.find(TENANT, "fortnox-documents", row["sha256"]))
        assert f"Faktura {id_.partition(':')[2]} ".encode() in content
    assert (0, len(pictures)) == (calls(simulator)["prints"], calls(simulator)["previews"])
    assert frozenset() == there.edition.sent


@pytest.mark.requirement("R-SEN-8b")
def test_the_modules_that_documents_come_from_are_a_setting(stores, monkeypatch):
    monkeypatch.setenv("TASMA_FORTNOX_DOCUMENT_MODULES", "invoicing, bookkeeping")
    pull(stores)
    found = {kind for kind, _ in published(stores)}
    monkeypatch.setenv("TASMA_FORTNOX_DOCUMENT_MODULES", "bookkeeping,salary")
    refused = pull(stores)

    assert {"voucher", "customer_invoice", "customer_invoice_file"} == found
    assert "names salary; documents come from bookkeeping, suppliers, invoicing" in refused[1]


@pytest.mark.requirement("R-SEN-8c")
def test_customer_invoices_are_left_alone_unless_somebody_is_known_to_have_granted_them(
    stores, simulator
):
    connect(stores, "")
    end = pull(stores)

    assert ("Published", Counter()) == (end[0], calls(simulator))
    assert 0 == simulator.count(NUMBER, "/3/invoices")
    assert {"voucher", "supplier_invoice"} == {kind for kind, _ in published(stores)}
    assert "not fetched" not in end[1]


@pytest.mark.requirement("R-SEN-8e")
def test_picture_is_fetched_once_and_again_only_when_the_row_changed(stores, simulator, there):
    """The same invoice never makes the same bytes twice, so a hash of them would tell nothing."""
    pull(stores)
    total, before = len(invoices(there)), of_kind(stores, "customer_invoice")
    first = calls(simulator)
    simulator.world.calls.clear()
    quiet = pull(stores)
    of_quiet = calls(simulator)
    number = invoices(there)[3].given_number
    there.postpone(number)
    pull(stores)
    after, spent = of_kind(stores, "customer_invoice"), calls(simulator)
    changed = {id_ for id_ in before if before[id_] != after[id_]}
    path = f"/3/invoices/{number}/preview"
    there.postpone(number)
    simulator.faults.add("html_instead", tenant=NUMBER, path=path, times=None)
    pull(stores)

    assert Counter(previews=total, attachments=total) == first
    assert ("Unchanged", Counter()) == (quiet[0], of_quiet)
    assert Counter(previews=1, attachments=1) == spent
    assert before.keys() == after.keys()
    assert {f"customer_invoice:{number}"} == changed
    assert after == of_kind(stores, "customer_invoice"), "one that fails leaves that of before"


@pytest.mark.requirement("R-SEN-8f")
def test_a_run_asks_about_so_many_invoices_and_the_next_goes_on(
    stores, simulator, there, monkeypatch
):
    monkeypatch.setattr(customer_invoices, "MAX_ASKED", 7)
    total, counts, waits = len(invoices(there)), [], []
    while len(counts) < -(-total // 7):
        pull(stores)
        counts.append(len(of_kind(stores, "customer_invoice")))
        waits.append(stores.hub.documents.find(TENANT, YEAR).reason)

    assert [min(7 * turn, total) for turn in range(1, len(counts) + 1)] == counts
    assert f"{total - 7:,} files wait for the next run" == waits[0]
    assert not waits[-1]
    assert Counter(previews=total, attachments=total) == calls(simulator)


@pytest.mark.requirement("R-SEN-9a", "R-SEN-9b")
def test_invoice_that_no_voucher_books_is_not_stored_and_is_counted(stores, simulator, there):
    number = invoices(there)[0].given_number
    there.unbook(number)
    found = []

    class Steps(LocalSteps):
        async def documents(self, job, books, source_year):
            found.append(await super().documents(job, books, source_year))
            return found[-1]

    steps = Steps(LoadResult(TENANT), lambda _step: None)
    asyncio.run(pull_tenant(stores, TENANT, PullOptions(), steps=steps, wait_limit_s=5))

    assert f"customer_invoice:{number}" not in of_kind(stores, "customer_invoice")
    assert len(invoices(there)) - 1 == len(of_kind(stores, "customer_invoice"))
    assert [1] == [item.unplaced for item in found]
    assert 0 == simulator.count(NUMBER, f"/3/invoices/{number}")


def test_invoice_that_cannot_be_asked_about_stops_no_other_and_waits(stores, simulator, there):
    simulator.faults.add("status", tenant=NUMBER, path=ATTACHMENTS, status=404, times=1)
    pull(stores)
    total = len(invoices(there))

    assert total - 1 == len(of_kind(stores, "customer_invoice"))
    assert "1 file waits for the next run" == stores.hub.documents.find(TENANT, YEAR).reason
    pull(stores)
    assert total == len(of_kind(stores, "customer_invoice"))


def test_right_that_was_taken_away_leaves_what_was_fetched(stores, simulator):
    pull(stores)
    before = published(stores)
    simulator.faults.add("scope_missing", tenant=NUMBER, path="/3/invoices", times=None)
    end = pull(stores)

    assert before == published(stores)
    assert "of customer invoices not fetched" in end[1]
