"""A simulated Procountor in this process, and clients that have a token for it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import httpx
import pytest

from simulators.procountor import CLIENT_ID, CLIENT_SECRET, Acts, Company, InProcess, World

NORTH, SOUTH = 1001, 1002
NOW = dt.datetime(2026, 4, 10, 7, 0, tzinfo=dt.UTC)


class Client:
    """Calls with a token that is got once, and answers read without floats."""

    def __init__(self, world, company, *, client_id=CLIENT_ID):
        self.http = httpx.Client(transport=InProcess(world), base_url="https://any.invalid/api")
        self.form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": CLIENT_SECRET,
            "api_key": f"key-{company}",
        }
        self.token = ""

    def get_token(self, **changes):
        form = {name: value for name, value in {**self.form, **changes}.items() if value}
        return self.http.post("/oauth/token", data=form)

    def call(self, method, path, json=None, **options):
        if not self.token:
            self.token = self.get_token().json()["access_token"]
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.http.request(method, path, json=json, headers=headers, **options)

    def get(self, path, **query):
        return self.call("GET", path, params=query)

    def read(self, path, **query):
        answer = self.get(path, **query)
        assert 200 == answer.status_code, answer.text
        return exact(answer)

    def put(self, path, body=None, **options):
        return self.call("PUT", path, body, **options)

    def post(self, path, body=None, **options):
        return self.call("POST", path, body, **options)

    def errors(self, answer):
        """Read the errors of an answer as (status, field, message)."""
        rows = answer.json()["errors"]
        return [(row["status"], row.get("field"), row["message"]) for row in rows]

    def made(self, path, body):
        answer = self.post(path, body)
        assert 200 == answer.status_code, answer.text
        return exact(answer)


def exact(answer):
    """Read JSON without floats."""
    return json.loads(answer.text, parse_float=Decimal)


@pytest.fixture
def world():
    """Two environments at a fixed time, with no rate in the way."""
    world = World.of([Company(NORTH), Company(SOUTH, "Toinen Oy", "7654321-1")], clock=lambda: NOW)
    world.limiter.limit = 100_000
    yield world
    assert not world.crashes


@pytest.fixture
def company(world):
    """The first environment."""
    return world.companies[NORTH]


@pytest.fixture
def client(world):
    """A client of the first environment."""
    return Client(world, NORTH)


@pytest.fixture
def other_client(world):
    """A client of the second."""
    return Client(world, SOUTH)


ADDRESS = {"name": "Asiakas Oy", "street": "Katu 1", "zip": "00100", "city": "Helsinki",
           "country": "FINLAND"}  # fmt: skip
ROW = {"product": "Konsultointi", "quantity": 2, "unit": "HOUR", "unitPrice": 100,
       "discountPercent": 0, "vatPercent": 25.5}  # fmt: skip


@pytest.fixture
def card():
    """Make the body of a business partner."""

    def make(name="Asiakas Oy", kind="CUSTOMER", **changes):
        return {
            "name": name,
            "type": kind,
            "address": {**ADDRESS, "name": name},
            "invoicingInfo": {"identifier": "1234567-1", "invoiceChannel": "NO_SENDING"},
            "paymentInfo": {"paymentMethod": "BANK_TRANSFER", "currency": "EUR"},
            **changes,
        }

    return make


@pytest.fixture
def sale():
    """Make the body of a sales invoice of 200.00 and VAT 51.00."""

    def make(**changes):
        payment = {
            "paymentMethod": "BANK_TRANSFER",
            "currency": "EUR",
            "dueDate": "2026-04-24",
            "currencyRate": 1,
            "bankAccount": {"accountNumber": "FI2112345600000785"},
        }
        return {
            "type": "SALES_INVOICE",
            "date": "2026-04-10",
            "counterParty": {"counterPartyAddress": ADDRESS},
            "deliveryAddress": {},
            "paymentInfo": {**payment, **changes.pop("paymentInfo", {})},
            "extraInfo": {"accountingByRow": True, "unitPricesIncludeVat": False},
            "discountPercent": 0,
            "vatStatus": 1,
            "invoiceRows": [ROW],
            "invoiceChannel": "NO_SENDING",
            "language": "FINNISH",
            **changes,
        }

    return make


@pytest.fixture
def purchase(sale):
    """Make the body of a purchase invoice of 200.00 and VAT 51.00, without approvers."""

    def make(**changes):
        account = {"accountNumber": "FI5542345670000081", "bic": "OKOYFIHH"}
        body = sale(type="PURCHASE_INVOICE", **{"invoiceApprovalInformation": {}, **changes})
        body["paymentInfo"]["bankAccount"] = account
        return {key: value for key, value in body.items() if value is not None}

    return make


@pytest.fixture
def journal():
    """Make the body of a journal of 125.50 on the receivable and 100.00 of sales at 25.5 %."""

    def make(**changes):
        rows = [
            {"transactionType": "ENTRY", "account": "1701", "accountingValue": 125.50,
             "vatPercent": 0, "vatType": "SALES", "vatStatus": 12},
            {"transactionType": "ENTRY", "account": "3000", "accountingValue": -100,
             "vatPercent": 25.5, "vatType": "SALES", "vatStatus": 1},
        ]  # fmt: skip
        return {
            "type": "JOURNAL",
            "name": "Kassamyynti 10.4.",
            "receiptDate": "2026-04-10",
            "vatType": "SALES",
            "vatStatus": 1,
            "transactions": rows,
            **changes,
        }

    return make


@pytest.fixture
def acts(world):
    """What people do in the first environment."""
    return Acts(world, NORTH)
