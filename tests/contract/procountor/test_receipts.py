"""Ledger receipts and attachments of a simulated Procountor."""

import json
from decimal import Decimal

import pytest

from simulators.procountor.rights import changed


@pytest.fixture
def bought(client, purchase):
    """A purchase invoice and its receipt as it is read."""
    made = client.made("/invoices", purchase())
    return made, client.read(f"/ledgerreceipts/{made['ledgerReceiptId']}")


def posted(receipt, account="7230"):
    """Give the receipt with its costs on another account."""
    rows = [
        {**row, "account": account} if row["transactionType"] == "ENTRY" else row
        for row in receipt["transactions"]
    ]
    return json.loads(json.dumps({**receipt, "transactions": rows}, default=float))


def rows_of(receipt):
    return [
        (row["transactionType"], row["account"], row["accountingValue"], row["vatPercent"])
        for row in receipt["transactions"]
    ]


def test_purchase_is_posted_gross_against_net_rows(bought):
    assert [
        ("REVERSING_ENTRY", "2880", Decimal("-251.00"), 0),
        ("ENTRY", "4000", Decimal("200.00"), Decimal("25.5")),
    ] == rows_of(bought[1])


def test_sale_has_the_other_signs_and_joins_rows_where_it_is_not_posted_by_row(client, sale):
    row = sale()["invoiceRows"][0]
    extra = {"accountingByRow": False, "unitPricesIncludeVat": False}
    made = client.made("/invoices", sale(invoiceRows=[row, row], extraInfo=extra))
    receipt = client.read(f"/ledgerreceipts/{made['ledgerReceiptId']}")

    assert [
        ("REVERSING_ENTRY", "1701", Decimal("502.00"), 0),
        ("ENTRY", "3000", Decimal("-400.00"), Decimal("25.5")),
    ] == rows_of(receipt)


def test_linked_product_gives_its_account(client, sale):
    product = {"type": "SALES", "name": "x", "price": 1, "discount": 0, "active": True,
               "currency": "EUR", "defaultAccount": "3370"}  # fmt: skip
    number = client.made("/products", product)["id"]
    row = {**sale()["invoiceRows"][0], "productId": number}
    made = client.made("/invoices", sale(invoiceRows=[row]))

    assert "3370" == rows_of(client.read(f"/ledgerreceipts/{made['ledgerReceiptId']}"))[1][1]


def test_posting_is_replaced_under_the_latest_version(client, bought):
    path = f"/ledgerreceipts/{bought[1]['id']}"
    answer = client.put(path, posted(bought[1]))
    stale = client.put(path, posted(bought[1], "8000"))

    assert (200, 400) == (answer.status_code, stale.status_code)
    assert "7230" == rows_of(client.read(path))[1][1]


def test_version_may_come_back_in_any_form(client, world, bought):
    world.habits.version_form = "zulu"
    path = f"/ledgerreceipts/{bought[1]['id']}"
    version = client.read(path)["version"]

    assert version.endswith("Z")
    assert 200 == client.put(path, posted({**bought[1], "version": version})).status_code


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        (
            {"account": "9999"},
            "transactions[1].account",
            "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION",
        ),
        ({"vatPercent": 0}, "transactions", None),
        ({"vatStatus": 12}, "transactions[1].vatStatus", "ERROR_VATSTATUS_VATPERC"),
        ({"vatStatus": 3}, "transactions[1].vatStatus", "ERROR_VATSTATUS_VATPERC"),
        (
            {"vatPercent": 24},
            "transactions[1].account",
            "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION",
        ),
        (
            {"dimensionItemValues": [{"dimensionId": 501, "itemId": 5012, "value": 200}]},
            "transactions[1].dimensionItemValues",
            "DIMENSION_OR_DIMENSION_ITEM_IDENTIFIERS_DOES_NOT_MATCH_THOSE_STORED_IN_DATABASE",
        ),
        (
            {"transactionType": "REVERSING_ENTRY"},
            "transactions",
            "Only one REVERSING_ENTRY is allowed",
        ),
    ],
)
def test_posting_that_breaks_a_rule_is_refused(client, bought, change, field, message):
    body = posted(bought[1])
    body["transactions"][1] |= change
    found = client.errors(client.put(f"/ledgerreceipts/{bought[1]['id']}", body))

    assert (400, field) == found[0][:2]
    assert message in (None, found[0][2])


def test_row_against_which_an_invoice_is_posted_cannot_go(client, bought):
    body = posted(bought[1])
    body["transactions"][0]["transactionType"] = "ENTRY"

    assert 400 == client.put(f"/ledgerreceipts/{bought[1]['id']}", body).status_code


def test_empty_enum_is_refused_and_an_empty_date_is_a_switch(client, world, bought):
    path = f"/ledgerreceipts/{bought[1]['id']}"
    world.habits.takes_empty_text = False
    refused = [
        client.put(path, {**posted(bought[1]), name: ""}).status_code
        for name in ("depreciation", "periodStartDate")
    ]
    world.habits.takes_empty_text = True

    assert [400, 400] == refused
    assert 200 == client.put(path, {**posted(bought[1]), "periodStartDate": ""}).status_code


def test_posting_of_a_closed_period_is_refused(client, bought, acts):
    acts.set_period("2026-04-10")
    answer = client.put(f"/ledgerreceipts/{bought[1]['id']}", posted(bought[1]))

    assert [(403, None, "CLOSED_FISCAL_PERIOD")] == client.errors(answer)


def test_posting_without_the_right_says_so(client, company, bought):
    user = company.users[1]
    user.rights = changed(user.rights, {"purchases.purchaseInvoices": "VIEWING_RIGHTS"})
    answer = client.put(f"/ledgerreceipts/{bought[1]['id']}", posted(bought[1]))

    assert [
        (403, None, "insufficient access rights to modify the ledger receipt")
    ] == client.errors(answer)


def test_posting_of_an_approved_invoice_is_closed(client, bought):
    client.put(f"/invoices/{bought[0]['id']}/approve", {})
    now = client.read(f"/ledgerreceipts/{bought[1]['id']}")

    assert 403 == client.put(f"/ledgerreceipts/{now['id']}", posted(now)).status_code


def test_saving_an_invoice_by_hand_gives_its_receipt_a_new_id(client, bought, acts):
    acts.edit_posting(bought[1]["id"], account="8000")
    new = acts.save_invoice(bought[0]["id"])

    assert new == client.read(f"/invoices/{bought[0]['id']}")["ledgerReceiptId"]
    assert "4000" == rows_of(client.read(f"/ledgerreceipts/{new}"))[1][1]
    assert 404 == client.get(f"/ledgerreceipts/{bought[1]['id']}").status_code


def test_journal_is_unfinished_until_it_is_approved(client, journal):
    made = client.made("/ledgerreceipts", journal())
    path = f"/ledgerreceipts/{made['id']}"
    client.put(f"{path}/approve")

    assert ("UNFINISHED", "APPROVED") == (made["status"], client.read(path)["status"])
    assert 403 == client.put(f"{path}/approve").status_code
    assert 404 == client.get(f"/invoices/{made['invoiceId']}").status_code


def test_only_journals_can_be_made(client, journal):
    assert 400 == client.post("/ledgerreceipts", journal(type="SALES_INVOICE")).status_code


@pytest.mark.parametrize("query", ["", "?createReconciliation=true"])
def test_journal_that_does_not_balance_needs_a_reconciliation(client, journal, query):
    body = journal()
    body["transactions"][0]["accountingValue"] = 125.51
    answer = client.post(f"/ledgerreceipts{query}", body)

    assert (200 if query else 400) == answer.status_code
    if query:
        last = answer.json()["transactions"][-1]
        assert ("RECONCILIATION_ENTRY", -0.01) == (last["transactionType"], last["accountingValue"])


def test_journal_name_has_80_characters_at_most(client, journal):
    assert 200 == client.post("/ledgerreceipts", journal(name="x" * 80)).status_code
    assert 400 == client.post("/ledgerreceipts", journal(name="x" * 81)).status_code


def upload(client, meta, content=b"%PDF-1.4", *, kind="application/json", reverse=False):
    parts = [("meta", (None, json.dumps(meta), kind)), ("file", ("file", content, "x/y"))]
    return client.call("POST", "/attachments", files=parts[:: -1 if reverse else 1])


def meta(number, **changes):
    return {"name": "lasku ä.pdf", "referenceType": "INVOICE", "referenceId": number, **changes}


@pytest.mark.parametrize("reverse", [False, True])
def test_attachment_is_listed_on_invoice_and_receipt_and_comes_back(client, bought, reverse):
    content = b"\r\n%PDF--boundary\r\n\r\nbytes\r\n\r\n--\r\n"
    made = upload(client, meta(bought[0]["id"]), content, reverse=reverse).json()
    listed = [
        client.read(path)["attachments"][0]["id"]
        for path in (f"/invoices/{bought[0]['id']}", f"/ledgerreceipts/{bought[1]['id']}")
    ]
    back = client.get(f"/attachments/{made['id']}")

    assert "lasku ä.pdf" == made["name"]
    assert [made["id"]] * 2 == listed
    assert content == back.content.split(b"\r\n\r\n", 2)[2].removesuffix(b"\r\n--part--\r\n")


@pytest.mark.parametrize(
    ("change", "kind", "status"),
    [
        ({}, "text/plain", 400),
        ({"referenceId": 77}, "application/json", 400),
        ({"name": "lasku"}, "application/json", 400),
        ({"referenceType": "SOMETHING"}, "application/json", 400),
        ({"sendWithInvoice": False}, "application/json", 200),
    ],
)
def test_attachment_that_breaks_a_rule_is_refused(client, bought, change, kind, status):
    answer = upload(client, meta(bought[0]["id"], **change), kind=kind)

    assert status == answer.status_code


@pytest.mark.parametrize(("size", "status"), [(10_000_000, 200), (10_000_001, 400)])
def test_attachment_has_10_million_bytes_at_most(client, bought, size, status):
    assert status == upload(client, meta(bought[0]["id"]), b"x" * size).status_code


def test_journal_takes_attachments_by_its_hidden_invoice_only(client, journal):
    made = client.made("/ledgerreceipts", journal())
    wrong = upload(client, meta(made["id"], referenceType="LEDGERRECEIPT"))
    right = upload(client, meta(made["invoiceId"]))

    assert (400, 200) == (wrong.status_code, right.status_code)
    assert 1 == len(client.read(f"/ledgerreceipts/{made['id']}")["attachments"])


def test_search_for_attachments_is_a_paid_feature(client, company):
    before = client.get("/attachments").status_code
    company.has_documents = True

    assert (403, 200) == (before, client.get("/attachments").status_code)
