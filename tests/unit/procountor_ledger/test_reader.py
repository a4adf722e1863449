"""A Procountor year, read: what counts, under which key, and what is left out with a word."""

from __future__ import annotations

import json
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.systems.procountor.receipts import documents_in
from ledger.procountor.counting import ALL_STATES, USES, Use, use_of
from ledger.procountor.parts import (
    ASKED,
    CARRIED,
    CHART,
    COMPANY,
    DIMENSIONS,
    YEARS,
    ReceiptName,
    Unreadable,
    receipt_name,
)
from ledger.procountor.port import open_year
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.source import Part

DIMENSION = {"id": 5, "name": "Centre", "items": [{"id": 51, "codeName": "K1", "description": "A"}]}
SMALL = {
    ASKED: {"year": "2025-01-01_2025-12-31", "report": "agreed"},
    COMPANY: {
        "name": "Acme Oy",
        "companyCurrency": "EUR",
        "businessIdentifier": {"code": "1234567-1"},
    },
    YEARS: {"fiscalYears": [{"id": 1, "startDate": "2025-01-01", "endDate": "2025-12-31"}]},
    CHART: {"ledgerAccounts": [{"ledgerAccountCode": "1910", "name": "Pankki"}]},
    DIMENSIONS: [DIMENSION],
    CARRIED: {"balances": [{"account": "1910", "amount": "7.00"}]},
}
NUMBERS = iter(range(1, 10**6))


def receipt(kind="JOURNAL", status="APPROVED", day="2025-03-03", rows=None, vat=0, **more):
    booked = rows or [("7230", 10.5), ("1910", -10.5)]
    known = {
        "id": next(NUMBERS),
        "type": kind,
        "status": status,
        "name": "Rent",
        "receiptDate": day,
        "receiptNumber": 4,
        "invoiceId": None,
        "version": "2025-04-01T08:00:00",
        "transactions": [
            {"account": account, "accountingValue": amount, "vatPercent": vat}
            for account, amount in booked
        ],
    }
    return {**known, **more}


def opened(*receipts, small=SMALL):
    contents = {name: json.dumps(body).encode() for name, body in small.items()}
    for one in receipts:
        content = one if isinstance(one, bytes) else json.dumps(one).encode()
        number = next(NUMBERS) if isinstance(one, bytes) else one["id"]
        contents[ReceiptName(number, "2025-04-01T08:00:00").part] = content
    return open_year([Part(name, lambda body=body: body) for name, body in contents.items()])


def tables(file):
    batches = list(file.batches())
    return {
        name: pa.Table.from_batches([batch[name] for batch in batches], CANONICAL[name])
        for name in VOUCHER_TABLES
    }


def keys(file):
    return tables(file)["voucher"]["voucher_key"].to_pylist()


def opening(file):
    found = file.tables["opening_balance"]
    return dict(zip(found["account_number"].to_pylist(), found["amount"].to_pylist(), strict=True))


@pytest.mark.parametrize(("kind", "status"), sorted(USES))
def test_every_pair_of_the_table_is_what_it_says(kind, status):
    file = opened(receipt(kind, status))

    use = USES[kind, status]
    assert 0 == file.diagnostics.errors
    assert (use is Use.COUNTED) == bool(keys(file))
    assert (use is Use.OPENING) == (Decimal("10.50") == opening(file).get("7230"))


@pytest.mark.parametrize(
    "kind", ["PURCHASE_ORDER", "SALES_ORDER", "TRACKING_PERIOD_OPENING_RECEIPT"]
)
@pytest.mark.parametrize("status", ALL_STATES)
def test_orders_and_openings_of_periods_are_never_movements(kind, status):
    assert Use.IGNORED is use_of(kind, status)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("JOURNAL", "EMPTY"), ("SALES_INVOICE", "STARTED"), ("ACCRUAL", "PAID"), ("JOURNAL", "NEW")],
)
def test_pair_that_is_not_in_the_table_is_an_error_and_named(kind, status):
    file = opened(receipt(kind, status), receipt())

    assert 1 == file.diagnostics.errors
    assert f"{kind} {status}" == file.diagnostics.items[0].field


def test_receipt_without_a_state_that_procountor_makes_counts():
    assert 1 == len(keys(opened(receipt("VAT_SUMMARY", None))))


def test_openings_of_periods_are_openings_where_a_setting_says_so():
    asked = {**SMALL[ASKED], "counts_period_openings": True}
    one = receipt("TRACKING_PERIOD_OPENING_RECEIPT", "EMPTY")

    assert {"7230", "1910"} == opening(opened(one, small={**SMALL, ASKED: asked})).keys()


def test_opening_balances_are_the_receipts_and_else_those_that_were_carried():
    own = opened(receipt("RECEIPT_FOR_OPENING_ACCOUNTS", "EMPTY"), receipt())
    carried = opened(receipt())

    assert {"7230": Decimal("10.50"), "1910": Decimal("-10.50")} == opening(own)
    assert {"1910": Decimal("7.00")} == opening(carried)
    assert 2 == own.tables["reported_balance"].num_rows
    assert 0 == carried.tables["reported_balance"].num_rows, "ours are not what the source reports"


def test_key_is_the_invoices_and_two_receipts_of_it_keep_both_with_a_word():
    one, two = receipt(invoiceId=77), receipt(invoiceId=77)
    alone = receipt()

    file = opened(two, one, alone)

    assert ["invoice:77", "invoice:77#2", f"receipt:{alone['id']}"] == keys(file)
    assert ["procountor_two_receipts"] == [item.code for item in file.diagnostics.items]


def test_newest_summary_of_a_month_counts_alone():
    old = receipt("VAT_SUMMARY", "EMPTY", rows=[("2939", 5)], version="2025-04-01T08:00:00")
    new = receipt("VAT_SUMMARY", "EMPTY", rows=[("2939", 6)], version="2025-04-02T08:00:00")

    found = tables(opened(new, old))["posting"]["amount"].to_pylist()

    assert [Decimal("6.00")] == found


@pytest.mark.parametrize(
    ("receipts", "proven"),
    [
        ([receipt()], ("2025-03",)),
        ([receipt(vat=25.5)], ()),
        ([receipt(vat=25.5), receipt("VAT_SUMMARY", "EMPTY", "2025-03-31")], ("2025-03",)),
        (
            [
                receipt(vat=25.5, version="2025-04-05T08:00:00"),
                receipt("VAT_SUMMARY", "EMPTY", "2025-03-31"),
            ],
            (),
        ),
        (
            [
                receipt(vat=25.5, status="INVALIDATED", version="2025-04-05T08:00:00"),
                receipt("VAT_SUMMARY", "EMPTY", "2025-03-31"),
            ],
            (),
        ),
    ],
    ids=["no VAT", "no summary", "summary", "older summary", "invalidated after the summary"],
)
def test_months_that_have_to_sum_to_zero_are_those_that_a_summary_proves(receipts, proven):
    assert proven == opened(*receipts).facts.balanced_months


def test_month_with_vat_is_outdated_until_it_has_a_summary_newer_than_all_its_receipts():
    outdated = [
        receipt(vat=25.5, version="2025-04-05T08:00:00"),
        receipt("VAT_SUMMARY", "EMPTY", "2025-03-31"),
    ]
    fresh = [receipt(vat=25.5, day="2025-04-03"), receipt("VAT_SUMMARY", "EMPTY", "2025-04-30")]

    none, untaxed = receipt(day="2025-05-01", vat=14), receipt(day="2025-06-01", vat=0)
    facts = opened(*outdated, *fresh, none, untaxed).facts

    assert ("2025-03", "2025-05") == facts.outdated_months
    assert {"2025-04"} == {item.month for item in facts.summed_vat}


def vat(*receipts):
    return {
        item.side: (item.accounts, item.expected, item.actual, item.tolerance)
        for item in opened(*receipts).facts.summed_vat
    }


SALE = {"vatType": "SALES", "rows": [("3000", -200), ("1701", 251)]}


def sale():
    """A sale of 200 at 25.5 %; a row's rate counts, and the row of the whole has none."""
    one = receipt("SALES_INVOICE", "PAID", **SALE)
    one["transactions"][0]["vatPercent"] = 25.5
    return one


def test_vat_of_each_side_is_what_the_rates_come_to_on_the_accounts_that_fit():
    bought = receipt(vatType="PURCHASE", rows=[("4000", 100), ("2871", -114)])
    bought["transactions"][0] |= {"vatPercent": 14, "vatDeductionPercent": 50}
    summary = receipt("VAT_SUMMARY", "EMPTY", "2025-03-31", rows=[("1763", 7), ("2939", -51)])

    assert {
        "SALES": ("2939", Decimal("-51.00"), Decimal("-51.00"), Decimal("0.01")),
        "PURCHASE": ("1763", Decimal("7.00"), Decimal("7.00"), Decimal("0.01")),
    } == vat(sale(), bought, summary)


def test_row_says_its_own_side_before_its_receipt():
    one = sale()
    one["transactions"][0]["vatType"] = "PURCHASE"
    summary = receipt("VAT_SUMMARY", "EMPTY", "2025-03-31", rows=[("2939", -51)])

    assert "2939" == vat(one, summary)["PURCHASE"][0]


def test_vat_on_the_wrong_account_is_a_difference_though_the_month_sums_to_zero():
    """An account is of one side in all months: May shows that 1763 is not of sales."""
    bought = receipt(vatType="PURCHASE", day="2025-05-02", rows=[("4000", 100), ("2871", -114)])
    bought["transactions"][0]["vatPercent"] = 14
    summaries = [
        receipt("VAT_SUMMARY", "EMPTY", "2025-03-31", rows=[("2939", -61), ("1763", 10)]),
        receipt("VAT_SUMMARY", "EMPTY", "2025-05-31", rows=[("1763", 14)]),
    ]

    facts = opened(sale(), bought, *summaries).facts

    assert {("2025-03", "SALES"): Decimal(-10), ("2025-03", "PURCHASE"): Decimal(10)} == {
        (item.month, item.side): item.actual - item.expected
        for item in facts.summed_vat
        if item.actual != item.expected
    }


@pytest.mark.parametrize("amount", ["1.10", "-9999999999999.99", "100", "2.500"])
def test_amounts_are_exact(amount):
    one = receipt(rows=[("1910", 1)])
    text = json.dumps(one).replace('"accountingValue": 1', f'"accountingValue": {amount}')

    assert [Decimal(amount)] == tables(opened(text.encode()))["posting"]["amount"].to_pylist()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("10.5", "10.505"),
        lambda text: text.replace('"account": "1910"', '"account": 1910'),
        lambda text: text.replace('"account": "1910"', '"account": null'),
        lambda text: text.replace('"receiptDate"', '"somethingElse"'),
        lambda text: text[: len(text) // 2],
        lambda _text: "<html>",
    ],
)
def test_receipt_that_cannot_be_read_is_named_and_the_others_are_read(damage):
    bad = damage(json.dumps(receipt())).encode()
    good = [receipt(), receipt()]

    file = opened(good[0], bad, good[1])

    assert 1 == file.diagnostics.errors, file.diagnostics.items
    assert "receipt" in file.diagnostics.items[0].field
    assert [f"receipt:{one['id']}" for one in good] == keys(file)


def test_receipt_of_another_year_is_an_error():
    assert 1 == opened(receipt(day="2026-01-01")).diagnostics.errors


def test_dimensions_are_known_by_their_code_names():
    values = [{"dimensionId": 5, "itemId": 51, "value": 1}, {"dimensionId": 5, "itemId": 99}]
    one = receipt()
    one["transactions"][0]["dimensionItemValues"] = values

    found = tables(opened(one))["posting_dimension"].to_pylist()

    assert [("5", "K1"), ("5", "99")] == [
        (item["dimension_number"], item["object_number"]) for item in found
    ]
    assert {1} == {item["row_number"] for item in found}


def test_facts_name_company_currency_and_how_vouchers_balance():
    facts = opened(receipt()).facts

    assert ("12345671", "EUR", "agreed", "month") == (
        facts.organisation_number,
        facts.currency,
        facts.kind,
        facts.balances_by,
    )


@pytest.mark.parametrize("name", [ASKED, COMPANY, YEARS, CHART, DIMENSIONS])
def test_part_that_is_missing_refuses_the_year_by_its_name(name):
    small = {key: body for key, body in SMALL.items() if key != name}

    assert name in opened(receipt(), small=small).refusal


@given(
    st.integers(1, 10**15 - 1), st.sampled_from(["2026-04-01T09:12:42", "2026-04-01T09:12:42.5Z"])
)
def test_name_of_a_part_gives_id_and_version_back(number, version):
    name = ReceiptName(number, version)

    assert name == receipt_name(name.part)
    assert (number, "2026-04-01T09:12:42") == name.is_of


TEXTS = st.dictionaries(st.text(max_size=5), st.text(max_size=8) | st.integers(), max_size=4)


@given(st.lists(TEXTS, max_size=6), st.sampled_from([None, 2]))
def test_documents_of_an_array_are_its_text_cut_between_them(documents, indent):
    text = json.dumps(documents, indent=indent)

    cut = list(documents_in(text))

    assert [(one, one) for one in documents] == [(read, json.loads(text)) for read, text in cut]
    assert all(one in text for _, one in cut)


def test_one_document_alone_is_given_as_it_is_and_anything_else_is_refused():
    assert [({"id": 1.5}, '{"id": 1.50}')] == list(documents_in(' {"id": 1.50} '))
    for text in ("<html>", "[1]", '[{"id": 1'):
        with pytest.raises(Unreadable):
            list(documents_in(text))
