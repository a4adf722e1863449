"""Documents of a simulated Fortnox, by the pipeline of a pull: what comes, goes, fails, waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from blocks.hub import Connection, Method, Tenant
from blocks.lake.landed import LandedFileGone, LandedFileSpoiled
from blocks.systems.fortnox import documents
from blocks.systems.fortnox.connect import fortnox_session
from blocks.systems.ports import MissingFile, Refusal
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.pull_tenant import pull_tenant
from flows.runs.pull_year import PullOptions
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import ALL_SCOPES, LEDGER_SCOPES, FortnoxSimulator, SimulatedTenant
from tasks.document_year import DocumentLimits
from tasks.documents import AT_ONCE
from tasks.ledger_sources import year_sources
from tasks.opened_documents import (
    NoSuchDocument,
    count_documents,
    documents_of_voucher,
    documents_of_year,
    open_document,
)
from tests import quick_fortnox
from tests.homes import opened_new

NUMBER, TENANT = 503072, "acme"
COMPANY = Company(seed=7, years=calendar_years(2024, 2025), vouchers_per_year=100)
YEAR = FiscalYear.parse("2025")
"""Both sides count their 25 calls in this window."""

ARCHIVE = "/3/archive"
ON_VOUCHERS = "/3/voucherfileconnections"
ON_INVOICES = "/3/supplierinvoicefileconnections"
INVOICES = "/3/supplierinvoices"


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
        hub = stores.hub
        hub.tenants.add(Tenant(TENANT, "Test AB"))
        hub.years.define(TENANT, YEAR)
        hub.connections.save(
            Connection(TENANT, "fortnox", Method.CLIENT_CREDENTIALS, source_tenant_id=str(NUMBER))
        )
        yield stores


def pull(stores, watch=lambda _step: None, **limits):
    """Pull the open years; return the name and message of the end."""
    limited = DocumentLimits(**limits)
    steps = LocalSteps(LoadResult(TENANT), watch, document_limits=limited)
    ending = asyncio.run(pull_tenant(stores, TENANT, PullOptions(), steps=steps, wait_limit_s=5))
    return ending.outcome.state_name, ending.message


def published(stores):
    """Give what is published of documents: (id, kind, series, number) to the row."""
    with stores.warehouse.read(TENANT) as db:
        rows = db.execute("from document where fiscal_year = ?", [YEAR.key])
        names = [column[0] for column in rows.description]
        found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    key = ("document_id", "document_kind")
    return {(*(row[name] for name in key), *row["connected_key"].split(":")): row for row in found}


def listed(there, place=1):
    """Give the same from the simulator, without asking it by HTTP."""
    from simulators.fortnox.resources import files, invoices  # noqa: PLC0415 - its inside

    edition = there.edition
    on_vouchers = {
        (file.id, "voucher", series, str(number))
        for series, number, file in files._connected(edition, place)
    }
    on_invoices = {
        (files._of_invoice(edition, made).id, "supplier_invoice", "L", str(made.voucher_number))
        for made in invoices.supplier_invoices_of(edition)
        if made.place == place and made.given_number % files.FILE_EVERY == 0
    }
    return on_vouchers | {row for row in on_invoices if row[0] not in edition.detached}


def known(stores):
    return stores.hub.documents.find(TENANT, YEAR)


def document_calls(simulator):
    paths = (ON_VOUCHERS, ON_INVOICES, INVOICES, ARCHIVE)
    return sum(call.path in paths[:3] or call.path.startswith(ARCHIVE) for call in simulator.calls)


@pytest.mark.requirement("R-SEN-30a")
def test_every_file_of_the_year_is_on_its_voucher_with_the_bytes_that_came(stores, there):
    end = pull(stores)
    found = published(stores)

    assert "Published" == end[0]
    assert f"Documents: {known(stores).document_count} new, 0 known, 0 removed" in end[1]
    assert listed(there) == found.keys()
    assert {"voucher", "supplier_invoice"} == {kind for _, kind, _, _ in found}
    for (id_, _, series, number), row in found.items():
        landed = stores.lake.find(TENANT, "fortnox-documents", row["sha256"])
        content = stores.lake.read(landed)
        assert f"{series}:{number}" == row["voucher_key"]
        assert id_.encode() in content
        assert landed.address == row["lake_address"]
        assert len(content) == row["size_bytes"]
    assert {"application/pdf", "image/png"} == {row["media_type"] for row in found.values()}
    assert not any("åäö" in path.name for path in stores.lake.root.rglob("*"))


def test_bar_at_the_prompt_shows_per_cent_of_the_documents_that_are_fetched(stores):
    """They take a quarter of an hour where there are thousands."""
    shown = []

    pull(stores, shown.append, batch_files=3)

    told = [step for step in shown if step.startswith("fetching documents ")]
    percents = [int(step.split()[2]) for step in told]
    assert known(stores).document_count == len(percents)
    assert sorted(percents) == percents
    assert "fetching documents 100 % of" == told[-1]


@pytest.mark.requirement("R-SEN-10")
def test_document_of_a_number_that_two_years_have_is_the_years_own(stores, there):
    stores.hub.years.define(TENANT, FiscalYear.parse("2024"))
    hung = {
        "2024": there.attach(("B", 2), content=b"%PDF-of-2024", year=0),
        "2025": there.attach(("B", 2), content=b"%PDF-of-2025", year=1),
    }

    pull(stores)

    for year, expected in hung.items():
        asked = FiscalYear.parse(year)
        (found,) = [
            item
            for item in documents_of_voucher(stores, TENANT, asked, "B:2")
            if item.document_id in hung.values()
        ]
        opened = open_document(stores, TENANT, asked, found.document_id)
        assert (expected, f"%PDF-of-{year}".encode()) == (
            opened.document.document_id,
            b"".join(opened.pieces),
        )
        assert str(len(f"%PDF-of-{year}")) == opened.headers["Content-Length"]
        assert "kvitto.pdf" in opened.headers["Content-Disposition"]
    with pytest.raises(NoSuchDocument):
        open_document(stores, TENANT, FiscalYear.parse("2024"), hung["2025"])
    total = count_documents(stores, TENANT, YEAR).documents
    pages = [documents_of_year(stores, TENANT, YEAR, first=at, limit=4) for at in range(0, 40, 4)]
    assert total == len({item.document_id for page in pages for item in page})
    assert [4, 4] == [len(page) for page in pages[:2]]


def test_bytes_that_the_disk_spoiled_are_never_sent_whole(stores):
    pull(stores)
    first, second = documents_of_year(stores, TENANT, YEAR, limit=2)
    place = stores.lake.place_of(first.lake_address)
    place.write_bytes(stores.lake.place_of(second.lake_address).read_bytes())

    with pytest.raises(LandedFileSpoiled):
        b"".join(open_document(stores, TENANT, YEAR, first.document_id).pieces)
    place.unlink()
    with pytest.raises(LandedFileGone):
        open_document(stores, TENANT, YEAR, first.document_id)


def test_one_file_on_two_vouchers_is_fetched_once_and_on_both(stores, simulator):
    pull(stores)
    ids = [id_ for id_, kind, *_ in published(stores) if kind == "voucher"]
    twice = {id_ for id_ in ids if ids.count(id_) == 2}

    assert 1 == len(twice)
    assert 1 == simulator.count(NUMBER, f"{ARCHIVE}/{twice.pop()}")


def test_file_that_is_not_found_by_its_id_is_found_by_fileid(stores, simulator):
    pull(stores)

    asked = [call for call in simulator.calls if call.path.startswith(ARCHIVE)]
    hidden = [call for call in asked if call.status == 404]

    assert 1 == len(hidden)
    (by_id,) = [call.query for call in asked if call.path == ARCHIVE]
    assert f"fileid={hidden[0].path.rpartition('/')[2]}" == by_id
    assert "" == known(stores).reason


@pytest.mark.requirement("R-SEN-36a")
def test_a_quiet_night_fetches_no_file_and_writes_nothing(stores, simulator):
    pull(stores)
    file = stores.warehouse.root / f"{TENANT}.duckdb"
    before, asked = file.stat().st_mtime_ns, document_calls(simulator)
    rows = published(stores)

    end = pull(stores)

    assert ("Unchanged", rows) == (end[0], published(stores))
    assert "Documents: 0 new" in end[1]
    assert before == file.stat().st_mtime_ns
    # One page each: files on vouchers, files on supplier invoices, supplier invoices.
    assert 3 == document_calls(simulator) - asked


def test_a_file_taken_off_disappears_from_the_table_and_stays_in_the_lake(stores, there):
    pull(stores)
    gone = next(row for (_, kind, *_), row in published(stores).items() if kind == "voucher")
    there.detach(gone["document_id"])

    end = pull(stores)

    assert "1 removed" in end[1]
    assert listed(there) == published(stores).keys()
    assert (stores.lake.root / gone["lake_address"]).exists()


def test_a_file_that_the_lake_lost_is_fetched_again(stores, simulator):
    pull(stores)
    row = next(iter(published(stores).values()))
    (stores.lake.root / row["lake_address"]).unlink()
    simulator.world.calls.clear()

    pull(stores)

    assert 1 == simulator.count(NUMBER, f"{ARCHIVE}/{row['document_id']}")
    assert (stores.lake.root / row["lake_address"]).exists()


def test_a_document_on_a_voucher_that_the_ledger_lacks_is_kept_and_counted(stores, there):
    id_ = there.attach(("Z", 9_999), "../../avtal.pdf")

    end = pull(stores)

    row = published(stores)[(id_, "voucher", "Z", "9999")]
    assert (None, "avtal.pdf") == (row["voucher_key"], row["file_name"])
    assert "1 without voucher" in end[1]
    assert 1 == known(stores).without_voucher


FAULTS = {
    "429": {"name": "status", "status": 429},
    "500": {"name": "status", "status": 500},
    "503": {"name": "status", "status": 503, "body": "html"},
    "cut": {"name": "cut_body", "share": 0.3},
    "cut unannounced": {"name": "cut_body", "share": 0.3, "declared": False},
    "lost": {"name": "lose_answer"},
    "expired": {"name": "expire_token"},
}
# Lists of other things have met all of them in test_fortnox_client.py.
MET = [(ARCHIVE, fault) for fault in FAULTS]
MET += [(path, fault) for path in (ON_VOUCHERS, ON_INVOICES, INVOICES) for fault in ("500", "cut")]


@pytest.mark.share(3)
@pytest.mark.requirement("R-SEN-P1b")
@pytest.mark.parametrize(("path", "fault"), MET)
def test_trouble_that_passes_costs_no_document(stores, simulator, there, path, fault):
    simulator.faults.add(**FAULTS[fault], tenant=NUMBER, path=path)

    end = pull(stores)

    assert [] == simulator.faults.waiting()
    assert ("Published", listed(there), "") == (
        end[0],
        published(stores).keys(),
        known(stores).reason,
    )


@pytest.mark.requirement("R-SEN-36b", "R-SEN-36d")
@pytest.mark.parametrize("how", ["not there", "too large", "a web page", "empty"])
def test_one_file_that_fails_is_named_stops_no_other_and_is_tried_again(
    stores, there, how, monkeypatch
):
    monkeypatch.setattr(documents, "MAX_FILE_BYTES", 2_000)
    content = {
        "not there": None,
        "too large": b"%PDF-" + b"x" * 2_000,
        "a web page": b"<!DOCTYPE html><html>sorry</html>",
        "empty": b"",
    }[how]
    bad = there.attach(("A", 1), content=content)

    first, again = pull(stores), pull(stores)

    assert (["Published", "Unchanged"], "1 file failed") == (
        [end[0] for end in (first, again)],
        known(stores).reason[:13],
    )
    assert "1 file failed and is tried again" in first[1]
    assert {row for row in listed(there) if row[0] != bad} == published(stores).keys()
    book = COMPANY.book().totals
    record = stores.warehouse.load_record(TENANT, YEAR)
    assert (book.vouchers, book.booked_rows) == (record.voucher_count, record.posting_count)


@pytest.mark.parametrize("size_bytes", [2_000, 2_001])
def test_a_file_is_taken_up_to_its_limit(stores, there, monkeypatch, size_bytes):
    monkeypatch.setattr(documents, "MAX_FILE_BYTES", 2_000)
    id_ = there.attach(("A", 1), content=b"%PDF-".ljust(size_bytes))

    pull(stores)

    assert (size_bytes == 2_000) == ((id_, "voucher", "A", "1") in published(stores))


def test_a_run_gives_up_on_the_rest_when_fortnox_fails_again_and_again(stores, simulator, there):
    simulator.faults.add("status", tenant=NUMBER, path=ARCHIVE, times=None, status=503)

    asked = pull(stores, troubles=2)

    # Those under way when the limit was reached fail as well.
    tried = {call.path for call in simulator.calls if call.path.startswith(ARCHIVE)}
    assert len(tried) <= 2 + AT_ONCE
    assert "files failed and are tried again" in asked[1]
    assert "wait for the next run" in asked[1]

    simulator.faults.clear()
    pull(stores)
    assert listed(there) == published(stores).keys()


def test_files_that_are_lost_for_good_never_keep_the_others_waiting(stores, there):
    lost = {there.attach(("A", number), content=None) for number in range(5)}

    pull(stores, troubles=2)

    assert "5 files failed and are tried again" == known(stores).reason
    assert {row for row in listed(there) if row[0] not in lost} == published(stores).keys()


def test_files_beyond_the_limit_of_a_run_wait_for_the_next(stores, there):
    total = len({id_ for id_, *_ in listed(there)})
    counts = []
    while (total - 5 * len(counts)) > 0:
        outcome, _ = pull(stores, files=5, batch_files=2)
        counts.append((outcome, known(stores).document_count, known(stores).reason))

    assert [min(5 * turn, total) for turn in range(1, len(counts) + 1)] == [
        count for _, count, _ in counts
    ]
    assert f"{total - 5:,} files wait for the next run" == counts[0][2]
    assert ("Unchanged", "") == (counts[-1][0], counts[-1][2])
    assert listed(there) == published(stores).keys()


@pytest.mark.parametrize("scopes", ["", " ".join(LEDGER_SCOPES)], ids=["nobody knows", "known"])
def test_without_the_right_the_ledger_comes_and_the_run_says_plainly_what_does_not(
    stores, simulator, scopes
):
    consented = Connection(TENANT, "fortnox", Method.CLIENT_CREDENTIALS, str(NUMBER), scopes=scopes)
    stores.hub.connections.save(consented)
    stores.hub.years.define(TENANT, FiscalYear.parse("2024"))
    consents = simulator.world.tokens.consents
    consents[NUMBER] = replace(consents[NUMBER], scopes=LEDGER_SCOPES)

    end = pull(stores)

    assert "Published" == end[0]
    assert "Documents not fetched: the connection has no right to them" in end[1]
    assert f"(`tasma connect fortnox {TENANT} --documents`)" in end[1]
    assert "(`tasma connect fortnox acme --documents`)" in end[1]
    assert "--documents" in end[1]
    assert (None, True) == (known(stores).fetched_at, "no right" in known(stores).reason)
    assert "connected" == stores.hub.connections.get(TENANT, "fortnox").status
    assert (1 if not scopes else 0) == document_calls(simulator)
    assert ["sync", "sync"] == [item.action for item in year_sources(stores.hub, TENANT)]


def test_without_arkivplats_what_was_fetched_before_stays(stores, there):
    pull(stores)
    before, fetched_at = published(stores), known(stores).fetched_at
    there.switch("archive_missing")

    end = pull(stores)

    assert ("Unchanged", before) == (end[0], published(stores))
    assert "no licence for them (Arkivplats" in end[1]
    assert fetched_at == known(stores).fetched_at


def test_without_the_right_to_supplier_invoices_those_of_vouchers_come(stores, there):
    scopes = " ".join((*LEDGER_SCOPES, "connectfile", "archive"))
    stores.hub.connections.save(
        Connection(TENANT, "fortnox", Method.CLIENT_CREDENTIALS, str(NUMBER), scopes=scopes)
    )

    end = pull(stores)

    assert "Published" == end[0]
    assert "Documents: of supplier invoices not fetched: the connection has no right" in end[1]
    assert {row for row in listed(there) if row[1] == "voucher"} == published(stores).keys()


def test_a_right_that_ends_between_list_and_file_is_told_and_is_no_failure(
    stores, simulator, there
):
    simulator.faults.add("scope_missing", tenant=NUMBER, path=ARCHIVE, times=None)

    end = pull(stores)

    assert "Published" == end[0]
    assert "not fetched: the connection has no right" in known(stores).reason
    assert (None, {}) == (known(stores).fetched_at, published(stores))


def test_lists_that_cannot_be_read_fail_the_run_and_keep_the_ledger(stores, simulator, there):
    simulator.faults.add("status", tenant=NUMBER, path=ON_VOUCHERS, times=None, status=500)

    failed = pull(stores)
    record = stores.warehouse.load_record(TENANT, YEAR)
    simulator.faults.clear()
    mended = pull(stores)

    assert "Failed" == failed[0]
    assert "Published: First load" in failed[1]
    assert "Documents failed: " in failed[1]
    assert record.voucher_count > 0
    assert ("Unchanged", listed(there)) == (mended[0], published(stores).keys())


def test_consent_that_is_gone_while_files_come_fails_the_run(stores, simulator):
    simulator.faults.add("revoke_consent", tenant=NUMBER, path=ARCHIVE, after=2)

    end = pull(stores)

    assert "Failed" == end[0]
    assert "administrator" in end[1]
    assert stores.warehouse.load_record(TENANT, YEAR) is not None


def test_files_at_once_use_the_allowed_rate_and_never_break_it(stores, simulator, there):
    for number in range(60):
        there.attach(("A", number), content=b"%PDF-" + str(number).encode())

    pull(stores)

    assert [] == [call for call in simulator.calls if call.status == 429]
    assert listed(there) == published(stores).keys()


def test_vat_codes_are_those_of_the_accounts_that_have_one(stores, simulator):
    pull(stores)
    asked = simulator.count(NUMBER, "/3/accounts")

    codes = stores.warehouse.read_side_table(TENANT, "account_vat_code", year=YEAR).to_pylist()

    assert {"2611": "U1", "2641": "I", "3001": "MP1"}.items() <= {
        row["account_number"]: row["vat_code"] for row in codes
    }.items()
    assert "1930" not in {row["account_number"] for row in codes}
    # Before and after the SIE file, and not once more for the codes.
    assert 2 == asked


def test_too_large_a_file_is_refused_and_not_asked_for_again(stores, simulator, there, monkeypatch):
    monkeypatch.setattr(documents, "MAX_FILE_BYTES", 10)
    id_ = there.attach(("A", 1), content=b"%PDF-".ljust(11))

    async def asked():
        async with fortnox_session(stores.hub, TENANT) as fortnox:
            return await fortnox.documents.content(id_)

    assert MissingFile("body_too_large", Refusal.FILE) == asyncio.run(asked())
    assert 1 == simulator.count(NUMBER, ARCHIVE)
