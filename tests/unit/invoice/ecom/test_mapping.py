"""What goes of a document, and what stands against it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.systems.procountor.tables import tables as procountor_tables
from ledger.ecom.documents import EcomDocument
from ledger.ecom.modes import Mode
from ledger.ecom.sentences import MEANINGS, remedy, sentence
from ledger.invoice.arithmetic import DEFAULT
from ledger.invoice.mappings.ecom_procountor.accounts import AccountRow, table_of
from ledger.invoice.mappings.ecom_procountor.mapping import map_document
from ledger.invoice.mappings.ecom_procountor.terms import Terms, terms_of
from ledger.invoice.mappings.procountor.invoices import invoice_body
from ledger.invoice.mappings.procountor.terms import Terms as ProcountorTerms
from ledger.invoice.mappings.procountor.writing import Writer
from ledger.invoice.pushed.invoices import Channel, PurchaseInvoice
from ledger.invoice.pushed.parts import Image, PostingKind
from tests.ecom_said import CUSTOMER, ROW, SUPPLIER, purchase, sale

A, B = Mode.VOUCHER_PROCOUNTOR, Mode.VOUCHER_ECOM
RATE = Decimal("25.5")
TABLE = table_of([AccountRow("7230", RATE, "7240", "1"), AccountRow("3000", RATE, "3010", "1")])
TABLES = procountor_tables()
TERMS = Terms(bank_account={"iban": "FI49 5000 9420 0287 30", "bic": "OKOYFIHH"})
IMAGE = Image(sha256="ab" * 32, name="lasku.pdf", size_bytes=3)


def mapped(document, stamp=B, *, table=TABLE, terms=TERMS, image=None):
    return map_document(document, stamp=stamp, table=table, terms=terms, image=image)


def refused(document, stamp=B, **more):
    found = mapped(document, stamp, **more)
    assert bool(found.refusals) != bool(found.documents)
    return [(one.code, dict(one.values)) for one in found.refusals]


def codes(document, stamp=B, **more):
    return [code for code, _ in refused(document, stamp, **more)]


def invoice_of(document, stamp=B, **more):
    found = mapped(document, stamp, **more)
    assert () == found.refusals
    return found.documents[-1]


def without(table, **changes):
    row = table["7230", RATE]
    return table | {row.key: AccountRow(**vars(row) | changes)}


@pytest.mark.requirement("R-ECO-25b", "R-ECO-33a")
@pytest.mark.parametrize("stamp", [A, B])
def test_purchase_goes_with_all_its_rows(stamp):
    rows = [ROW, ROW | {"price": "500.00", "quantity": "2"}, ROW | {"price": "-1000.00"}]
    postings = [{"account": "7230", "amount": "1000.00", "vat_rate": "25.5"}]
    balance = [{"account": "2871", "amount": "-1000.00", "role": "balance"}]

    found = invoice_of(purchase(rows=rows, postings=postings + balance), stamp)

    assert [Decimal(1000), Decimal(500), Decimal(-1000)] == [row.price for row in found.rows]


@pytest.mark.requirement("R-ECO-27a", "R-ECO-27b")
def test_purchase_that_procountor_posts_carries_no_posting_and_asks_no_account():
    found = mapped(purchase(postings=[]), A, table={})

    assert None is found.documents[-1].postings
    assert ["account_not_joined"] == codes(purchase(), B, table={})


@pytest.mark.requirement("R-ECO-20a", "R-ECO-33b", "R-ECO-33c")
def test_purchase_that_ecom_posts_carries_net_cost_rows_on_mapped_accounts():
    found = invoice_of(purchase())

    (only,) = found.postings
    assert ("7240", Decimal(1000), RATE, "1") == (
        only.account,
        only.amount,
        only.vat_rate,
        only.vat_status,
    )
    assert DEFAULT.cents(only.amount * (100 + RATE) / 100) == found.totals.gross


@pytest.mark.requirement("R-ECO-33d")
@given(cents=st.integers(-5, 5))
def test_rounding_goes_on_a_row_of_its_own_and_the_voucher_adds_up(cents):
    net = Decimal(1000) + Decimal(cents) / 100
    postings = [
        {"account": "7230", "amount": net, "vat_rate": "25.5"},
        {"account": "2939", "amount": "255.00", "role": "vat"},
        {"account": "2871", "amount": -net - 255, "role": "balance"},
    ]
    terms = Terms(rounding_account="8570", rounding_limit="0.07")

    found = invoice_of(purchase(postings=postings), terms=terms)

    entries = [one for one in found.postings if one.kind is PostingKind.ENTRY]
    rounding = [one for one in found.postings if one.kind is PostingKind.ROUNDING]
    posted = sum(DEFAULT.cents(one.amount * (100 + one.vat_rate) / 100) for one in entries)
    assert found.totals.gross == posted + sum(one.amount for one in rounding)
    assert all(("8570", 0, "") == (r.account, r.vat_rate, r.vat_status) for r in rounding)
    assert bool(cents) == bool(rounding)


@pytest.mark.requirement("R-ECO-33d")
@given(cents=st.integers(-5, 5))
def test_rounding_of_a_sale_has_the_sign_by_which_its_credits_come_to_the_gross(cents):
    net = Decimal(1000) + Decimal(cents) / 100
    postings = [
        {"account": "1701", "amount": net + 255, "role": "balance"},
        {"account": "3000", "amount": -net, "vat_rate": "25.5"},
        {"account": "2939", "amount": "-255.00", "role": "vat"},
    ]
    terms = Terms(rounding_account="8570", rounding_limit="0.07")

    found = invoice_of(sale(postings=postings), terms=terms)

    credited = [DEFAULT.cents(row.amount * (100 + row.vat_rate) / 100) for row in found.postings]
    assert -found.totals.gross == sum(credited)
    written = invoice_body(found, Writer(ProcountorTerms(rounding_limit="0.07"), TABLES, {}))
    assert () == tuple(written.refusals)


def test_difference_above_a_rounding_is_refused_by_rate_with_both_sums():
    postings = [
        {"account": "7230", "amount": "999.95", "vat_rate": "25.5"},
        {"account": "2871", "amount": "-999.95", "role": "balance"},
    ]

    found = refused(purchase(postings=postings))

    first = {"rate": RATE, "posted": Decimal("1254.94"), "invoiced": Decimal("1255.00")}
    assert ("posting_differs", first) == found[0]
    assert "25.5 % makes 1254.94" in sentence(*found[0])


@pytest.mark.requirement("R-ECO-32a", "R-ECO-32b")
def test_missing_or_unbalanced_posting_is_refused_with_the_reason():
    unbalanced = [
        {"account": "7230", "amount": "1000.00", "vat_rate": "25.5"},
        {"account": "2871", "amount": "-1000.10", "role": "balance"},
    ]

    assert [("unposted", {})] == refused(purchase(postings=[]))
    assert [("unbalanced", {"difference": Decimal("-0.1")})] == refused(
        purchase(postings=unbalanced)
    )
    assert "-0.1" in sentence("unbalanced", {"difference": Decimal("-0.1")})


@pytest.mark.requirement("R-ECO-56a", "R-ECO-56b", "R-ECO-56c")
@pytest.mark.parametrize("changes", [{"target_account": ""}, {"vat_status": ""}, None])
def test_account_that_is_not_joined_is_named_with_the_articles_remedy(changes):
    table = {} if changes is None else without(TABLE, **changes)

    ((code, values),) = refused(purchase(), table=table)

    assert ("account_not_joined", {"accounts": "7230 (25.5 %)"}) == (code, values)
    assert "7230 (25.5 %)" in sentence(code, values)
    assert "Settings > Procountor" in remedy(code)
    assert "Asetukset > Procountor" in remedy(code, language="fi")


@pytest.mark.requirement("R-ECO-21a")
def test_account_in_use_without_a_vat_status_gets_the_error_of_the_account_table():
    assert ["account_not_joined"] == codes(purchase(), table=without(TABLE, vat_status=""))


@pytest.mark.requirement("R-ECO-23a", "R-ECO-23b")
def test_sales_switch_stops_sales_and_no_purchase():
    off = {key: AccountRow(**vars(row) | {"is_for_sales": False}) for key, row in TABLE.items()}

    assert ["account_switched_off"] == codes(sale(), table=off)
    assert invoice_of(purchase(), table=off)


@pytest.mark.requirement("R-ECO-24a", "R-ECO-24b")
def test_purchase_switch_stops_purchases_and_no_sale():
    off = {key: AccountRow(**vars(row) | {"is_for_purchases": False}) for key, row in TABLE.items()}

    assert ["account_switched_off"] == codes(purchase(), table=off)
    assert invoice_of(sale(), table=off)


@pytest.mark.parametrize("stamp", [A, B])
def test_status_without_vat_on_a_row_with_vat_is_refused_and_never_zeroed(stamp):
    assert ["vat_status_rate"] == codes(purchase(), stamp, table=without(TABLE, vat_status="31"))


def test_status_of_purchases_that_procountor_posts_goes_by_rate_and_by_known_accounts():
    rows = [ROW | {"vat_rate": "0", "account": "1"}, ROW]
    terms = terms_of({"purchase_vat_status_by_rate": {"0.0": "12"}})

    found = invoice_of(purchase(rows=rows), A, terms=terms)

    assert ("1", ["12", ""]) == (found.vat_status, [row.vat_status for row in found.rows])


@pytest.mark.requirement("R-ECO-44")
def test_sale_carries_the_mapped_accounts_whatever_was_chosen_for_purchases():
    one, other = (invoice_of(sale(), stamp) for stamp in (A, B))

    assert one == other
    assert [("3010", Decimal(-1000))] == [(p.account, p.amount) for p in one.postings]


@pytest.mark.requirement("R-ECO-43c")
def test_sale_goes_by_a_channel_that_sends_nothing():
    assert Channel.NOT_SENT is invoice_of(sale()).channel


@pytest.mark.requirement("R-ECO-49a", "R-ECO-49b")
def test_purchase_header_has_the_articles_fields_and_no_others():
    found = json.loads(invoice_of(purchase(), A, image=None).as_json())

    assert {
        "source": "ecom",
        "id": "p-1",
        "partner": {"document": "ecom/supplier-t-1"},
        "vat_status": "1",
        "rows": found["rows"],
        "invoice_date": "2026-05-02",
        "number": "4711",
        "counterparty": {"name": "Toimittaja Esimerkki Oy", "vat_number": "FI12345671"},
        "due_date": "2026-06-01",
        "bank_account": {"iban": "FI2112345600000785", "bic": "NDEAFIHH"},
    } == found


@pytest.mark.requirement("R-ECO-50")
def test_purchase_row_has_the_articles_fields_and_no_others():
    row = ROW | {"discount_percent": "10", "unit": "kk", "note": "x"}

    (found,) = json.loads(invoice_of(purchase(rows=[row]), A).as_json())["rows"]

    assert {
        "product_name": "Vuokra",
        "product_number": "V1",
        "comment": "Tilat",
        "quantity": "1",
        "price": "1000",
        "vat_rate": "25.5",
        "discount_percent": "10",
    } == found


@pytest.mark.requirement("R-ECO-52a", "R-ECO-52b")
def test_sales_header_has_the_articles_fields_and_the_account_of_the_settings():
    other_account = sale(bank_account="FI2112345600000785", bic="NDEAFIHH")

    found = json.loads(invoice_of(other_account).as_json())

    assert {
        "source": "ecom",
        "id": "s-1",
        "vat_status": "1",
        "rows": found["rows"],
        "postings": found["postings"],
        "payment_reference": "1232",
        "invoice_date": "2026-05-01",
        "number": "1001",
        "counterparty": {"name": CUSTOMER["name"], "address": CUSTOMER["address"]},
        "due_date": "2026-06-01",
        "bank_account": {"iban": "FI4950009420028730", "bic": "OKOYFIHH"},
    } == found


@pytest.mark.requirement("R-ECO-53a", "R-ECO-53b")
def test_sales_row_has_the_articles_fields_and_no_product_number():
    (found,) = json.loads(invoice_of(sale()).as_json())["rows"]

    assert {
        "product_name": "Työ",
        "quantity": "1",
        "price": "1000",
        "vat_rate": "25.5",
    } == found


MARKED = {
    "note": "MARK-note",
    "internal_note": "MARK-internal",
    "posting_text": "MARK-posting-text",
    "dimensions": {"MARK-dim": "MARK-code"},
    "attachments": [
        {"name": "MARK-one.pdf", "sha256": "cd" * 32, "size_bytes": 1},
        {"name": "MARK-two.pdf", "sha256": "ef" * 32, "size_bytes": 1},
    ],
}
MARKED_PARTY = {
    "email": "MARK@example.fi",
    "phone": "MARK-phone",
    "contact_person": "MARK-person",
    "note": "MARK-party-note",
    "business_id": "MARK-business",
}
MARKED_ROW = {"note": "MARK-row", "dimensions": {"MARK-row-dim": "MARK-c"}, "unit": "MARK-unit"}
MARKED_POSTING = {"note": "MARK-entry", "dimensions": {"MARK-post-dim": "MARK-d"}}
OF_SALES_ONLY = {
    "party": {"vat_number": "MARK-vat", "bank_account": "MARK-iban", "bic": "MARK-bic"},
    "rows": {"product_group": "MARK-group", "product_number": "MARK-number"},
    "whole": {"bank_account": "MARK-own-iban", "bic": "MARK-own-bic", "language": "sv"},
}
OF_PURCHASES_ONLY = {
    "party": {"address": {"street": "MARK-street", "city": "MARK-city"}},
    "whole": {"payment_reference": "MARK-reference", "created_on": "1999-01-01"},
}


@pytest.mark.parametrize("stamp", [A, B])
@pytest.mark.parametrize("make", [purchase, sale])
def test_nothing_but_the_listed_fields_is_in_what_is_pushed(make, stamp):
    """Every other field that Ecom has holds a marker; the next test finds a forgotten one."""
    special = OF_PURCHASES_ONLY if make is purchase else OF_SALES_ONLY
    plain = make()
    party = (SUPPLIER if make is purchase else CUSTOMER) | MARKED_PARTY | special.get("party", {})
    rows = [
        row.model_dump(mode="json") | MARKED_ROW | special.get("rows", {}) for row in plain.rows
    ]
    postings = [one.model_dump(mode="json") | MARKED_POSTING for one in plain.postings]
    document = make(**MARKED | special["whole"], party=party, rows=rows, postings=postings)

    found = "".join(one.as_json() for one in mapped(document, stamp, image=IMAGE).documents)

    assert "MARK" not in found
    assert "1999" not in found
    assert '"language":"sv"' not in found
    assert "lasku.pdf" in found
    assert 0 == found.count("cdcd")


def test_marker_test_marks_every_field_that_does_not_go():
    """A field that is added to the contract is either on the lists below or among the markers."""
    goes = {"id", "company", "kind", "revision", "number", "is_credit_note", "date", "due_date"}
    goes |= {"currency", "currency_rate", "prices", "party", "gross", "rows", "postings", "image"}
    goes |= {"credits"}  # known here, said in the log alone
    sides = {*OF_SALES_ONLY["whole"], *OF_PURCHASES_ONLY["whole"]}

    assert set(EcomDocument.model_fields) == goes | set(MARKED) | sides


@pytest.mark.requirement("R-ECO-51b")
def test_image_above_the_limit_stays_behind_with_a_note_and_the_invoice_goes():
    exact = Image(sha256="ab" * 32, name="a.pdf", size_bytes=10_000_000)
    above = exact.model_copy(update={"size_bytes": 10_000_001})

    assert exact == invoice_of(purchase(), image=exact).image
    found = mapped(purchase(), image=above)
    assert None is found.documents[-1].image
    assert ["image_too_large"] == [note.code for note in found.notes]


@pytest.mark.requirement("R-ECO-59b")
def test_account_numbers_lose_their_spaces():
    spaced = purchase(bank_account="fi21 1234 5600 0007 85")

    assert "FI2112345600000785" == invoice_of(spaced).bank_account.iban


def test_credit_note_has_negative_quantity_and_positive_price_however_it_came():
    rows = [ROW | {"quantity": "-1"}, ROW | {"price": "-1000.00"}]
    postings = [
        {"account": "7230", "amount": "-2000.00", "vat_rate": "25.5"},
        {"account": "2871", "amount": "2000.00", "role": "balance"},
    ]
    credit = purchase(
        is_credit_note=True, credits="4700", gross="-2510.00", rows=rows, postings=postings
    )

    found = invoice_of(credit)

    assert [(Decimal(-1), Decimal(1000))] * 2 == [(row.quantity, row.price) for row in found.rows]
    assert Decimal(-2510) == found.totals.gross
    assert "4700" not in found.as_json()


def test_invoice_in_another_currency_is_held_against_its_posting_at_its_rate():
    dollars = purchase(currency="USD", currency_rate="1.25")
    postings = [
        {"account": "7230", "amount": "800.00", "vat_rate": "25.5"},
        {"account": "2871", "amount": "-800.00", "role": "balance"},
    ]

    assert ["posting_differs", "rounding_large"] == codes(dollars)
    found = invoice_of(purchase(currency="USD", currency_rate="1.25", postings=postings))
    assert ("USD", Decimal("1.25")) == (found.currency, found.currency_rate)


def test_supplier_without_a_vat_id_is_known_by_its_business_id():
    partner, invoice = mapped(purchase(party=SUPPLIER | {"vat_number": ""})).documents

    assert ("", "1234567-1") == (partner.vat_number, partner.business_id)
    assert isinstance(invoice, PurchaseInvoice)
    assert "1234567-1" == invoice.counterparty.business_id


@pytest.mark.parametrize("stamp", [A, B])
def test_invoice_without_rows_gets_the_articles_remedy(stamp):
    assert "rows_absent" in codes(purchase(rows=[]), stamp)
    assert "Laskulla ei ole rivejä" in remedy("rows_absent", language="fi")


def test_row_without_a_name_is_refused_by_number():
    rows = [ROW, ROW | {"product_name": ""}]
    found = refused(purchase(rows=rows), A)

    assert [("row_name_absent", {"rows": "2"})] == found


def test_every_refusal_of_the_mapping_has_its_sentence_and_its_remedy():
    lacking = [code for code, one in MEANINGS.items() if one.colour == "red" and not one.remedy]

    assert [] == lacking
    assert "X_NEW" == sentence("X_NEW")
    assert "no known remedy" == remedy("X_NEW")
