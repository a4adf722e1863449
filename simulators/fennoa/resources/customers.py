"""Customers' cards: read by id and by number, made by hand."""

from __future__ import annotations

from typing import Any, Final

from simulators.fennoa.company import Refused
from simulators.fennoa.forms import read_form
from simulators.fennoa.resources.route import Asked, Route

REQUIRED: Final = ("name", "address", "postalcode", "city", "country_id")


def _by_number(asked: Asked, number: str) -> dict[str, Any]:
    return {"data": {"Customer": asked.company.card(number)}}


def _by_id(asked: Asked, card_id: str) -> dict[str, Any]:
    return {"data": {"Customer": asked.company.card_by_id(card_id)}}


def _list(asked: Asked) -> dict[str, Any]:
    return {"data": [{"Customer": card} for card in asked.company.customers.values()]}


def _add(asked: Asked) -> dict[str, Any]:
    form = read_form(asked.body, asked.request.headers.get("content-type", ""))
    fields = {name: str(value) for name, value in form.items() if name != "row"}
    if missing := {name: ["Pakollinen kenttä"] for name in REQUIRED if not fields.get(name)}:
        raise Refused(400, missing)
    card = asked.company.add_card(fields)
    return {"data": {"Customer": {name: card[name] for name in ("id", "customer_no")}}}


ROUTES: Final[tuple[Route, ...]] = (
    ("GET", r"customer_api/get/customer_no/(.+)", _by_number),
    ("GET", r"customer_api/(\d+)", _by_id),
    ("GET", r"customer_api", _list),
    ("POST", r"customer_api/add", _add),
)
"""Calls of the customer API."""
