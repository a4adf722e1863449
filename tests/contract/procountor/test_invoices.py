"""Invoices of a simulated Procountor: what it refuses, what it computes, how they move."""

from decimal import Decimal

import httpx
import pytest

from simulators.procountor import Fault
from simulators.procountor.references import check_digit, is_valid
from simulators.procountor.rights import changed


def test_new_invoice_is_unfinished_whatever_is_sent_and_has_a_receipt(client, sale):
    made = client.made("/invoices", sale(status="APPROVED", invoiceNumber=7))

    assert "UNFINISHED" == made["status"]
    assert 7 != made["invoiceNumber"]
    assert made["id"] == client.read(f"/ledgerreceipts/{made['ledgerReceiptId']}")["invoiceId"]


def test_totals_are_computed_per_rate_from_rounded_rows(client, sale):
    rows = [
        {"product": "a", "quantity": 3, "unit": "PIECE", "unitPrice": 1.99, "discountPercent": 0,
         "vatPercent": 25.5},
        {"product": "b", "quantity": 1.5, "unit": "HOUR", "unitPrice": 33.33,
         "discountPercent": 10, "vatPercent": 13.5},
    ]  # fmt: skip
    info = client.made("/invoices", sale(invoiceRows=rows))["invoiceSumInfo"]

    assert [
        {
            "currency": "EUR",
            "inAccountingCurrency": True,
            "excludingVatTotal": Decimal("50.97"),
            "vatSumTotal": Decimal("7.60"),
            "invoiceSumTotal": Decimal("58.57"),
        }
    ] == info


def test_prices_with_vat_and_a_foreign_currency_have_both_totals(client, sale):
    row = {"product": "a", "quantity": 1, "unit": "PIECE", "unitPrice": 125.5,
           "discountPercent": 0, "vatPercent": 25.5}  # fmt: skip
    extra = {"accountingByRow": True, "unitPricesIncludeVat": True}
    body = sale(invoiceRows=[row], extraInfo=extra)
    body["paymentInfo"] |= {"currency": "SEK", "currencyRate": 10}
    info = client.made("/invoices", body)["invoiceSumInfo"]

    assert [("SEK", False, Decimal("125.50")), ("EUR", True, Decimal("12.55"))] == [
        (row["currency"], row["inAccountingCurrency"], row["invoiceSumTotal"]) for row in info
    ]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"invoiceRows": []}, "invoiceRows", "MAY_NOT_BE_EMPTY"),
        (
            {"invoiceChannel": ""},
            "invoiceChannel",
            "Value of the 'invoiceChannel' field is invalid: ",
        ),
        ({"language": None}, "language", "Value of the 'language' cannot be blank."),
        ({"vatStatus": None}, "vatStatus", "Value of the 'vatStatus' cannot be blank."),
        ({"vatStatus": 31}, "vatStatus", "ERROR_VATSTATUS_VATPERC"),
        ({"vatStatus": 3}, "invoiceRows[0].vatStatus", "ERROR_VATSTATUS_VATPERC"),
        ({"date": "2026-04-25"}, None, "DUE_DATE_BEFORE_BILL_DATE"),
        (
            {"deliveryAddress": {"name": "Asiakas Oy"}},
            "deliveryAddress.country",
            "Value of the 'deliveryAddress.country' cannot be blank.",
        ),
        (
            {"paymentInfo": {"bankAccount": {"accountNumber": "FI4950009420028730"}}},
            "paymentInfo.bankAccount",
            "BANK_ACCOUNT_DOES_NOT_BELONG_TO_THIS_COMPANY",
        ),
        (
            {"paymentInfo": {"bankAccount": {"accountNumber": "FI5542345670000081"}}},
            "paymentInfo.bankAccount",
            "BANK_ACCOUNT_DOES_NOT_BELONG_TO_THIS_COMPANY",
        ),
        (
            {"paymentInfo": {"bankReferenceCode": "26014"}},
            "paymentInfo.bankReferenceCode",
            "Value of the 'paymentInfo.bankReferenceCode' field is invalid: ",
        ),
        (
            {"paymentInfo": {"currencyRate": 2}},
            "paymentInfo.currencyRate",
            "Value of the 'paymentInfo.currencyRate' field is invalid: ",
        ),
        ({"partnerId": 5}, "partnerId", "Value of the 'partnerId' field is invalid: "),
        (
            {"originalInvoiceNumber": "x" * 41},
            "originalInvoiceNumber",
            "Value of the 'originalInvoiceNumber' is longer than 40",
        ),
    ],
)
def test_invoice_that_breaks_a_rule_is_refused_by_field(client, sale, change, field, message):
    answer = client.post("/invoices", sale(**change))

    assert (400, field, message) in client.errors(answer)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unit": "kpl"}, "unit"),
        ({"vatPercent": 24}, "vatPercent"),
        ({"quantity": "2"}, "quantity"),
        ({"product": ""}, "product"),
        ({"comment": "x" * 513}, "comment"),
        ({"productId": 5}, "productId"),
    ],
)
def test_row_that_breaks_a_rule_is_named_by_its_place(client, sale, change, field):
    good = sale()["invoiceRows"][0]
    answer = client.post("/invoices", sale(invoiceRows=[good, {**good, **change}]))

    assert [f"invoiceRows[1].{field}"] == [row[1] for row in client.errors(answer)]


def test_electronic_invoice_needs_both_addresses_and_an_operator(client, sale):
    answer = client.post("/invoices", sale(invoiceChannel="ELECTRONIC_INVOICE"))

    billing = {f"billingAddress.{name}" for name in ("name", "street", "zip", "city")}
    party = {f"counterParty.einvoiceAddress.{name}" for name in ("address", "operator")}
    assert billing | party == {row[1] for row in client.errors(answer)}


@pytest.mark.parametrize(("given", "kept"), [({"bankReferenceCode": "26013"}, "26013"), ({}, None)])
def test_reference_is_kept_or_absent_as_given(client, sale, given, kept):
    made = client.made("/invoices", sale(paymentInfo=given))

    assert kept == made["paymentInfo"].get("bankReferenceCode")


def test_empty_reference_gets_one_from_procountor(client, sale):
    made = client.made("/invoices", sale(paymentInfo={"bankReferenceCode": ""}))

    assert is_valid(made["paymentInfo"]["bankReferenceCode"])


@pytest.mark.parametrize("reference", ["26013", "RF18539007547034", "1232"])
def test_valid_references_are_known_and_their_neighbours_are_not(reference):
    last = str((int(reference[-1]) + 1) % 10)

    assert is_valid(reference)
    assert not is_valid(reference[:-1] + last)
    assert reference.startswith("RF") or check_digit(reference[:-1]) == reference[-1]


def test_address_of_delivery_is_the_buyers_unless_none_is_wanted(client, sale):
    body = sale()
    without = client.made("/invoices", body)
    del body["deliveryAddress"]
    assumed = client.made("/invoices", body)

    assert ({}, "Asiakas Oy") == (without["deliveryAddress"], assumed["deliveryAddress"]["name"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, [2]), ({}, []), ({"acceptors": [{"userId": 1}]}, [1])],
)
def test_absent_approvers_are_the_environments_and_empty_ones_nobody(
    client, company, purchase, given, expected
):
    company.users[2] = company.users[1].__class__(2)
    company.circulation, company.default_acceptors = True, [2]
    made = client.made("/invoices", purchase(invoiceApprovalInformation=given))
    approved = client.put(f"/invoices/{made['id']}/approve", {"comment": "ok"})

    shown = made["invoiceApprovalInformation"]["acceptors"]
    assert expected == [row["userId"] for row in shown]
    assert (403 if expected == [2] else 200) == approved.status_code


@pytest.mark.parametrize(
    ("circulation", "habit", "status"),
    [(True, False, 200), (False, False, 403), (False, True, 200)],
)
def test_approval_with_circulation_off_is_a_switch(  # noqa: PLR0917 - fixtures and three values
    client, world, company, purchase, circulation, habit, status
):
    company.circulation = circulation
    world.habits.approves_without_circulation = habit
    made = client.made("/invoices", purchase())

    assert status == client.put(f"/invoices/{made['id']}/approve", {}).status_code


def test_approved_sale_is_not_sent_and_changes_no_more(client, sale):
    made = client.made("/invoices", sale())
    path = f"/invoices/{made['id']}"
    client.put(f"{path}/approve")
    now = client.read(path)

    assert "NOT_SENT" == now["status"]
    assert "NOT_SENT" == client.read(f"/ledgerreceipts/{now['ledgerReceiptId']}")["status"]
    assert 403 == client.put(path, {**sale(), "version": now["version"]}).status_code
    assert 403 == client.put(f"{path}/approve").status_code
    assert 400 == client.put(f"{path}/send", content=b"").status_code


def test_closed_period_refuses_approval(client, purchase, acts):
    made = client.made("/invoices", purchase())
    acts.set_period("2026-04-10")
    answer = client.put(f"/invoices/{made['id']}/approve", {})

    assert [(403, None, "CLOSED_FISCAL_PERIOD")] == client.errors(answer)


def test_invoice_without_rights_looks_absent(client, company, purchase):
    made = client.made("/invoices", purchase())
    user = company.users[1]
    none = {
        "purchases.purchaseInvoices": "NO_ACCESS",
        "purchases.purchaseInvoiceSearch": "NO_ACCESS",
    }
    user.rights = changed(user.rights, none)

    assert 404 == client.put(f"/invoices/{made['id']}/approve", {}).status_code
    assert [] == client.read("/invoices")["results"]


def test_missing_right_to_approve_is_a_403(client, company, purchase):
    made = client.made("/invoices", purchase())
    user = company.users[1]
    user.rights = changed(user.rights, {"invoiceCirculation.approval": "VIEWING_RIGHTS"})

    assert 403 == client.put(f"/invoices/{made['id']}/approve", {}).status_code


@pytest.mark.requirement("R-X-11b")
def test_stale_version_is_refused(client, sale):
    made = client.made("/invoices", sale())
    path = f"/invoices/{made['id']}"
    first = client.put(path, {**sale(notes="uusi"), "version": made["version"]})
    stale = client.put(path, {**sale(notes="toinen"), "version": made["version"]})

    assert 200 == first.status_code
    assert [(400, "version")] == [row[:2] for row in client.errors(stale)]
    assert 400 == client.put(path, sale()).status_code


def test_change_of_rows_makes_the_receipt_anew_and_one_of_notes_does_not(client, sale):
    made = client.made("/invoices", sale())
    path = f"/invoices/{made['id']}"
    noted = client.put(path, {**sale(notes="x"), "version": made["version"]}).json()
    priced = sale(invoiceRows=[{**sale()["invoiceRows"][0], "unitPrice": 101}])
    again = client.put(path, {**priced, "version": noted["version"]}).json()

    assert made["ledgerReceiptId"] == noted["ledgerReceiptId"]
    assert made["ledgerReceiptId"] != again["ledgerReceiptId"]
    assert 404 == client.get(f"/ledgerreceipts/{made['ledgerReceiptId']}").status_code


@pytest.mark.parametrize("fault", [Fault.FAULT_DONE, Fault.HTML_DONE])
def test_fault_500_may_have_saved_the_invoice(client, world, sale, fault):
    world.faults.add("POST invoices", fault)

    assert 500 == client.post("/invoices", sale(originalInvoiceNumber="A-1")).status_code
    found = client.read("/invoices", originalInvoiceNumber="A-1", types="SALES_INVOICE")
    assert 1 == len(found["results"])


def test_late_invoice_comes_after_its_time(client, world, sale):
    world.faults.late_s = 600
    world.faults.add("POST invoices", Fault.LATE)
    with pytest.raises(httpx.ReadError):
        client.post("/invoices", sale())
    seen = [len(client.read("/invoices")["results"])]
    world.advance(601)

    assert [0, 1] == [*seen, len(client.read("/invoices")["results"])]


def test_list_is_filtered_by_what_the_document_says(client, sale, purchase):
    one = client.made("/invoices", sale(originalInvoiceNumber="A-1"))["id"]
    two = client.made("/invoices", purchase(date="2026-03-01"))["id"]

    def found(**query):
        return [row["id"] for row in client.read("/invoices", **query)["results"]]

    assert [two, one] == found()
    assert [one] == found(types="SALES_INVOICE,SALES_ORDER")
    assert [two] == found(endDate="2026-03-01")
    assert [one] == found(originalInvoiceNumber="A-1")
    assert [two, one] == found(status="UNFINISHED", searchTerm="asiakas")
    assert [] == found(status="APPROVED")


def test_unfinished_invoice_cannot_be_marked_paid(client, sale):
    made = client.made("/invoices", sale())
    path = f"/invoices/{made['id']}/paymentevents/markpaid"
    body = {"paymentDate": "2026-04-20", "amount": 251, "currency": "EUR"}

    assert 400 == client.put(path, body).status_code
    client.put(f"/invoices/{made['id']}/approve")
    assert 200 == client.put(path, body).status_code


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"currency": "SEK"}, 400, "currency"),
        ({"amount": 251.01}, 400, "amount"),
        ({"paymentDate": "2025-03-01"}, 403, None),
        ({"paymentMethodType": ""}, 400, "paymentMethodType"),
        ({"description": "x" * 141}, 400, "description"),
    ],
)
def test_payment_that_breaks_a_rule_is_refused(  # noqa: PLR0917 - fixtures and three values
    client, purchase, acts, change, status, field
):
    acts.set_period("2025-03-01")
    made = client.made("/invoices", purchase())
    client.put(f"/invoices/{made['id']}/approve", {})
    body = {"paymentDate": "2026-04-20", "amount": 100, "currency": "EUR", **change}
    answer = client.put(f"/invoices/{made['id']}/paymentevents/markpaid", body)

    assert [(status, field)] == [row[:2] for row in client.errors(answer)]


def test_invoice_is_partly_paid_until_nothing_is_open(client, purchase):
    made = client.made("/invoices", purchase())
    path = f"/invoices/{made['id']}"
    client.put(f"{path}/approve", {})
    states = []
    for amount in (100, 151):
        body = {"paymentDate": "2026-04-20", "amount": amount, "currency": "EUR"}
        client.put(f"{path}/paymentevents/markpaid", body)
        states.append(client.read(path)["status"])
    events = client.read(f"{path}/paymentevents", orderById="ASC")["results"]
    many = client.read("/payments/paymentevents", invoiceId=f"{made['id']},77")["results"]

    assert ["PARTLY_PAID", "MARKED_PAID"] == states
    assert [100, 151] == [row["amount"] for row in events]
    assert 2 == len(many)
    again = {"paymentDate": "2026-04-20", "amount": 1, "currency": "EUR"}
    assert 400 == client.put(f"{path}/paymentevents/markpaid", again).status_code


def test_deleting_a_payment_waits_for_a_person(client, purchase, acts):
    made = client.made("/invoices", purchase())
    acts.approve(made["id"])
    acts.bank_pays(made["id"], "100.00")
    (event,) = client.read(f"/invoices/{made['id']}/paymentevents")["results"]
    answer = client.call("DELETE", f"/invoices/{made['id']}/paymentevents/{event['id']}")

    assert 202 == answer.status_code
    assert 1 == len(client.read(f"/invoices/{made['id']}/paymentevents")["results"])
    assert ("BANKSTATEMENT_TO_INVOICE", "PARTLY_PAID") == (
        event["type"],
        client.read(f"/invoices/{made['id']}")["status"],
    )


def test_log_tells_what_happened_to_an_invoice(client, purchase):
    made = client.made("/invoices", purchase())
    client.put(f"/invoices/{made['id']}/approve", {"comment": "hyvä"})
    log = client.read(f"/invoices/{made['id']}/transactions")["transactions"]
    both = [{"invoiceIds": f"{made['id']},{made['id'] + 1}"}, {"invoiceIds": [made["id"]]}]

    assert [("CREATED", ""), ("APPROVAL", "hyvä")] == [(r["type"], r["comment"]) for r in log]
    assert [1, 1] == [len(client.read("/invoices/transactions", **query)) for query in both]


def test_invoice_that_came_by_another_way_is_received(client, purchase, acts):
    number = acts.receive_invoice(purchase(originalInvoiceNumber="4711"))

    assert "RECEIVED" == client.read(f"/invoices/{number}")["status"]
