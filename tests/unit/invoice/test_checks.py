"""What is wrong with an invoice by itself: dates, numbers, VAT rates, credits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.invoices.tables import rows_of, vat_rates
from ledger.invoice.checks import check, check_credits
from ledger.invoice.credit import credit_of
from ledger.invoice.problems import REFUSALS, REMARKS, SENTENCES, WAITS, Severity
from tests.invoices import CUSTOMER, codes, invoice, row


def found(**changes):
    return check(invoice(**changes), country="FI", rates=vat_rates())


def test_a_good_invoice_has_no_findings():
    assert () == found()


@pytest.mark.parametrize(
    ("day", "rates"),
    [
        ("2024-08-31", "24 14 10 0"),
        ("2024-09-01", "25.5 14 10 0"),
        ("2025-12-31", "25.5 14 10 0"),
        ("2026-01-01", "25.5 13.5 10 0"),
    ],
)
def test_finnish_rates_change_on_their_days(day, rates):
    known = vat_rates().on("FI", dt.date.fromisoformat(day))

    assert rates == " ".join(map(str, known))


def test_every_line_of_the_table_names_its_source_and_a_day():
    for line in rows_of("vat_rates.csv"):
        assert line["source"]
        assert dt.date.fromisoformat(line["first_day"])


@pytest.mark.parametrize(
    ("delivered", "invoiced", "rate", "expected"),
    [
        ("2025-12-31", "2026-01-02", "14", []),
        ("2025-12-31", "2026-01-02", "13.5", ["rate_not_in_force"]),
        ("2026-01-01", "2025-12-30", "13.5", []),
        (None, "2026-01-02", "14", ["rate_not_in_force"]),
        (None, "2026-01-02", "13.5", []),
    ],
)
def test_the_day_of_delivery_decides_the_rate(delivered, invoiced, rate, expected):
    problems = found(
        delivery_date=delivered,
        invoice_date=invoiced,
        due_date="2026-01-20",
        rows=[row(rate=rate)],
    )
    assert expected == codes(problems)


def test_work_over_new_year_is_divided_where_its_rate_changes():
    period = {"delivery_period_start": "2025-12-15", "delivery_period_end": "2026-01-10"}

    assert ["rate_changes_within"] == codes(found(**period, rows=[row(rate="13.5")]))
    assert [] == codes(found(**period, rows=[row(rate="25.5")]))


def test_rates_of_another_country():
    assert [] == codes(found(vat_country="SE", rows=[row(rate="12")]))
    assert ["rate_not_in_force"] == codes(found(vat_country="SE", rows=[row(rate="25.5")]))
    assert ["rates_unknown"] == codes(found(vat_country="DE", rows=[row(rate="19")]))


def test_a_credit_takes_the_rate_of_its_original():
    original = invoice(
        id="9", invoice_date="2025-11-01", due_date="2025-11-15", rows=[row(rate="14")]
    )

    credit = credit_of(original, id="10", invoice_date=dt.date(2026, 2, 1))

    assert (original.vat_date, "9") == (credit.vat_date, credit.credited.id)
    assert () == check(credit, country="FI", rates=vat_rates())
    assert -original.totals.gross == credit.totals.gross


@pytest.mark.parametrize(
    ("credited", "rate", "expected"),
    [
        ({"number": 1001}, "14", []),
        ({"number": 1001}, "13.5", []),
        ({"number": 1001}, "24", []),
        ({"number": 1001}, "12", ["rate_not_in_force"]),
        ({"number": 1001, "delivery_date": "2025-12-31"}, "13.5", ["rate_not_in_force"]),
        ({"number": 1001, "delivery_date": "2025-12-31"}, "14", []),
    ],
)
def test_rates_of_a_credit_by_what_is_known_of_its_original(credited, rate, expected):
    problems = found(type="credit_note", credited=credited, rows=[row(quantity=-1, rate=rate)])

    assert expected == codes(problems)


@pytest.mark.requirement("R-FEN-22a")
@pytest.mark.parametrize("credited", [None, {}])
def test_a_credit_names_what_it_credits(credited):
    problems = found(type="credit_note", credited=credited, rows=[row(quantity=-1)])

    assert ["credited_absent"] == codes(problems)
    assert problems[0].refuses


def test_a_credit_is_negative_and_an_invoice_credits_nothing():
    credit = {"type": "credit_note", "credited": {"number": 1001}}

    assert ["credit_not_negative"] == codes(found(**credit, rows=[row()]))
    assert ["credits_nothing"] == codes(found(credited={"number": 1001}))


def test_credits_above_the_original_are_remarked_on():
    original = invoice(rows=[row(price=100)])
    half = invoice(
        id="2", type="credit_note", credited={"id": "1"}, rows=[row(price=50, quantity=-1)]
    )

    assert [] == codes(check_credits(original, (half, half)))
    (problem,) = check_credits(original, (half, half, half))
    assert (Severity.WARNS, Decimal("188.25")) == (problem.severity, problem.values["credited"])


@pytest.mark.parametrize(
    ("changes", "code", "severity"),
    [
        ({"business_id": "1234567-8"}, "business_id_check_digit", Severity.WARNS),
        ({"business_id": "12345671"}, "business_id_malformed", Severity.REFUSES),
        ({"vat_number": "FI12345678"}, "vat_number_check_digit", Severity.WARNS),
        ({"vat_number": "1234567-1"}, "vat_number_malformed", Severity.REFUSES),
    ],
)
def test_numbers_of_customers(changes, code, severity):
    (problem,) = found(customer=CUSTOMER | changes)

    assert (code, severity) == (problem.code, problem.severity)
    assert problem.field.startswith("customer.")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("1234561", []),
        ("RF341234561", []),
        ("1234562", ["reference_check_digit"]),
        ("A", ["reference_malformed"]),
    ],
)
def test_payment_references(reference, expected):
    assert expected == codes(found(payment_reference=reference))


def test_treatments_without_vat_and_rows_with_it_do_not_go_together():
    assert ["rate_not_zero"] == codes(found(vat_treatment="export", rows=[row()]))
    assert ["rate_zero"] == codes(found(rows=[row(rate=0)]))
    assert [] == codes(found(vat_treatment="export", rows=[row(rate=0)]))


def test_dates_in_the_wrong_order_and_no_rows():
    problems = found(due_date="2026-01-14", rows=[])

    assert ["dates_reversed", "rows_absent"] == codes(problems)


def test_a_finding_names_row_and_field():
    (problem,) = found(rows=[row(), row(rate="24")])

    assert problem.message.startswith("row 2, vat_rate: 24 % is no VAT rate of FI for 2026-01-15")


def test_a_code_has_one_severity_and_is_found_somewhere():
    assert len(SENTENCES) == len(REFUSALS) + len(WAITS) + len(REMARKS)

    files = [*(ROOT / "ledger/invoice").rglob("*.py"), ROOT / "tasks/push_files.py"]
    source = "".join(file.read_text() for file in files)
    made_of_two = {f"{name}_{end}" for name in NUMBERS for end in ("malformed", "check_digit")}
    assert set() == {code for code in SENTENCES if source.count(f'"{code}"') < 2} - made_of_two


NUMBERS = ("business_id", "vat_number", "reference")
ROOT = Path(__file__).parents[3]
