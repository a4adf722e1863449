"""Bodies of Procountor's calls: what each document says there, and what stands against it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks.systems.procountor.tables import tables as procountor_tables
from ledger.invoice.mappings.procountor.cards import partner_body, product_body
from ledger.invoice.mappings.procountor.invoices import invoice_body
from ledger.invoice.mappings.procountor.receipts import booked_body, is_generated, ledger_rows
from ledger.invoice.mappings.procountor.terms import Terms
from ledger.invoice.mappings.procountor.vouchers import journal_body, payment_body
from ledger.invoice.mappings.procountor.writing import Writer
from tests.pushed import COST, RENT, SALE, journal, partner, payment, product, purchase, sale

KEY = "0123456789abcdef" * 2
IDS = {"ecom/supplier-1": "55", "spotilla/product-7": "88"}


def writer(**terms):
    return Writer(Terms(**terms), procountor_tables(), dict(IDS))


def sent(invoice, *, user_id=None, **terms):
    found = invoice_body(invoice, writer(**terms), user_id=user_id)
    assert found.body is not None, [one.message for one in found.refusals]
    return found.body


def codes(invoice, **terms):
    return [one.code for one in invoice_body(invoice, writer(**terms)).problems]


def test_a_purchase_says_what_was_said_and_what_procountor_requires():
    assert {
        "type": "PURCHASE_INVOICE",
        "date": "2026-04-01",
        "originalInvoiceNumber": "4711",
        "partnerId": 55,
        "counterParty": {
            "identifier": "1234567-1",
            "taxCode": "FI12345671",
            "counterPartyAddress": {"name": "Toimittaja Esimerkki Oy", "country": "FINLAND"},
        },
        "deliveryAddress": {},
        "paymentInfo": {
            "paymentMethod": "BANK_TRANSFER",
            "currency": "EUR",
            "currencyRate": 1,
            "dueDate": "2026-04-15",
            "bankAccount": {"accountNumber": "FI2112345600000785", "bic": "NDEAFIHH"},
        },
        "extraInfo": {"accountingByRow": True, "unitPricesIncludeVat": False},
        "discountPercent": 0,
        "vatStatus": 1,
        "invoiceRows": [
            {
                "product": "Vuokra",
                "productCode": "V1",
                "quantity": 1,
                "unit": "PIECE",
                "unitPrice": Decimal(1000),
                "discountPercent": 0,
                "vatPercent": Decimal("25.5"),
                "comment": "Toimitilat",
            }
        ],
        "invoiceChannel": "NO_SENDING",
        "invoiceApprovalInformation": {},
    } == sent(purchase())


def test_our_user_approves_where_the_terms_say_so():
    body = sent(purchase(), user_id=3, own_approver=True)

    assert {"acceptors": [{"userId": 3}]} == body["invoiceApprovalInformation"]


def test_a_sale_is_never_sent_from_there_and_carries_our_reference():
    body = sent(sale())

    assert ("NO_SENDING", "FINNISH") == (body["invoiceChannel"], body["language"])
    assert ("1232", "FI") == (
        body["paymentInfo"]["bankReferenceCode"],
        body["paymentInfo"]["bankReferenceCodeType"],
    )
    assert {"accountNumber": "FI2112345600000785"} == body["paymentInfo"]["bankAccount"]
    assert "partnerId" not in body
    assert "invoiceApprovalInformation" not in body


def test_a_reference_is_empty_to_be_made_there_and_absent_to_have_none():
    made = sent(sale(payment_reference=None, generates_reference=True))["paymentInfo"]
    without = sent(sale(payment_reference=None))["paymentInfo"]

    assert "" == made["bankReferenceCode"]
    assert "bankReferenceCode" not in without


def test_a_reference_with_a_wrong_check_digit_stays_behind_and_is_remarked():
    invoice = sale(payment_reference="1233")

    assert "bankReferenceCode" not in sent(invoice)["paymentInfo"]
    assert ["reference_left_out"] == codes(invoice)


def test_rates_and_amounts_are_exact_decimals():
    body = sent(purchase(rows=[RENT | {"vat_rate": "13.5", "price": "19.99999"}]))

    assert (Decimal("13.5"), Decimal("19.99999")) == (
        body["invoiceRows"][0]["vatPercent"],
        body["invoiceRows"][0]["unitPrice"],
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rows": [RENT | {"vat_status": 12}]}, "status_with_rate"),
        ({"vat_status": 12}, "status_with_rate"),
        ({"postings": [COST | {"vat_status": 37}]}, "status_with_rate"),
        ({"postings": [COST | {"amount": "999.99"}]}, "postings_differ"),
        (
            {"postings": [COST, {"account": "9999", "amount": "0.06", "kind": "rounding"}]},
            "rounding_too_large",
        ),
        ({"currency": "SEK"}, "currency_rate_absent"),
        ({"number": "x" * 41}, "text_too_long"),
        ({"number": "4711ೠ"}, "malformed"),
        ({"rows": []}, "rows_absent"),
        ({"due_date": "2026-03-31"}, "dates_reversed"),
        ({"partner": {"document": "ecom/supplier-2"}}, "link_unknown"),
    ],
)
def test_what_procountor_would_refuse_is_refused_here(change, code):
    found = invoice_body(purchase(**change), writer())

    assert found.body is None
    assert code in [one.code for one in found.refusals]


def test_a_rate_of_another_status_is_refused_and_never_zeroed():
    found = invoice_body(purchase(rows=[RENT | {"vat_status": 12}]), writer())

    assert "25.5 % VAT under VAT status 12" in found.refusals[0].message


def test_rounding_within_the_limit_closes_the_posting():
    rounding = {"account": "9999", "amount": "0.01", "kind": "rounding"}
    rows = [RENT | {"price": "999.99"}, RENT | {"price": "0.01", "vat_rate": 0, "vat_status": 12}]
    short = {"account": "7230", "amount": "999.99", "vat_rate": "25.5"}

    assert codes(purchase(rows=rows, postings=[short, rounding])) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rows": [RENT | {"product_name": "Ŕauta"}]}, "transliterated"),
        ({"rows": [RENT | {"comment": "x" * 513}]}, "cut"),
        ({"rows": [RENT | {"unit": "syli"}]}, "unit_unlisted"),
    ],
)
def test_what_is_changed_on_the_way_is_remarked(change, code):
    found = invoice_body(purchase(**change), writer())

    assert found.body is not None
    assert [code] == [one.code for one in found.problems]


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [("kpl", "PIECE"), ("h", "HOUR"), ("KPL.", "PIECE"), ("m2", "SQUARE_METER"), ("HOUR", "HOUR")],
)
def test_units_go_by_the_table(spelling, unit):
    assert unit == sent(purchase(rows=[RENT | {"unit": spelling}]))["invoiceRows"][0]["unit"]


@pytest.mark.parametrize(
    ("change", "channel"),
    [
        ({"channel": "email"}, "NO_SENDING"),
        ({"channel": "e_invoice"}, "NO_SENDING"),
        ({"channel": "post"}, "MAIL"),
    ],
)
def test_a_channel_whose_needs_are_not_met_is_not_sent_and_that_is_said(change, channel):
    found = invoice_body(sale(**change), writer())

    assert channel == found.body["invoiceChannel"]
    assert (channel == "NO_SENDING") == ("channel_unmet" in [one.code for one in found.problems])


def test_no_empty_text_is_sent_but_where_it_says_something():
    body = sent(purchase(bank_account={"iban": "FI2112345600000785"}))

    assert "bic" not in body["paymentInfo"]["bankAccount"]
    assert {} == body["invoiceApprovalInformation"]


GENERATED = {
    "id": 9,
    "type": "PURCHASE_INVOICE",
    "version": "2026-04-01T10:00:00",
    "depreciation": "",
    "vatDate": None,
    "transactions": [
        {"id": 1, "transactionType": "REVERSING_ENTRY", "account": "2880",
         "accountingValue": Decimal("-1255.00"), "vatPercent": 0},
        {"id": 2, "transactionType": "ENTRY", "account": "4000",
         "accountingValue": Decimal("1000.00"), "vatPercent": Decimal("25.5"), "vatStatus": "1"},
    ],
}  # fmt: skip


def test_our_rows_replace_the_entries_and_what_is_owed_stays():
    body = booked_body(GENERATED, purchase(postings=[COST]))

    assert [("ENTRY", "7230", Decimal(1000), Decimal("25.5"), 1)] == [
        tuple(row) for row in ledger_rows(body) if row.kind == "ENTRY"
    ]
    assert GENERATED["transactions"][0] in body["transactions"]
    assert "2026-04-01T10:00:00" == body["version"]
    assert not {"depreciation", "vatDate"} & body.keys()


def test_rounding_is_a_reconciliation_row_without_vat():
    rounding = {"account": "9999", "amount": "0.01", "kind": "rounding"}
    body = booked_body(GENERATED, purchase(postings=[COST, rounding]))

    (row,) = [one for one in body["transactions"] if one["account"] == "9999"]
    assert ("RECONCILIATION_ENTRY", 0) == (row["transactionType"], row["vatPercent"])
    assert "vatStatus" not in row


def test_a_receipt_of_another_shape_is_not_procountors_own():
    rows = GENERATED["transactions"]
    more = GENERATED | {"transactions": [*rows, rows[1]]}
    other_rate = GENERATED | {"transactions": [rows[0], rows[1] | {"vatPercent": 0}]}

    assert is_generated(GENERATED, purchase())
    assert not is_generated(more, purchase())
    assert not is_generated(other_rate, purchase())


def test_a_partner_carries_our_key_where_nobody_is_sent_it():
    body = partner_body(partner(payment_term_days=14), writer(), key=KEY).body

    assert f"tasma:{KEY}" == body["additionalInfo"]["comments2"]
    assert ("SUPPLIER", "14", "1234567-1") == (
        body["type"],
        body["paymentInfo"]["paymentTermDays"],
        body["invoicingInfo"]["identifier"],
    )


def test_a_customer_without_an_address_is_refused():
    found = partner_body(partner(type="customer"), writer(), key=KEY)

    assert ["address_needed"] == [one.code for one in found.refusals]


def test_a_product_has_its_code_or_one_of_our_key():
    body = product_body(product(), writer(), key=KEY).body
    own = product_body(product(code=None), writer(), key=KEY).body

    assert ("T7", Decimal("25.5"), "HOUR", True) == (
        body["code"],
        body["vat"],
        body["unit"],
        body["active"],
    )
    assert "tasma:0123456789abcdef" == own["code"]


def test_a_journal_ends_in_our_key_however_long_its_name_is():
    body = journal_body(journal(name="Ŕ" * 100), writer(), key=KEY).body

    assert 80 == len(body["name"])
    assert body["name"].endswith(" tasma:0123456789abcdef")


def test_a_journal_that_does_not_balance_is_refused():
    found = journal_body(journal(postings=[SALE]), writer(), key=KEY)

    assert ["postings_unbalanced"] == [one.code for one in found.refusals]


def test_a_payment_says_its_words_of_a_sale_alone():
    paid = payment(amount="100.00", description="Kortti")

    assert "Kortti" == payment_body(paid, Decimal(100), is_sale=True)["description"]
    assert {"paymentDate": "2026-04-15", "amount": Decimal(100), "currency": "EUR"} == payment_body(
        paid, Decimal(100), is_sale=False
    )
