"""The invoice as a value: what it refuses, what makes two the same, whose it is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.invoice.document import InvoiceDocument, Row
from tests.invoices import CUSTOMER, TEXT, content, invoice, row


def test_key_customer_digest_and_totals():
    document = invoice()

    assert ("webshop/1", "number:1042") == (document.key, document.customer.key)
    assert Decimal("938.22") == document.totals.gross
    assert len(document.digest) == 64


def test_the_same_content_has_the_same_digest_however_it_was_written():
    one = invoice(rows=[row(price="10.50", dimensions={"1": "a", "2": "b"})], note="")
    other = invoice(rows=[row(price="10.5", dimensions={"2": "b", "1": "a"})], type="invoice")

    assert one.digest == other.digest


@pytest.mark.parametrize(
    "change",
    [
        {"id": "2"},
        {"due_date": "2026-01-30"},
        {"note": "x"},
        {"rows": [row(price="10.51")]},
        {"customer": CUSTOMER | {"number": "1043"}},
    ],
)
def test_other_content_has_another_digest(change):
    assert invoice(**change).digest != invoice().digest


@given(st.integers(0, 8), st.decimals("0", "99999", places=5))
def test_zeros_behind_the_point_are_not_content(zeros, number):
    text = f"{number:f}" if "." in f"{number:f}" else f"{number:f}."
    padded = Row(**row(price=1, rate=1) | {"quantity": text + "0" * zeros})

    assert Row(**row(price=1, rate=1) | {"quantity": number}) == padded


@pytest.mark.requirement("R-FEN-4", "R-FEN-10a")
def test_the_customer_number_alone_says_whose_an_invoice_is():
    """Neither a business id nor a name that two cards share makes them one customer."""
    other = invoice(customer=CUSTOMER | {"number": "1043"})
    same = invoice(customer={"name": "Written otherwise", "number": "1042"})

    assert invoice().customer.key != other.customer.key
    assert invoice().customer.key == same.customer.key


def test_a_customer_without_number_is_whoever_is_the_same_in_all_fields():
    plain = {key: value for key, value in CUSTOMER.items() if key != "number"}
    one, same = invoice(customer=plain).customer, invoice(id="2", customer=plain).customer

    assert one.key == same.key != invoice(customer=plain | {"name2": "x"}).customer.key
    assert "Ostaja" not in one.key


@pytest.mark.requirement("R-FEN-33b")
@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"duedate": "2026-01-29"}, ("duedate",)),
        ({"customer": CUSTOMER | {"vat_no": "1"}}, ("customer", "vat_no")),
        ({"rows": [row(vatpercent=24)]}, ("rows", 0, "vatpercent")),
    ],
)
def test_an_unknown_field_is_refused_by_name(changes, place):
    with pytest.raises(ValidationError) as refused:
        invoice(**changes)

    assert [(place, "extra_forbidden")] == [
        (one["loc"], one["type"]) for one in refused.value.errors()
    ]


@pytest.mark.parametrize("field", ["source", "id", "invoice_date", "customer"])
def test_what_every_invoice_has(field):
    with pytest.raises(ValidationError) as refused:
        invoice(**{field: None})

    assert [(field,)] == [one["loc"] for one in refused.value.errors()]


@pytest.mark.parametrize("number", [10.5, float("nan"), True, "NaN", "1,5", "1e400", "1.123456"])
def test_no_number_that_is_not_an_exact_decimal(number):
    with pytest.raises(ValidationError):
        invoice(rows=[row() | {"price": number}])


@pytest.mark.requirement("R-FEN-P5b")
@pytest.mark.parametrize("absent", ["price", "quantity", "vat_rate"])
def test_a_row_has_price_quantity_and_one_rate_or_is_a_text(absent):
    with pytest.raises(ValidationError, match=f"{absent} missing"):
        invoice(rows=[{name: value for name, value in row().items() if name != absent}])


@pytest.mark.parametrize(
    ("given", "is_text"),
    [(TEXT, True), (TEXT | {"unit": "", "price": None, "dimensions": {}}, True), (row(), False)],
)
def test_a_text_row_is_a_description_and_nothing_else(given, is_text):
    assert is_text is Row(**given).is_text


@pytest.mark.parametrize("given", [{}, {"description": ""}, {"unit": "h"}, TEXT | {"unit": "h"}])
def test_a_row_of_nothing_is_refused(given):
    with pytest.raises(ValidationError):
        Row(**given)


@pytest.mark.parametrize("name", ["line\nbreak", "esc\x1b[2J", "nul\0"])
def test_no_text_acts_on_what_shows_it(name):
    with pytest.raises(ValidationError):
        invoice(customer=CUSTOMER | {"name": name})


@pytest.mark.parametrize("key", ["", "a/b", "a b", "ä", "x" * 61, "a\nb"])
def test_an_id_can_travel_in_any_field(key):
    with pytest.raises(ValidationError):
        invoice(id=key)


@pytest.mark.parametrize("rows", [5_000, 5_001])
def test_rows_have_a_limit(rows):
    given = content(rows=[TEXT] * rows)

    if rows == 5_000:
        assert rows == len(InvoiceDocument.model_validate(given).rows)
    else:
        with pytest.raises(ValidationError, match="5000"):
            InvoiceDocument.model_validate(given)


def test_an_invoice_is_stored_as_json_and_read_back_as_it_was():
    one = invoice(
        rows=[row(price="10.10", dimensions={"1": "a"}), TEXT], image="a.pdf", factoring=False
    )

    same = InvoiceDocument.model_validate_json(one.model_dump_json())
    assert (one, one.digest) == (same, same.digest)


def test_the_digest_of_an_invoice_stays_from_release_to_release():
    """It is stored with what was sent: another one would look like a changed document."""
    assert invoice().digest == "9159ca2244562ab4a3a23379788ae879c3db9725589701c0bef2eb89761397dd"


def test_attachments_are_names_in_a_list_or_in_one_cell():
    assert ("a.pdf", "b c.pdf") == invoice(attachments=["a.pdf", "b c.pdf"]).attachments
    assert ("a.pdf", "b c.pdf") == invoice(attachments="a.pdf; b c.pdf").attachments
    assert () == invoice(attachments="").attachments
    with pytest.raises(ValidationError):
        invoice(attachments=["../a.pdf"])


@pytest.mark.parametrize("name", ["../a.pdf", "a/b.pdf", ".a", "", "a\x00.pdf", "a\\b", "x" * 201])
def test_an_image_is_the_name_of_a_file_and_no_path(name):
    assert "Lasku 1.pdf" == invoice(image="Lasku 1.pdf").image
    with pytest.raises(ValidationError):
        invoice(image=name)
