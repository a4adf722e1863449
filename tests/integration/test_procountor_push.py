"""Pushing into the simulated Procountor: each document once, in order, and nobody's work undone."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import httpx
import pytest

from blocks.hub import Tenant
from ledger.push.items import HoldCode, Phase
from ledger.push.kinds import PushKind
from simulators.procountor import Fault, User
from simulators.procountor.acts import Acts
from simulators.procountor.rights import changed
from tasks.push_words import remedy, why
from tests.procountor_push import COMPANY_ID, IMAGE, IMAGE_BYTES, Books, Traced
from tests.pushed import BUYER, COST, RENT, SALE, SUPPLIER, partner, payment, purchase, sale

SOMEBODY = 2
NEVER = ("send", "verify", "sendToCirculation", "reject", "unfinished", "invalidate")


@pytest.fixture
def books(stores):
    found = Books(stores.hub)
    found.company.users[SOMEBODY] = User(SOMEBODY)
    return found


@pytest.fixture
def acts(books):
    return Acts(books.world, COMPANY_ID)


def the_invoice(books):
    (invoice,) = books.invoices()
    return invoice


def rows_of(books, kind="ENTRY"):
    return [
        (row["account"], row["accountingValue"], row.get("vatStatus"))
        for row in books.receipt(the_invoice(books)).rows
        if row["transactionType"] == kind
    ]


def hold_of(books, key="ecom/p-1", kind=PushKind.PURCHASE_INVOICE):
    item = books.item(key, kind)
    return item.hold.code if item.hold else item.phase


@pytest.mark.requirement("R-ECO-63b")
def test_a_purchase_goes_from_its_suppliers_card_to_a_marked_payment(books):
    books.add_purchase(purchase(postings=[COST], image=IMAGE))
    books.add(payment())

    assert {"done": 3} == books.push()

    invoice = the_invoice(books)
    (card,) = books.company.partners.values()
    (attachment,) = books.company.attachments.values()
    assert ("MARKED_PAID", card.id, "4711") == (
        invoice.status,
        invoice.body["partnerId"],
        invoice.body["originalInvoiceNumber"],
    )
    assert [("7230", Decimal("1000.00"), 1)] == rows_of(books)
    assert IMAGE_BYTES == attachment.content
    assert [(Decimal("1255.00"), "2026-04-15")] == [
        (one["amount"], str(one["paymentDate"])) for one in invoice.payments
    ]
    assert (str(invoice.id), str(invoice.number)) == (
        books.item().target_id,
        books.item().target_number,
    )


def test_nothing_is_sent_verified_or_circulated_there(books):
    books.add_purchase(purchase(postings=[COST]))
    books.add(sale())

    books.push()

    asked = [call.path.rpartition("/")[2] for call in books.calls() if call.method != "GET"]
    assert [] == [one for one in asked if one in NEVER]


def test_a_sale_is_posted_and_approved_and_goes_to_nobody(books):
    books.add(sale())
    books.push()

    invoice = the_invoice(books)
    assert ("NOT_SENT", "NO_SENDING", "1232") == (
        invoice.status,
        invoice.body["invoiceChannel"],
        invoice.body["paymentInfo"]["bankReferenceCode"],
    )
    assert [("3000", Decimal("-1000.00"), 1)] == rows_of(books)
    assert {} == books.company.partners


@pytest.mark.requirement("R-ECO-45b")
@pytest.mark.parametrize(("amount", "status"), [(None, "MARKED_PAID"), ("255.00", "PARTLY_PAID")])
def test_a_payment_of_a_sale_marks_it_paid_or_partly(books, amount, status):
    books.add(sale())
    books.add(payment(invoice={"document": "ecom/s-1"}, amount=amount))

    assert {"done": 2} == books.push()
    assert status == the_invoice(books).status


@pytest.mark.parametrize(
    ("change", "there"),
    [
        ({"payment_reference": None, "generates_reference": True}, True),
        ({"payment_reference": None}, False),
        ({"payment_reference": "1233"}, False),
        ({"payment_reference": "RF341234561"}, True),
    ],
    ids=["made there", "none", "wrong check digit", "RF"],
)
def test_references_are_taken_in_each_form(books, change, there):
    books.add(sale(**change))

    assert {"done": 1} == books.push()
    assert there == bool(the_invoice(books).body["paymentInfo"].get("bankReferenceCode"))


def test_as_far_as_unfinished_an_invoice_is_neither_posted_nor_approved(books):
    books.add(sale(), process="unfinished")

    assert {"done": 1} == books.push()
    assert "UNFINISHED" == the_invoice(books).status
    assert [] == books.calls("ledgerreceipts")


def test_without_postings_no_receipt_is_written_and_it_is_approved(books):
    books.add_purchase(purchase())

    assert {"done": 2} == books.push()
    assert "APPROVED" == the_invoice(books).status
    assert [] == books.calls("ledgerreceipts")


@pytest.mark.requirement("R-ECO-33c")
def test_the_receipt_carries_our_rows_and_what_is_owed_stays(books):
    half = COST | {"amount": "400.00"}
    free = {"account": "8370", "amount": "753.00", "vat_rate": 0, "vat_status": 12}
    books.add_purchase(purchase(postings=[half, free]))

    books.push()

    assert [("7230", Decimal("400.00"), 1), ("8370", Decimal("753.00"), 12)] == rows_of(books)
    assert [("2880", Decimal("-1255.00"), None)] == rows_of(books, "REVERSING_ENTRY")
    assert [Decimal(1000)] == [row["unitPrice"] for row in the_invoice(books).body["invoiceRows"]]


@pytest.mark.requirement("R-ECO-33d")
def test_rounding_goes_on_a_reconciliation_row(books):
    rounding = {"account": "8620", "amount": "0.01", "kind": "rounding"}
    rows = [RENT | {"price": "0.02"}]
    books.add_purchase(purchase(rows=rows, postings=[COST | {"amount": "0.02"}]))
    books.push()
    assert [] == rows_of(books, "RECONCILIATION_ENTRY")

    rows = [RENT | {"price": "10.01"}]
    cost = COST | {"amount": "10.00"}
    books.add(purchase(id="p-2", number="4712", rows=rows, postings=[cost, rounding]))
    books.push()

    receipts = [books.receipt(invoice) for invoice in books.invoices()]
    found = [row for row in receipts[1].rows if row["transactionType"] == "RECONCILIATION_ENTRY"]
    assert [(Decimal("0.01"), 0, None)] == [
        (row["accountingValue"], row["vatPercent"], row.get("vatStatus")) for row in found
    ]


@pytest.mark.requirement("R-ECO-26a", "R-ECO-26b")
def test_the_second_invoice_of_a_supplier_joins_the_card_of_the_first(books):
    books.add_purchase(purchase())
    books.push()
    books.add(partner(id="supplier-2", name="Sama toimija"))
    second = {"id": "p-2", "number": "4712", "partner": {"document": "ecom/supplier-2"}}
    books.add(purchase(**second))

    assert {"done": 2} == books.push()

    (card,) = books.company.partners.values()
    assert [card.id, card.id] == [one.body["partnerId"] for one in books.invoices()]
    assert "joined" in str(books.log("ecom/supplier-2", PushKind.PARTNER))


@pytest.mark.requirement("R-ECO-26c")
def test_two_candidates_for_a_supplier_are_held_and_nothing_is_sent(books, acts):
    ids = [acts.add_partner(card_body()) for _ in range(2)]
    books.add_purchase(purchase())

    books.push()

    hold = books.item("ecom/supplier-1", PushKind.PARTNER).hold
    assert (HoldCode.SEVERAL, set(map(str, ids))) == (hold.code, set(hold.ids))
    assert [] == books.invoices()


def test_a_person_says_which_of_two_cards_it_is_and_the_invoice_goes(books, acts):
    first, _ = [acts.add_partner(card_body()) for _ in range(2)]
    books.add_purchase(purchase())
    books.push()

    supplier = ("ecom/supplier-1", PushKind.PARTNER)
    books.resolve(*supplier, is_done=True, target_id=str(first))

    books.push()

    assert first == the_invoice(books).body["partnerId"]


@pytest.mark.requirement("R-ECO-26d")
def test_a_number_goes_before_a_name(books, acts):
    named = acts.add_partner(card_body(invoicingInfo={"identifier": "7654321-2"}))
    numbered = acts.add_partner(card_body(name="Vanha nimi"))
    books.add_purchase(purchase())

    books.push()

    assert numbered == the_invoice(books).body["partnerId"] != named


def test_a_retired_card_is_held_though_lists_hide_it(books, acts):
    acts.set_active(acts.add_partner(card_body()), active=False)
    books.add_purchase(purchase())

    books.push()

    assert HoldCode.LOOKALIKE is hold_of(books, "ecom/supplier-1", PushKind.PARTNER)
    assert 1 == len(books.company.partners)


def test_a_card_that_was_deleted_since_it_was_seen_is_made_anew(books, acts):
    first = acts.add_partner(card_body())
    acts.add_partner(card_body(name="Toinen", invoicingInfo={}))
    books.add_purchase(purchase())
    books.push()
    acts.delete_partner(first)
    books.add(partner(id="supplier-2"))

    assert {"done": 1} == books.push()
    assert first != int(books.item("ecom/supplier-2", PushKind.PARTNER).target_id)


def test_cards_that_are_not_shown_any_more_are_not_made_anew(books, acts):
    """The right to the register was taken away, and its list is empty without a word."""
    acts.add_partner(card_body())
    books.add_purchase(purchase())
    books.push()
    user = books.company.users[1]
    user.rights = changed(user.rights, {"purchases.supplierRegister": "NO_ACCESS"})
    books.add(partner(id="supplier-2"))

    books.push()

    assert 1 == len(books.company.partners) == 1 + len(books.calls("businesspartners", "POST"))
    assert not books.item("ecom/supplier-2", PushKind.PARTNER).target_id


def card_body(**changes):
    whole = {
        "name": SUPPLIER["name"],
        "type": "SUPPLIER",
        "invoicingInfo": {"identifier": "FI12345671"},
        "paymentInfo": {"paymentMethod": "BANK_TRANSFER"},
        "registryInfo": {"active": True},
    }
    return whole | changes


def test_a_lookup_that_fails_makes_no_second_card(books, acts):
    acts.add_partner(card_body())
    books.faults.add("GET businesspartners", None, None, *[Fault.FAULT] * 4)
    books.add_purchase(purchase())

    books.push(limit_s=1.0)

    assert 1 == len(books.company.partners)
    assert "http_500" == books.item("ecom/supplier-1", PushKind.PARTNER).answer_code


def test_texts_beyond_windows_1252_arrive_as_they_may(books):
    books.add_purchase(purchase(rows=[RENT | {"product_name": "Ŕauta ೠ Щука"}]))

    assert {"done": 2} == books.push()
    assert "Rauta ? Shchuka" == the_invoice(books).body["invoiceRows"][0]["product"]


E_INVOICE = {
    "type": "PURCHASE_INVOICE",
    "date": "2026-04-01",
    "originalInvoiceNumber": "4711",
    "counterParty": {
        "identifier": "1234567-1",
        "counterPartyAddress": {"name": SUPPLIER["name"], "country": "FINLAND"},
    },
    "paymentInfo": {
        "paymentMethod": "BANK_TRANSFER",
        "currency": "EUR",
        "currencyRate": 1,
        "dueDate": "2026-04-15",
    },
    "extraInfo": {"accountingByRow": True, "unitPricesIncludeVat": False},
    "discountPercent": 0,
    "vatStatus": 1,
    "invoiceRows": [
        {
            "product": "Vuokra",
            "quantity": 1,
            "unit": "PIECE",
            "unitPrice": 1000,
            "discountPercent": 0,
            "vatPercent": Decimal("25.5"),
        }
    ],
    "invoiceChannel": "NO_SENDING",
}


def receive(books, acts, **changes):
    """Let the supplier's e-invoice come, which our user did not create."""
    number = acts.receive_invoice(E_INVOICE | changes)
    books.company.invoices[number].creator_id = SOMEBODY
    return number


def test_an_e_invoice_that_is_there_already_is_held_before_anything_is_made(books, acts):
    number = receive(books, acts)
    books.add_purchase(purchase())

    books.push()

    hold = books.item().hold
    assert (HoldCode.LOOKALIKE, {str(number)}) == (hold.code, set(hold.ids))
    assert [number] == [one.id for one in books.invoices()]


def test_a_person_has_it_sent_all_the_same(books, acts):
    receive(books, acts)
    books.add_purchase(purchase())
    books.push()

    books.resolve(is_done=False)

    assert {"done": 1} == books.push()
    assert 2 == len(books.invoices())


def test_a_number_that_the_supplier_used_last_year_is_another_invoice(books, acts):
    receive(
        books, acts, date="2025-04-01", invoiceRows=[E_INVOICE["invoiceRows"][0] | {"unitPrice": 5}]
    )
    books.add_purchase(purchase())

    assert {"done": 2} == books.push()


def test_an_e_invoice_that_comes_while_ours_is_in_doubt_is_not_taken_for_ours(books, acts):
    books.faults.add("POST invoices", Fault.LOST)
    books.world.before.append(("invoices", lambda: None))
    books.add_purchase(purchase())
    hold_back(books, "POST invoices", lambda: receive(books, acts))

    books.push()

    assert HoldCode.LOOKALIKE is hold_of(books)
    assert "RECEIVED" == the_invoice(books).status


def hold_back(books, call, act):
    """Let something happen right after a call was made, whatever became of it."""
    method, path = call.split()
    serve, done = books.world.faults.take, []

    def take(asked, at):
        found = serve(asked, at)
        if (asked, at) == (method, path) and not done:
            done.append(True)
            books.world.late.append((books.world.now, None))
            books.world.late.pop()
            act()
        return found

    books.world.faults.take = take


def test_a_number_that_a_person_corrects_in_doubt_is_held(books, acts):
    books.faults.add("POST invoices", Fault.LOST_DONE)
    books.add_purchase(purchase())
    books.world.before.append(
        ("invoices", lambda: edit_when_there(books, acts, originalInvoiceNumber="4711 B"))
    )
    after_create(books, lambda: edit_when_there(books, acts, originalInvoiceNumber="4711 B"))

    books.push()

    assert HoldCode.LOOKALIKE is hold_of(books)
    assert 1 == len(books.invoices())


def edit_when_there(books, acts, **fields):
    for invoice in books.invoices():
        acts.edit_invoice(invoice.id, **fields)


def after_create(books, act):
    """Let something happen right before the first call that follows the making of an invoice."""
    books.world.before.clear()

    def look():
        if books.invoices():
            act()
        else:
            books.world.before.append(("", look))

    books.world.before.append(("", look))


@pytest.mark.requirement("R-ECO-63a")
@pytest.mark.parametrize(
    "fault", [Fault.LOST_DONE, Fault.FAULT_DONE, Fault.HTML_DONE, Fault.CUT, Fault.LATE]
)
def test_a_create_whose_answer_is_lost_is_found_by_its_number(books, fault):
    books.faults.late_s = 0.03
    books.faults.add("POST invoices", fault)
    books.add_purchase(purchase())

    assert {"done": 2} == books.push()
    assert 1 == len(books.invoices())
    assert 1 == len(books.calls("invoices", "POST"))


def test_a_hub_that_was_restored_adopts_what_it_had_made(books, stores, tmp_path):
    books.add_purchase(purchase(postings=[COST]))
    books.push()
    fresh = Books(stores.hub, tenant="restored", world=books.world)
    stores.hub.tenants.add(Tenant("restored", "Restored"))
    fresh.add_purchase(purchase(postings=[COST]))

    assert {"done": 2} == fresh.push()

    assert 1 == len(books.invoices()) == len(books.calls("invoices", "POST"))
    assert books.item().target_id == fresh.item().target_id


@pytest.mark.requirement("R-ECO-29")
def test_a_posting_that_a_person_made_is_not_overwritten(books, acts):
    books.add_purchase(purchase(postings=[COST]))
    post_by_hand(books, acts)

    books.push()

    assert HoldCode.CONFLICT is hold_of(books)
    assert [("4999", Decimal("1000.00"), 1)] == rows_of(books)
    assert [] == books.calls("ledgerreceipts", "PUT")


def post_by_hand(books, acts):
    def act():
        books.world.advance(300)
        acts.edit_posting(the_invoice(books).receipt_id, account="4999")

    after_create(books, act)


def test_a_person_who_posts_between_our_read_and_our_write_goes_before_us(books, acts):
    books.add_purchase(purchase(postings=[COST]))

    def look():
        # The write is about to come once the receipt was read.
        if books.calls("ledgerreceipts", "GET"):
            acts.edit_posting(the_invoice(books).receipt_id, account="4999")
        else:
            books.world.before.append(("ledgerreceipts", look))

    books.world.before.append(("ledgerreceipts", look))

    books.push()

    assert HoldCode.CONFLICT is hold_of(books)
    assert "4999" == rows_of(books)[0][0]


@pytest.mark.requirement("R-ECO-35a", "R-ECO-35b", "R-ECO-58b")
def test_a_refused_posting_is_logged_and_a_retry_goes_on_with_the_same_invoice(books, acts):
    acts.set_rights(**{"purchases.purchaseInvoices": "ALL_RIGHTS"})
    books.add_purchase(purchase(postings=[COST | {"account": "9999999"}]))

    books.push()

    assert Phase.REJECTED is books.item().phase
    assert "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION" in books.item().answer_code
    assert "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION" in str(books.log())
    assert 1 == len(books.calls("ledgerreceipts", "PUT"))

    made = the_invoice(books).id
    open_account(books, "9999999")
    books.retry()

    assert {"done": 1} == books.push()
    assert made == the_invoice(books).id
    assert [("9999999", Decimal("1000.00"), 1)] == rows_of(books)


def open_account(books, code):
    known = next(iter(books.company.accounts.values()))
    books.company.accounts[code] = type(known)(code, "Uusi")


def test_what_a_person_posts_after_a_refusal_stays_when_it_is_retried(books, acts):
    books.add_purchase(purchase(postings=[COST | {"account": "9999999"}]))
    books.push()
    acts.edit_posting(the_invoice(books).receipt_id, account="4999")
    open_account(books, "9999999")

    books.retry()
    books.push()

    assert HoldCode.CONFLICT is hold_of(books)
    assert "4999" == rows_of(books)[0][0]


def test_a_receipt_that_was_made_anew_is_written_under_its_new_id(books, acts):
    """Somebody saves the invoice unchanged right after it came: its receipt has another id."""
    books.add_purchase(purchase(postings=[COST]))
    after_create(books, lambda: acts.save_invoice(the_invoice(books).id))

    assert {"done": 2} == books.push()
    assert [("7230", Decimal("1000.00"), 1)] == rows_of(books)


@pytest.mark.parametrize("fault", [Fault.LOST_DONE, Fault.FAULT_DONE, Fault.LOST, Fault.HTML])
def test_a_lost_posting_is_read_back_and_written_once_in_effect(books, fault):
    books.faults.add("PUT ledgerreceipts/*", fault)
    books.add_purchase(purchase(postings=[COST]))

    assert {"done": 2} == books.push()
    assert [("7230", Decimal("1000.00"), 1)] == rows_of(books)


def test_a_posting_that_comes_late_is_not_written_over_by_its_repetition(books):
    """Both were written under one version: the second is refused, read back, and done."""
    books.faults.late_s = 0.3
    books.faults.add("PUT ledgerreceipts/*", Fault.LATE)
    books.add_purchase(purchase(postings=[COST]))

    assert {"done": 2} == books.push()
    assert [("7230", Decimal("1000.00"), 1)] == rows_of(books)


def test_totals_that_differ_there_stop_everything_that_follows(books, acts):
    books.add_purchase(purchase(image=IMAGE))
    after_create(
        books,
        lambda: edit_when_there(
            books, acts, invoiceRows=[E_INVOICE["invoiceRows"][0] | {"unitPrice": 999}]
        ),
    )

    books.push()

    assert (HoldCode.DIFFERS, "UNFINISHED") == (hold_of(books), the_invoice(books).status)
    assert {} == books.company.attachments


def test_an_invoice_that_is_edited_after_the_check_is_not_approved(books, acts):
    books.add_purchase(purchase(image=IMAGE))

    def act():
        if books.company.attachments:
            rows = [E_INVOICE["invoiceRows"][0] | {"unitPrice": 999}]
            acts.edit_invoice(the_invoice(books).id, invoiceRows=rows)
        else:
            books.world.before.append(("", act))

    books.world.before.append(("", act))

    books.push()

    assert (HoldCode.CONFLICT, "UNFINISHED") == (hold_of(books), the_invoice(books).status)


@pytest.mark.parametrize("fault", [Fault.LOST_DONE, Fault.FAULT_DONE, Fault.LOST, Fault.HTML])
def test_a_lost_approval_is_read_back(books, fault):
    books.faults.add("PUT invoices/*/approve", fault)
    books.add_purchase(purchase())

    assert {"done": 2} == books.push()
    assert 1 == [one["type"] for one in the_invoice(books).log].count("APPROVAL")


def test_an_approval_that_a_person_took_back_is_not_given_again(books, acts):
    books.faults.add("PUT invoices/*/approve", Fault.LOST_DONE)
    books.add_purchase(purchase())

    def act():
        if the_invoice_or_none(books) == "APPROVED":
            acts.set_status(the_invoice(books).id, "UNFINISHED")
        else:
            books.world.before.append(("", act))

    books.world.before.append(("", act))

    books.push()

    assert (HoldCode.CONFLICT, "UNFINISHED") == (hold_of(books), the_invoice(books).status)


def the_invoice_or_none(books):
    return next((one.status for one in books.invoices()), "")


def test_one_that_a_person_approved_meanwhile_is_done(books, acts):
    books.add_purchase(purchase())
    after_create(books, lambda: acts.approve(the_invoice(books).id))

    assert {"done": 2} == books.push()
    assert [] == books.calls(f"invoices/{the_invoice(books).id}/approve")


@pytest.mark.parametrize("status", ["PAYMENT_DENIED", "INVALIDATED"])
def test_one_that_a_person_took_out_is_not_approved(books, acts, status):
    books.add_purchase(purchase())
    after_create(books, lambda: acts.set_status(the_invoice(books).id, status))

    books.push()

    assert HoldCode.CONFLICT is hold_of(books)


@pytest.mark.parametrize(("own_approver", "approvers"), [(False, []), (True, [1])])
def test_the_environments_approvers_are_never_put_in(stores, own_approver, approvers):
    """Left out, they would be, and our user is none of them."""
    books = Books(stores.hub, own_approver=own_approver)
    books.company.users[SOMEBODY] = User(SOMEBODY)
    books.company.circulation = True
    books.company.default_acceptors = [SOMEBODY]
    books.add_purchase(purchase())

    assert {"done": 2} == books.push()
    assert approvers == the_invoice(books).acceptors


def test_an_approval_that_is_refused_without_a_circulation_is_told(books):
    books.world.habits.approves_without_circulation = False
    books.add_purchase(purchase())

    books.push()

    assert Phase.REJECTED is books.item().phase
    assert "irculation" in books.item().answer_code


@pytest.mark.requirement("R-ECO-58b")
def test_a_missing_right_to_the_receipt_is_not_retried_by_itself(books):
    user = books.company.users[1]
    books.add_purchase(purchase(postings=[COST]))

    def act():
        user.rights = changed(user.rights, {"purchases.purchaseInvoices": "VIEWING_RIGHTS"})

    after_create(books, act)

    books.push()
    books.push()

    assert "insufficient access rights to modify the ledger receipt" in books.item().answer_code
    assert 1 == len(books.calls("ledgerreceipts", "PUT"))


def test_a_404_for_want_of_rights_is_no_absence(books):
    user = books.company.users[1]
    books.add_purchase(purchase())
    rights = {
        "purchases.purchaseInvoices": "NO_ACCESS",
        "purchases.purchaseInvoiceSearch": "NO_ACCESS",
    }

    def act():
        user.rights = changed(user.rights, rights)

    after_create(books, act)

    books.push()

    assert HoldCode.GONE is hold_of(books)
    assert "may not see it" in books.item().hold.detail
    assert 1 == len(books.invoices())


@pytest.mark.parametrize("fault", [Fault.LOST_DONE, Fault.FAULT_DONE, Fault.LOST, Fault.HTML])
def test_a_lost_image_is_found_by_its_bytes_or_sent_again(books, fault):
    books.faults.add("POST attachments", fault)
    books.add_purchase(purchase(image=IMAGE))

    assert {"done": 2} == books.push()
    (attachment,) = books.company.attachments.values()
    assert f"lasku 1-{IMAGE['sha256'][:8]}.pdf" == attachment.meta["name"]
    assert [] == books.calls("attachments", "GET") or Fault.LOST is not fault


def test_an_image_that_was_renamed_in_doubt_is_not_sent_twice(books):
    books.faults.add("POST attachments", Fault.LOST_DONE)
    books.add_purchase(purchase(image=IMAGE))

    def act():
        if books.company.attachments:
            for one in books.company.attachments.values():
                one.meta["name"] = "nimetty uudelleen.pdf"
        else:
            books.world.before.append(("", act))

    books.world.before.append(("", act))

    assert {"done": 2} == books.push()
    assert 1 == len(books.company.attachments)


@pytest.mark.requirement("R-ECO-51b")
def test_an_image_that_is_too_large_stays_behind_and_the_invoice_goes(books):
    books.add_purchase(purchase(image=IMAGE | {"size_bytes": 10_000_001}))

    assert {"done": 2} == books.push()
    assert {} == books.company.attachments
    assert "10000001 bytes" in str(books.log())


def test_an_image_that_is_refused_never_stops_the_approval(books, acts):
    books.faults.add("POST attachments", Fault.FORBIDDEN)
    books.add_purchase(purchase(image=IMAGE))

    assert {"done": 2} == books.push()
    assert "APPROVED" == the_invoice(books).status
    assert "the image was not taken" in str(books.log())


def test_an_image_in_doubt_holds_the_approval(books):
    books.faults.add("POST attachments", Fault.LOST)
    books.faults.add("GET invoices/*", *[None] * 2, *[Fault.FAULT] * 2_000)
    books.add_purchase(purchase(image=IMAGE))

    books.push(limit_s=3.0)

    assert Phase.IN_DOUBT is books.item().phase
    assert "UNFINISHED" == the_invoice(books).status


@pytest.mark.parametrize(("amount", "sent"), [(None, "1255.00"), ("55.50", "55.50")])
def test_a_payment_is_what_is_open_or_what_was_entered(books, amount, sent):
    books.add_purchase(purchase())
    books.add(payment(amount=amount))

    books.push()

    assert [Decimal(sent)] == [one["amount"] for one in the_invoice(books).payments]


def test_a_payment_waits_for_the_approval_of_its_invoice(books):
    books.add(partner())
    books.add(purchase(), process="unfinished")
    books.add(payment())

    books.push()

    assert "waiting" == books.queued("ecom/payment-1", PushKind.PAYMENT).state
    assert [] == books.calls("invoices", "PUT")


PAYMENT = ("ecom/payment-1", PushKind.PAYMENT)


@pytest.mark.parametrize("fault", [Fault.LOST_DONE, Fault.FAULT_DONE, Fault.LOST, Fault.HTML])
def test_a_lost_mark_of_a_whole_payment_is_read_back(books, fault):
    books.faults.add("PUT invoices/*/paymentevents/markpaid", fault)
    books.add_purchase(purchase())
    books.add(payment())

    assert {"done": 3} == books.push()
    assert 1 == len(the_invoice(books).payments)


def test_a_lost_mark_of_a_part_payment_that_is_not_there_is_held(books):
    books.faults.add("PUT invoices/*/paymentevents/markpaid", Fault.LOST)
    books.add_purchase(purchase())
    books.add(payment(amount="100.00"))

    books.push()

    assert HoldCode.CONFLICT is hold_of(books, *PAYMENT)
    assert [] == the_invoice(books).payments


def test_a_lost_mark_of_a_part_payment_that_is_there_is_done(books):
    books.faults.add("PUT invoices/*/paymentevents/markpaid", Fault.LOST_DONE)
    books.add_purchase(purchase())
    books.add(payment(amount="100.00"))

    assert {"done": 3} == books.push()
    assert 1 == len(the_invoice(books).payments)


def approved(books):
    books.add_purchase(purchase())
    books.push()
    return the_invoice(books)


def test_nothing_is_marked_where_the_bank_paid(books, acts):
    acts.bank_pays(approved(books).id)
    books.add(payment())

    books.push()

    assert HoldCode.CONFLICT is hold_of(books, *PAYMENT)
    assert 1 == len(the_invoice(books).payments)


@pytest.mark.parametrize("status", ["PAYMENT_QUEUED", "PAYMENT_SENT_TO_BANK"])
def test_nothing_is_marked_while_procountor_pays(books, acts, status):
    acts.set_status(approved(books).id, status)
    books.add(payment())

    books.push()

    assert HoldCode.CONFLICT is hold_of(books, *PAYMENT)
    assert status in books.item(*PAYMENT).hold.detail
    assert [] == the_invoice(books).payments


def test_a_bank_payment_that_comes_in_doubt_is_told(books, acts):
    invoice = approved(books)
    books.faults.add("PUT invoices/*/paymentevents/markpaid", Fault.LOST)
    books.add(payment())

    def act():
        if books.calls(f"invoices/{invoice.id}/paymentevents/markpaid"):
            acts.bank_pays(invoice.id, "1255.00", date="2026-04-15")
        else:
            books.world.before.append(("", act))

    books.world.before.append(("", act))
    books.push()

    assert HoldCode.CONFLICT is hold_of(books, *PAYMENT)
    assert "bank" in books.item(*PAYMENT).hold.detail


def test_nothing_is_sent_where_nothing_is_open(books, acts):
    invoice = approved(books)
    books.add(payment())
    books.push()
    books.add(payment(id="payment-2"))

    assert {"done": 1} == books.push()
    assert 1 == len(invoice.payments)
    assert "nothing is open" in str(books.log("ecom/payment-2", PushKind.PAYMENT))


def test_more_than_is_open_is_held(books):
    approved(books)
    books.add(payment(amount="1255.01"))

    books.push()

    assert HoldCode.DIFFERS is hold_of(books, *PAYMENT)


@pytest.mark.requirement("R-ECO-42c")
def test_a_payment_in_a_closed_period_is_an_error_and_gets_no_other_date(books, acts):
    approved(books)
    acts.set_period("2026-04-15")
    books.add(payment())

    books.push()

    assert (Phase.REJECTED, "CLOSED_FISCAL_PERIOD") == (
        books.item(*PAYMENT).phase,
        books.item(*PAYMENT).answer_code,
    )
    assert [] == the_invoice(books).payments


def test_payments_on_several_pages_are_all_read(books, acts):
    invoice = approved(books)
    for _ in range(201):
        acts.bank_pays(invoice.id, "1.00", kind="ELSEWHERE")
    invoice.status = "PARTLY_PAID"
    books.add(payment())

    assert {"done": 1} == books.push()
    assert Decimal("1054.00") == invoice.payments[-1]["amount"]


@pytest.mark.requirement("R-ECO-60a")
def test_a_token_that_ends_between_two_calls_is_renewed_within_the_claim(books):
    books.faults.add("POST invoices", Fault.EXPIRED)
    books.add_purchase(purchase())

    assert {"done": 2} == books.push()
    assert 1 == len(books.invoices())


@pytest.mark.requirement("R-ECO-60b", "R-ECO-60c")
def test_a_revoked_key_pauses_its_tenant_alone(books, stores):
    stores.hub.tenants.add(Tenant("other", "Other"))
    other = Books(stores.hub, tenant="other", world=books.world)
    books.add_purchase(purchase())
    other.add(sale())
    books.faults.add("POST businesspartners", Fault.REVOKED)

    books.push()

    assert "401" in stores.hub.push_marks.paused("acme", books.system)
    books.world.keys[f"key-{COMPANY_ID}"].is_revoked = False
    assert {"done": 1} == other.push()
    assert [] == books.calls("invoices", "POST")[1:]


@pytest.mark.requirement("R-ECO-36")
def test_one_bad_invoice_of_five_does_not_stop_the_others(books):
    books.add(partner())
    for number in range(1, 6):
        year = 2031 if number == 3 else 2026  # no fiscal year has that
        dates = {"invoice_date": f"{year}-04-01", "due_date": f"{year}-04-15"}
        books.add(purchase(id=f"p-{number}", number=f"47{number}", **dates))

    ends = books.push()

    assert {"done": 5, "rejected": 1} == ends
    assert 4 == len([one for one in books.invoices() if one.status == "APPROVED"])


@pytest.mark.requirement("R-ECO-59b")
def test_our_own_account_is_known_with_and_without_spaces(books):
    iban = books.company.bank_accounts[0]["iban"]
    spaced = " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))
    books.add(sale(bank_account={"iban": spaced}))

    assert {"done": 1} == books.push()
    assert iban == the_invoice(books).body["paymentInfo"]["bankAccount"]["accountNumber"]


@pytest.mark.requirement("R-ECO-62a", "R-ECO-62b")
def test_an_unknown_refusal_is_kept_word_for_word_and_retried_by_hand(books, monkeypatch):
    real, refused = Traced.handle_async_request, []

    async def refusing(self, request):
        if request.method == "POST" and request.url.path.endswith("/invoices") and not refused:
            refused.append(True)
            errors = {"errors": [{"status": 400, "message": "X_NEW"}]}
            await request.extensions["trace"]("http11.send_request_headers.started", {})
            return httpx.Response(400, json=errors, request=request)
        return await real(self, request)

    monkeypatch.setattr(Traced, "handle_async_request", refusing)
    books.add(sale())
    sold = ("ecom/s-1", PushKind.SALES_INVOICE)

    books.push()

    assert (Phase.REJECTED, "X_NEW") == (books.item(*sold).phase, books.item(*sold).answer_code)
    assert "No known remedy" in remedy(books.queued(*sold))
    assert "X_NEW" in why(books.queued(*sold))

    books.retry(*sold)

    assert {"done": 1} == books.push()


@pytest.mark.requirement("R-ECO-59a")
def test_a_foreign_account_is_refused_there_and_its_remedy_said(books):
    books.add(sale(bank_account={"iban": "FI5542345670000081"}))
    sold = ("ecom/s-1", PushKind.SALES_INVOICE)

    books.push()

    assert "BANK_ACCOUNT_DOES_NOT_BELONG_TO_THIS_COMPANY" in books.item(*sold).answer_code
    assert "heck the bank account chosen in the invoice's payments" in remedy(books.queued(*sold))


def test_a_credit_note_is_negative_once_and_waits_for_nobody(books):
    credit = {"type": "credit_note", "credited_number": "4700", "rows": [RENT | {"quantity": -1}]}
    books.add_purchase(purchase(**credit))

    assert {"done": 2} == books.push()
    row = the_invoice(books).body["invoiceRows"][0]
    assert (-1, 1000) == (row["quantity"], row["unitPrice"])


def test_a_sale_to_a_foreign_buyer_has_its_currency_and_rate(books):
    buyer = BUYER | {"address": BUYER["address"] | {"country": "SE"}}
    change = {"currency": "SEK", "currency_rate": "11.5", "counterparty": buyer}
    books.add(sale(**change, postings=None))

    assert {"done": 1} == books.push()
    info = the_invoice(books).body["paymentInfo"]
    assert ("SEK", Decimal("11.5")) == (info["currency"], info["currencyRate"])


def test_two_clients_that_make_one_supplier_at_once_make_one_card(books, stores):
    """Creates of a company go one by one, so the second looks once the first has made it."""
    books.world.clients["second-client"] = "plainly-fake"
    books.world.add_key(COMPANY_ID, text="second-key", client_id="second-client")
    other = Books(stores.hub, world=books.world, client_id="second-client", key="second-key")
    assert other.system != books.system
    books.add(partner())
    other.add(partner())

    async def both():
        return await asyncio.gather(books.pushed(), other.pushed())

    assert [{"done": 1}, {"done": 1}] == [dict(ends) for ends in asyncio.run(both())]
    assert 1 == len(books.company.partners) == len(books.calls("businesspartners", "POST"))


def test_sales_postings_are_refused_here_before_anything_is_sent(books):
    with_status = sale(postings=[SALE | {"vat_status": 12}])

    async def judged():
        async with books.target() as target:
            return target.judge(PushKind.SALES_INVOICE, with_status.as_json())

    (sentence,) = asyncio.run(judged())
    assert "25.5 % VAT under VAT status 12" in sentence
