"""Rows of an invoice as Fennoa spells them, from 1, and what stands against each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ledger.invoice.arithmetic import Prices
from ledger.invoice.document import InvoiceDocument, Row
from ledger.invoice.mappings.fennoa.checks import TITLE
from ledger.invoice.mappings.fennoa.terms import DimensionForm, GrossField, Terms, decimals_of
from ledger.invoice.problems import Problem, problem

Fields = Iterator[tuple[str, str]]


class Product(NamedTuple):
    """How a row names what is sold.

    Fennoa writes `name` over the one on the product's card, so it is the register's own.
    """

    number: str
    name: str
    description: str


def product_of(row: Row, terms: Terms) -> Product:
    """Return number and name as the register has them, and all else as description.

    A row without a number belongs to the tenant's general product, if there is one.
    """
    number = row.product_number or terms.general_product
    registered = (terms.products or {}).get(number, "")
    if terms.general_product and number == terms.general_product:
        registered = terms.general_product_name or registered
    if not registered:
        return Product(number, row.product_name, row.description)
    own_name = row.product_name if row.product_name != registered else ""
    return Product(number, registered, "\n".join(filter(None, (own_name, row.description))))


def check_rows(document: InvoiceDocument, terms: Terms) -> Iterator[Problem]:
    """Yield what stands against each row."""
    for number, row in enumerate(document.rows, 1):
        if not row.is_text:
            yield from _check_product(row, number, terms)
            yield from _check_precision(row, number, terms)
            yield from _check_dimensions(row, number, terms)


def _check_product(row: Row, number: int, terms: Terms) -> Iterator[Problem]:
    product = product_of(row, terms).number
    if not product:
        yield problem("product_number_absent", "product_number", row=number)
    elif product in {one.product_number for one in terms.surcharges}:
        yield problem("surcharge_row", "product_number", row=number, target=TITLE, product=product)
    elif terms.products is not None and product not in {*terms.products, terms.general_product}:
        yield problem("product_unknown", "product_number", row=number, target=TITLE)


def _check_precision(row: Row, number: int, terms: Terms) -> Iterator[Problem]:
    for field, value in (("price", row.price), ("quantity", row.quantity)):
        if value is not None and decimals_of(value) > terms.precision:
            yield problem("precision", field, row=number, target=TITLE, decimals=terms.precision)


def _check_dimensions(row: Row, number: int, terms: Terms) -> Iterator[Problem]:
    for dimension, code in row.dimensions.items():
        known = (terms.dimensions or {}).get(dimension, frozenset())
        if code not in known:
            yield problem(
                "dimension_unknown",
                "dimensions",
                row=number,
                target=TITLE,
                dimension=dimension,
                code=code,
            )


def rows_of(document: InvoiceDocument, terms: Terms) -> Fields:
    """Yield the form fields of all rows; a text row is its description and nothing else."""
    for number, row in enumerate(document.rows, 1):
        if row.is_text:
            yield f"row[{number}][description]", row.description
            continue
        for name, value in _fields(row, document, terms):
            if value:
                yield f"row[{number}][{name}]", value
        yield from _dimensions(row, number, terms.dimension_form)


def _fields(row: Row, document: InvoiceDocument, terms: Terms) -> Fields:
    product = product_of(row, terms)
    price, quantity = row.price or Decimal(0), row.quantity or Decimal(0)
    if document.is_credit:
        price, quantity = as_credit(price, quantity)
    yield "product_no", product.number
    yield "name", product.name
    yield "description", product.description
    is_gross = document.prices is Prices.GROSS
    yield str(terms.gross_field if is_gross else GrossField.PRICE), as_text(price)
    yield "quantity", as_text(quantity)
    yield "unit", row.unit
    yield "vatpercent", as_text(row.vat_rate)
    yield "discount_percent", as_text(row.discount_percent)
    yield "account_code", row.account


def _dimensions(row: Row, number: int, form: DimensionForm) -> Fields:
    for dimension, code in row.dimensions.items():
        yield form.value.format(row=number, dimension=dimension), code


def as_credit(price: Decimal, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """Return price and quantity with the sign of their product on the quantity (R-FEN-23)."""
    amount = abs(quantity)
    return abs(price), amount if price * quantity > 0 else -amount


def as_text(number: Decimal | None) -> str:
    """Return a number as the API writes it: a decimal point, no exponent; empty for none."""
    return "" if number is None else f"{number:f}"
