"""A Procountor company's ledger: first transfer, nights, and every way in which receipts change."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections import Counter
from decimal import Decimal

import pytest

from blocks.http import CallRefused
from blocks.hub import Tenant
from blocks.lake import ExtractPart
from blocks.systems.ports import KnownYear
from blocks.systems.procountor.sweep import swept_days
from blocks.systems.registry import open_books
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from simulators.procountor import Fault
from simulators.procountor.resources.receipts import add_journal
from tests.harnesses import procountor as harness

BOOKS = Company(41, calendar_years(2024, 2025), 120, country=FINLAND)
YEAR = FiscalYear.parse("2025")
PLACE = 1


@pytest.fixture
def there(monkeypatch):
    with harness.opened(monkeypatch, BOOKS) as there:
        yield there


@pytest.fixture
def acme(house, there):
    return join(house, there)


def join(house, there, years=("2025",)):
    hub = house.stores.hub
    tenant = Tenant("acme", "Acme Oy", there.number, country="FI", currency="EUR")
    hub.tenants.add(tenant)
    for year in years:
        hub.years.define("acme", FiscalYear.parse(year))
    there.connect(hub, "acme")
    return "acme"


def journal(there, day, *rows, name="By hand"):
    """Book an approved journal; rows are account and amount, without VAT."""
    world, company = there.simulator.world, there.company
    made = [
        {"transactionType": "ENTRY", "account": a, "accountingValue": Decimal(v), "vatPercent": 0}
        for a, v in rows
    ]
    with world.changing():
        receipt = add_journal(world, company, {"name": name, "receiptDate": day}, made)
        receipt.status = "APPROVED"
    return receipt.id


def booked(there, place=PLACE):
    return there.generated.trial_balance(place)


def nonzero(balances):
    return {account: amount for account, amount in balances.items() if amount}


def calls(there):
    """Count the calls by what they are, and forget them; those of the sweep are ``sweep``."""
    made = Counter()
    for call in there.simulator.world.calls:
        path = call.path.split("/")[0]
        made["sweep" if path == "ledgerreceipts" and "startDate" in call.query else path] += 1
    there.simulator.world.calls.clear()
    return made


def key_of(there, receipt_id):
    receipt = there.company.receipts[receipt_id]
    return f"invoice:{receipt.invoice_id}" if receipt.invoice_id else f"receipt:{receipt_id}"


@pytest.mark.share(4)
@pytest.mark.parametrize("names", ["{code} {name}", "{name} ({code})", "{code}"])
@pytest.mark.parametrize("rows", ["movement", "balance"])
@pytest.mark.parametrize("vat", ["summarised", "computed"])
def test_first_transfer_equals_the_books_whatever_the_report_means(
    house, monkeypatch, names, rows, vat
):
    one_year = Company(41, calendar_years(2025, 2025), 60, country=FINLAND)
    habits = {"report_names": names, "report_rows": rows, "report_vat": vat}
    with harness.opened(monkeypatch, one_year, **habits) as there:
        acme = join(house, there)

        end, message = house.pull(acme)

        assert "Published" == end, message
        assert booked(there, 0) == nonzero(house.balances(acme))
        assert "agreed" == kind_of(house)


def kind_of(house):
    (load,) = house.stores.hub.loads.of_unit("acme", YEAR)
    return load.source_kind


def test_quiet_night_of_a_company_takes_at_most_twelve_calls(house, there, acme):
    house.pull(acme)
    calls(there)

    end, message = house.pull(acme)

    made = calls(there)
    assert "Unchanged" == end, message
    swept = made.pop("sweep")
    assert sum(made.values()) <= 12, made
    assert 1 == swept


@pytest.mark.requirement("R-FIN-P1")
@pytest.mark.parametrize("number", [1, 30])
def test_receipt_of_any_age_that_changed_is_seen_the_next_night(house, there, acme, number):
    house.pull(acme)
    receipt = there.company.booked[PLACE, "IN", number]
    there.acts.edit_amount(receipt, "5.00", row=0)
    calls(there)

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "added: 0, changed: 1, removed: 0" in message
    made = calls(there)
    assert made["ledgerreceipts"] <= 3, made


def test_receipt_that_was_created_is_seen_the_next_night(house, there, acme):
    house.pull(acme)
    journal(there, "2025-03-03", ("7230", "10.00"), ("1910", "-10.00"))

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "added: 1, changed: 0, removed: 0" in message


def test_receipt_that_was_made_anew_under_another_id_is_the_same_voucher(house, there, acme):
    house.pull(acme)
    old = there.company.booked[PLACE, "PU", 5]
    new = there.acts.remake_receipt(old)

    end, message = house.pull(acme)

    assert new != old
    assert "Unchanged" == end, message


@pytest.mark.requirement("R-FIN-33b")
def test_receipt_that_was_deleted_is_gone_the_next_night(house, there, acme):
    house.pull(acme)
    there.acts.delete_receipt(there.company.booked[PLACE, "PJ", 4])

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "added: 0, changed: 0, removed: 1" in message


def test_receipt_that_was_moved_to_another_month_is_seen_the_next_night(house, there, acme):
    house.pull(acme)
    there.acts.move_receipt(there.company.booked[PLACE, "PJ", 4], "2025-11-05")

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "changed: 1" in message


def test_deletions_that_sum_to_nothing_are_seen_within_seven_nights(house, there, acme):
    one = journal(there, "2025-05-05", ("7230", "10.00"), ("1910", "-10.00"))
    other = journal(there, "2025-05-06", ("7230", "-10.00"), ("1910", "10.00"))
    published = extract(house)
    there.acts.delete_receipt(one)
    there.acts.delete_receipt(other)

    names = [
        {part.name for part in extract(house, published, dt.date(2025, 12, day)).parts}
        for day in range(1, 8)
    ]

    gone = [
        not any(f"{number:015d}" in name for name in found for number in (one, other))
        for found in names
    ]
    assert any(gone)
    assert not all(gone), "no report shows them"


def extract(house, published=None, today=None):
    """Ask the port for the year, beside a published extract."""
    contents = {part.name: part.read() for part in published.parts} if published else {}
    parts = tuple(
        ExtractPart(name=name, sha256=hashlib.sha256(body).hexdigest(), size_bytes=len(body))
        for name, body in contents.items()
    )
    known = KnownYear(bool(published), parts=parts, read=lambda p: contents[p.name], today=today)

    async def work():
        async with open_books(house.stores.hub, "acme", "procountor", wait_limit_s=1) as books:
            years = await books.ledger.fiscal_years()
            return await books.ledger.extract(years[-1], known=known)

    return asyncio.run(work())


def test_receipt_that_is_missing_while_rights_are_fewer_is_a_break_and_removes_nothing(
    house, there, acme
):
    house.pull(acme)
    before = house.balances(acme)
    deleted = there.company.booked[PLACE, "PJ", 4]
    key = key_of(there, deleted)
    there.acts.delete_receipt(deleted)
    lost = {"salaries.payroll": "NO_ACCESS"}
    there.simulator.world.before.append(("ledgerreceipts", lambda: there.acts.set_rights(**lost)))

    end, message = house.pull(acme)
    suspected = results_of(house, "permission_suspected")
    connection = house.stores.hub.connections.get(acme, "procountor")
    there.acts.set_rights(**{"salaries.payroll": "ALL_RIGHTS"})
    there.company.receipts[deleted].is_deleted = False
    again, why = house.pull(acme)

    assert "Held" == end, message
    assert key in {item.voucher_key for item in suspected.breaks}
    assert {"permission_suspected"} == {str(item.kind) for item in suspected.breaks}
    assert "salaries.payroll" in suspected.breaks[0].detail
    assert before == house.balances(acme)
    assert "permission_missing" == str(connection.status)
    assert "salaries.payroll" in connection.reason
    assert "Unchanged" == again, why


@pytest.mark.parametrize(
    "right",
    [
        {"salaries.payroll": "VIEWING_RIGHTS"},
        {"salaries.personalSalariesOnly": True},
        {"user.limitedDimensions": True},
    ],
)
def test_user_who_sees_less_than_the_books_fetches_nothing(house, there, acme, right):
    there.acts.set_rights(**right)

    with pytest.raises(CallRefused) as raised:
        house.pull(acme)

    assert "ledger_right_missing" == raised.value.code
    assert next(iter(right)) in str(raised.value)
    assert not there.simulator.world.matching("ledgerreceipts")


def test_part_of_procountor_that_is_not_in_use_is_no_missing_right(house, there, acme):
    there.acts.set_rights(**{"travelAndExpenses.travelAndExpenseInvoiceSearch": "NOT_ENABLED"})

    assert "Published" == house.pull(acme)[0]


def test_receipt_of_a_state_that_nobody_knows_holds_the_year_and_loses_nothing(house, there, acme):
    house.pull(acme)
    receipt = there.company.receipts[there.company.booked[PLACE, "IN", 3]]
    set_state(there, receipt, "STARTED")
    there.acts.edit_amount(there.company.booked[PLACE, "IN", 8], "1.00")

    held, why = house.pull(acme)
    there.simulator.world.advance(48 * 3600)
    set_state(there, receipt, "PAID")
    end, message = house.pull(acme)

    assert "Held" == held, why
    assert "SALES_INVOICE STARTED" in why
    assert "Published" == end, message
    assert "changed: 1" in message, "the change of the held night is not lost"


def set_state(there, receipt, status):
    # A change in the very second of the month's VAT summary would count as summarised.
    there.simulator.world.advance(60)
    with there.simulator.world.changing():
        receipt.status = status
        there.simulator.world.touch(receipt)


@pytest.mark.parametrize("status", ["UNFINISHED", "INVALIDATED"])
def test_receipt_that_is_not_official_is_no_voucher(house, there, acme, status):
    house.pull(acme)
    set_state(there, there.company.receipts[there.company.booked[PLACE, "IN", 3]], status)

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "removed: 1" in message


def test_difference_that_stays_blocks_once_the_report_has_agreed(house, there, acme, monkeypatch):
    house.pull(acme)
    wrong_report(monkeypatch)
    there.acts.edit_amount(there.company.booked[PLACE, "IN", 8], "1.00")

    end, message = house.pull(acme)

    assert "Held" == end, message
    assert "source_closing_balances" in message


def test_difference_only_warns_before_the_report_has_ever_agreed(house, there, acme, monkeypatch):
    wrong_report(monkeypatch)

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "untried" == kind_of(house)
    results = house.stores.hub.loads.results(house.units(acme)["2025"].load_id)
    (found,) = [item for item in results if item.control == "source_closing_balances"]
    assert ("broken", "warns", 1) == (found.outcome, found.severity, found.break_count)


def wrong_report(monkeypatch):
    from simulators.procountor.resources import reports  # noqa: PLC0415

    totals = reports._totals

    def wrong(*arguments, **options):
        found = totals(*arguments, **options)
        found["1910"] += Decimal("0.01")
        return found

    monkeypatch.setattr(reports, "_totals", wrong)


def results_of(house, control):
    results = house.stores.hub.loads.results(house.units("acme")["2025"].load_id)
    (found,) = [item for item in results if item.control == control]
    return found


def test_month_without_a_vat_summary_is_not_judged_and_one_with_it_is(house, monkeypatch):
    """C22: before the summary a ledger mirror cannot sum to zero."""
    one_year = Company(41, calendar_years(2025, 2025), 240, country=FINLAND)
    with harness.opened(monkeypatch, one_year, summarised=False) as there:
        acme = join(house, there)
        end, message = house.pull(acme)
        unproven, unproven_vat = results_of(house, "month_balance"), results_of(house, "month_vat")
        for month in range(1, 13):
            there.acts.summarise_vat(f"2025-{month:02d}")
        later, _ = house.pull(acme)

        assert "Published" == end, message
        assert "not_applicable" == unproven.outcome
        assert "not_applicable" == results_of(house, "voucher_balance").outcome
        assert "not_applicable" == unproven_vat.outcome
        assert ("Published", "passed") == (later, results_of(house, "month_balance").outcome)
        assert "passed" == results_of(house, "month_vat").outcome


def test_month_that_does_not_sum_to_zero_after_its_summary_is_held(house, there, acme, monkeypatch):
    monkeypatch.setattr("blocks.systems.procountor.comparing.ask_report", no_report)
    receipt = there.company.receipts[there.company.booked[PLACE, "PJ", 4]]
    receipt.rows.pop()

    end, message = house.pull(acme)

    assert "Held" == end, message
    assert "month_balance (1 break" in message


async def no_report(*_arguments):
    raise CallRefused("no such report", status=404)


def test_summary_that_is_older_than_its_month_warns_and_proves_nothing(house, there, acme):
    house.pull(acme)
    there.acts.edit_posting(there.company.booked[PLACE, "PU", 3], account="7230")

    end, message = house.pull(acme)

    assert "Published" == end, message
    outdated, sums = results_of(house, "summary_outdated"), results_of(house, "month_balance")
    (found,) = outdated.breaks
    assert ("broken", "warns", "timing") == (outdated.outcome, outdated.severity, found.kind)
    month = f"{there.company.receipts[there.company.booked[PLACE, 'PU', 3]].date:%Y-%m}"
    assert month == found.period
    assert ("passed", "passed") == (sums.outcome, results_of(house, "month_vat").outcome)


def test_two_receipts_of_one_invoice_that_are_both_there_are_both_kept(house, there, acme):
    house.pull(acme)
    old = there.company.receipts[there.company.booked[PLACE, "PU", 5]]
    new = there.acts.remake_receipt(old.id)
    there.company.receipts[old.id] = old

    end, message = house.pull(acme)

    assert "Published" == end, message
    keys = house.stores.warehouse.published(acme, "voucher", year=YEAR)["voucher_key"].to_pylist()
    assert {key_of(there, new), f"{key_of(there, new)}#2"} <= set(keys)


def test_second_summary_of_a_month_counts_alone(house, there, acme):
    house.pull(acme)
    there.acts.summarise_vat("2025-04", keeps_old=True)

    end, message = house.pull(acme)

    assert "Unchanged" != end
    assert booked(there) == nonzero(house.balances(acme)), message


def test_year_without_a_receipt_of_opening_accounts_opens_with_what_ours_closed_with(
    house, monkeypatch
):
    with harness.opened(monkeypatch, BOOKS, openings="first") as there:
        acme = join(house, there, years=("2024", "2025"))

        end, message = house.pull(acme)
        again, why = house.pull(acme, years=("2025",))

        assert {"Published"} <= {end, again}, (message, why)
        opening = house.stores.warehouse.published(acme, "opening_balance", year=YEAR)
        closing = {a: v for a, v in booked(there, 0).items() if a[0] in "12"}
        found = zip(
            opening["account_number"].to_pylist(), opening["amount"].to_pylist(), strict=True
        )
        assert closing == nonzero(dict(found))


@pytest.mark.share(7)
@pytest.mark.parametrize("fault", [Fault.HTML, Fault.FAULT, Fault.CUT, Fault.LOST, Fault.BUSY])
@pytest.mark.parametrize("path", ["ledgerreceipts*", "reports/*", "users/rights", "coa"])
def test_answer_that_fails_once_is_asked_again(house, there, acme, fault, path):
    there.simulator.faults.add(path, fault)

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert booked(there) == nonzero(house.balances(acme))


def test_key_that_was_revoked_loads_nothing_and_names_who_acts(house, there, acme):
    house.pull(acme)
    before = house.balances(acme)
    there.simulator.faults.add("ledgerreceipts*", Fault.REVOKED)

    with pytest.raises(CallRefused, match="key"):
        house.pull(acme)

    assert before == house.balances(acme)
    status = house.stores.hub.connections.get(acme, "procountor").status
    assert "reconnect_required" == str(status)


def test_versions_in_another_form_fetch_nothing_again(house, there, acme):
    house.pull(acme)
    there.simulator.world.habits.version_form = "zulu"
    calls(there)

    end, message = house.pull(acme)

    assert "Unchanged" == end, message
    assert calls(there)["ledgerreceipts"] <= 2


def unswept(house, there):
    """Return a receipt of an invoice that tonight's sweep does not list."""
    today = house.stores.hub.tenants.get("acme").day_of(house.stores.hub.database.now())
    ((first, last),) = swept_days(YEAR, today)
    numbers = (there.company.booked[PLACE, "IN", number] for number in range(1, 36))
    return next(n for n in numbers if not first <= there.company.receipts[n].date <= last)


def test_change_whose_version_lies_before_the_newest_is_seen(house, there, acme):
    """Versions carry no zone: one that is hours behind must not fall before the last night's."""
    there.acts.edit_amount(there.company.booked[PLACE, "IN", 9], "1.00")
    house.pull(acme)
    there.simulator.world.habits.zone = "America/New_York"
    there.acts.edit_amount(unswept(house, there), "1.00")
    calls(there)

    end, message = house.pull(acme)

    assert "Published" == end, message
    assert "changed: 1" in message
    assert 1 == calls(there)["reports"], "by its version, not because the report differs"
