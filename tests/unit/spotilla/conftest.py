"""Records of Spotilla for tests of the rules."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.spotilla.names import Names
from ledger.spotilla.records import SpotillaCustomer, SpotillaProduct, SpotillaTask

TABLE = Path(__file__).parents[3] / "data" / "reference" / "spotilla_fields.csv"


@pytest.fixture(scope="session")
def lines():
    """The table of spellings."""
    with TABLE.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


@pytest.fixture
def names(lines):
    """The spellings that come with the program."""
    return Names.of_lines(lines)


@pytest.fixture
def customer():
    """Make a customer that lacks nothing."""

    def make(number=1, **changes):
        usual = {
            "name": "Asiakas Oy",
            "business_id": "1234567-8",
            "street": "Katu 1",
            "postal_code": "00100",
            "city": "Helsinki",
        }
        return SpotillaCustomer(id=number, **{**usual, **changes})

    return make


@pytest.fixture
def product():
    """Make a product of 10.00."""

    def make(number=7, **changes):
        usual = {"code": "T7", "name": "Huoltotunti", "price": "10", "unit": "h",
                 "vat_rate": "25.5"}  # fmt: skip
        return SpotillaProduct(id=number, **{**usual, **changes})

    return make


@pytest.fixture
def task():
    """Make a finished task of two of product 7 for customer 1."""

    def make(number=100, **changes):
        usual = {
            "state": "finished",
            "finished_at": "2026-04-10T09:00:00Z",
            "customer_id": 1,
            "order_number": "T-100",
            "rows": [{"product_id": 7, "quantity": Decimal(2)}],
        }
        return SpotillaTask(id=number, **{**usual, **changes})

    return make


@pytest.fixture
def codes():
    """Read the codes of reasons."""
    return lambda reasons: [one.code for one in reasons]
