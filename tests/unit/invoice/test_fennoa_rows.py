"""Rows for Fennoa: products, texts, precision, dimensions, surcharges, credits."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.invoice.arithmetic import Priced, Prices, totals_of
from ledger.invoice.mappings.fennoa.rows import as_credit, rows_of
from ledger.invoice.mappings.fennoa.terms import DimensionForm, Terms
from ledger.invoice.problems import Severity
from tests.fennoa_terms import form, mapped, row_of, terms
from tests.invoices import TEXT, codes, invoice, row

REGISTER = {"P1": "Suunnittelu", "GEN": "Yleinen tuote"}
CREDIT = {"type": "credit_note", "credited": {"number": 1001}}


def refusal(**how):
    found = mapped(**how)
    assert not found.is_sendable
    (problem,) = [one for one in found.problems if one.refuses]
    assert codes(found.problems)
    return problem.code, problem.row, problem.field


@pytest.mark.requirement("R-FEN-P3a")
def test_a_row_by_the_names_of_the_api():
    fields = form(rows=[row(unit="h", discount_percent="10", account="3000", description="x")])

    assert row_of(fields, 1) == {
        "product_no": "P1",
        "name": "Palvelu",
        "description": "x",
        "price": "10",
        "quantity": "1",
        "unit": "h",
        "vatpercent": "25.5",
        "discount_percent": "10",
        "account_code": "3000",
    }


@pytest.mark.requirement("R-FEN-11a")
def test_a_text_row_is_its_description_and_nothing_else():
    fields = form(rows=[row(), TEXT], settings=terms(general_product="GEN"))

    assert {"description": TEXT["description"]} == row_of(fields, 2)


@pytest.mark.requirement("R-FEN-11b")
def test_rows_are_numbered_from_1():
    numbers = {re.match(r"row\[(\d+)\]", name)[1] for name in form() if name.startswith("row")}

    assert {"1", "2", "3"} == numbers


@pytest.mark.requirement("R-FEN-12a")
def test_no_sum_is_sent():
    assert [] == [name for name in form() if re.search("total|sum|gross|net", name)]


def test_the_totals_that_are_expected_come_with_it():
    assert Decimal("938.22") == mapped().totals.gross
    per_rate = terms(rounding={"vat_per": "rate"})
    rows = [row(price="1.99")] * 3
    assert Decimal("1.52") == mapped(rows=rows, settings=per_rate).totals.vat


@pytest.mark.requirement("R-FEN-7b")
def test_a_row_without_a_product_number_goes_with_a_remark():
    found = mapped(rows=[row(product_number=None)])

    assert found.is_sendable
    assert [("product_number_absent", 1)] == [(one.code, one.row) for one in found.problems]


@pytest.mark.requirement("R-FEN-7d")
def test_in_strict_mode_a_row_has_a_product_number():
    how = {"rows": [row(product_number=None)], "settings": terms(is_strict=True)}

    assert ("product_number_absent", 1, "product_number") == refusal(**how)


@pytest.mark.requirement("R-FEN-8a")
def test_a_row_without_a_number_belongs_to_the_general_product():
    found = mapped(rows=[row(product_number=None)], settings=terms(general_product="GEN"))

    assert "GEN" == row_of(dict(found.fields), 1)["product_no"]
    assert () == found.problems


@pytest.mark.requirement("R-FEN-8b")
def test_a_text_does_not_belong_to_the_general_product():
    fields = form(rows=[row(), TEXT], settings=terms(general_product="GEN"))

    assert "product_no" not in row_of(fields, 2)


@pytest.mark.requirement("R-FEN-9a", "R-FEN-9b")
@pytest.mark.parametrize(
    ("name", "description", "sent"),
    [
        ("Design 12.5.", "", "Design 12.5."),
        ("Design 12.5.", "tunnit", "Design 12.5.\ntunnit"),
        ("Suunnittelu", "tunnit", "tunnit"),
        ("", "tunnit", "tunnit"),
    ],
)
def test_the_register_s_name_is_the_name_and_all_else_is_description(name, description, sent):
    rows = [row(product_name=name, description=description)]

    fields = row_of(form(rows=rows, settings=terms(products=REGISTER)), 1)
    assert ("Suunnittelu", sent) == (fields["name"], fields["description"])


@pytest.mark.requirement("R-FEN-9c")
@pytest.mark.parametrize("name", ["Design 12.5.", "Muuta", ""])
def test_the_general_product_has_one_name_whatever_the_row_says(name):
    settings = terms(general_product="GEN", general_product_name="Yleinen tuote")

    rows = [row(product_number=None, product_name=name, description="x")]
    fields = row_of(form(rows=rows, settings=settings), 1)
    assert "Yleinen tuote" == fields["name"]
    assert "\n".join(filter(None, (name, "x"))) == fields["description"]


@pytest.mark.requirement("R-FEN-6a", "R-FEN-6b")
def test_a_product_that_fennoa_does_not_have_goes_with_a_remark():
    found = mapped(rows=[row(product_number="P9")], settings=terms(products=REGISTER))

    assert [("product_unknown", Severity.WARNS)] == [(o.code, o.severity) for o in found.problems]
    assert "P9" == row_of(dict(found.fields), 1)["product_no"]


@pytest.mark.requirement("R-FEN-17a")
@pytest.mark.parametrize("precision", [2, 3, 4, 5, 0])
def test_precision_is_2_4_or_5(precision):
    if precision in {2, 4, 5}:
        assert precision == terms(precision=precision).precision
    else:
        with pytest.raises(ValidationError):
            terms(precision=precision)


@pytest.mark.requirement("R-FEN-17e")
def test_precision_is_2_unless_something_else_is_agreed():
    assert 2 == terms().precision


@pytest.mark.requirement("R-FEN-17b")
def test_precision_2_refuses_a_quantity_of_three_decimals():
    assert ("precision", 1, "quantity") == refusal(rows=[row(quantity="1.005")])


@pytest.mark.requirement("R-FEN-17c")
def test_precision_2_refuses_a_price_of_four_decimals():
    assert ("precision", 1, "price") == refusal(rows=[row(price="0.3333")])


@pytest.mark.requirement("R-FEN-17d")
def test_precision_4_takes_both():
    rows = [row(quantity="1.005", price="0.3333")]

    fields = row_of(form(rows=rows, settings=terms(precision=4)), 1)
    assert ("1.005", "0.3333") == (fields["quantity"], fields["price"])


def test_precision_is_held_at_its_limit():
    assert ("precision", 1, "price") == refusal(
        rows=[row(price="0.33333")], settings=terms(precision=4)
    )
    form(rows=[row(price="0.33333")], settings=terms(precision=5))
    form(rows=[row(price="10.5000")])


@pytest.mark.requirement("R-FEN-19a")
@pytest.mark.parametrize("known", [None, {}, {"1": frozenset({"200"})}, {"2": frozenset({"100"})}])
def test_a_dimension_that_fennoa_does_not_list_is_refused(known):
    rows = [row(), row(dimensions={"1": "100"})]

    assert ("dimension_unknown", 2, "dimensions") == refusal(
        rows=rows, settings=terms(dimensions=known)
    )


@pytest.mark.requirement("R-FEN-19b")
@pytest.mark.parametrize(
    ("form_of", "name"),
    [
        ("NESTED", "row[1][dim][dim1]"),
        ("FLAT", "row[1][dim_1]"),
        ("LONE", "row[1][dim]"),
    ],
)
def test_a_dimension_is_sent_in_the_form_that_is_set(form_of, name):
    settings = terms(dimensions={"1": frozenset({"100"})}, dimension_form=DimensionForm[form_of])

    assert "100" == form(rows=[row(dimensions={"1": "100"})], settings=settings)[name]


@pytest.mark.requirement("R-FEN-41a")
def test_a_surcharge_that_fennoa_adds_is_no_row_of_ours():
    surcharge = {
        "product_number": "LISÄ",
        "delivery_method": "postal",
        "net": "5",
        "vat_rate": "25.5",
    }

    assert ("surcharge_row", 2, "product_number") == refusal(
        rows=[row(), row(product_number="LISÄ")], settings=terms(surcharges=[surcharge])
    )


@pytest.mark.requirement("R-FEN-23a", "R-FEN-23b", "R-FEN-23c")
@pytest.mark.parametrize(("quantity", "price"), [("-2", "10"), ("2", "-10")])
def test_a_credit_has_its_sign_on_the_quantity(quantity, price):
    found = mapped(**CREDIT, rows=[row(quantity=quantity, price=price)])

    fields = row_of(dict(found.fields), 1)
    assert ("-2", "10") == (fields["quantity"], fields["price"])
    assert Decimal("-20.00") == found.totals.net


@given(st.decimals("-999", "999", places=2), st.decimals("-999", "999", places=2))
def test_a_credit_s_price_is_never_negative_and_its_sum_stays(price, quantity):
    shown_price, shown_quantity = as_credit(price, quantity)

    assert shown_price >= 0
    assert price * quantity == shown_price * shown_quantity


@pytest.mark.requirement("R-FEN-22c")
def test_a_credit_carries_the_number_of_what_it_credits():
    rows = [row(quantity=-1)]

    fields = form(**CREDIT, rows=rows)
    assert ("2", "1001") == (fields["invoice_type_id"], fields["credited_invoice_no"])
    learnt = form(type="credit_note", credited={"id": "9"}, rows=rows, credited_number=77)
    assert "77" == learnt["credited_invoice_no"]


@pytest.mark.requirement("R-FEN-22b")
def test_a_credit_waits_while_its_original_has_no_number():
    found = mapped(type="credit_note", credited={"id": "9"}, rows=[row(quantity=-1)])

    assert (False, True) == (found.is_sendable, found.is_waiting)
    assert ["credited_number_awaited"] == [one.code for one in found.problems]


@pytest.mark.requirement("R-FEN-22a")
def test_a_credit_that_names_nothing_is_refused_and_does_not_wait():
    found = mapped(type="credit_note", rows=[row(quantity=-1)])

    assert (False, False) == (found.is_sendable, found.is_waiting)


numbers = st.decimals("-99999", "99999", places=4)
percents = st.decimals("0", "100", places=1)
made_row = st.builds(row, numbers, numbers, percents, discount_percent=percents)
made_rows = st.lists(made_row, min_size=1, max_size=6)


@given(made_rows, st.sampled_from(["net", "gross"]), st.booleans())
def test_what_is_sent_comes_to_the_totals_that_are_expected(rows, prices, is_credit):
    """Fennoa computes from the fields alone, so they say all that the sums are made of."""
    document = invoice(rows=rows, prices=prices, type="credit_note" if is_credit else "invoice")

    sent = dict(rows_of(document, terms(precision=4)))
    read = [
        Priced(
            *(Decimal(sent[f"row[{number}][{name}]"]) for name in ("price", "quantity")),
            Decimal(sent[f"row[{number}][vatpercent]"]),
            Decimal(sent[f"row[{number}][discount_percent]"]),
        )
        for number in range(1, len(rows) + 1)
    ]
    assert document.totals == totals_of(read, prices=Prices(prices))


@pytest.mark.parametrize(("prices", "sent"), [("gross", "price_with_vat"), ("net", "price")])
def test_a_gross_price_stands_in_the_field_that_is_set(prices, sent):
    settings = terms(gross_field="price_with_vat")

    fields = row_of(form(prices=prices, rows=[row()], settings=settings), 1)
    assert {sent: "10"} == {name: text for name, text in fields.items() if "price" in name}


def test_terms_are_stored_as_json_and_read_back_as_they_were():
    whole = terms(
        dimensions={"1": frozenset({"100", "200"})},
        rounding={"mode": "ROUND_HALF_EVEN"},
        trade_names={4},
        surcharges=[
            {"product_number": "L", "delivery_method": "postal", "net": "5", "vat_rate": "25.5"}
        ],
    )

    assert whole == Terms.model_validate_json(whole.model_dump_json())


def test_what_is_sent_has_a_digest():
    assert mapped().digest == mapped().digest != mapped(due_date="2026-01-30").digest


def test_numbers_have_a_point_and_no_exponent():
    rows = [row(price="1000", quantity="0.00001", discount_percent="0.000")]

    fields = row_of(form(rows=rows, settings=terms(precision=5)), 1)
    assert ("1000", "0.00001", "0") == (
        fields["price"],
        fields["quantity"],
        fields["discount_percent"],
    )


def test_an_invoice_of_another_type_has_no_credited_number():
    fields = form(document=invoice(), credited_number=5)

    assert "credited_invoice_no" not in fields
