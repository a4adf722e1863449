"""Products of the registers of sales, purchases and travel.

Source:
    Procountor API 26.04: Product, ProductSearchResult. Ids are int64, and the list has no page
    numbers.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from simulators.procountor.answers import Answer, json_answer, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.checks import Checks
from simulators.procountor.company import Body, Record
from simulators.procountor.enums import CURRENCIES, UNITS
from simulators.procountor.paging import batch, page, within
from simulators.procountor.resources.versions import check_version
from simulators.procountor.rights import ALL

REGISTERS: Final = {
    "SALES": "sales.productRegister",
    "PURCHASE": "purchases.productRegister",
    "TRAVEL": "travelAndExpenses.travelAndExpenseInvoices",
}
"""Types of products and the right to each."""
LISTED: Final = ("SALES", "PURCHASE")
"""Types that a list has unless it is asked for one."""
FIRST_ID: Final = 5_000_000_000
"""Beyond 32 bits, which only ids of products and bank statements may be."""


def post(ask: Ask) -> Answer:
    """Answer POST /products."""
    body = ask.body()
    _check(ask, body)
    return json_answer(shown(ask, add(ask, body)))


def add(ask: Ask, body: Body) -> Record:
    """Make a product."""
    here = ask.world.here
    record = Record(FIRST_ID + ask.company.next_id("product"), _kept(body), here, here)
    ask.company.products[record.id] = record
    return record


def put(ask: Ask) -> Answer:
    """Answer PUT /products/{id}, which replaces everything."""
    record, body = _found(ask), ask.body()
    _check(ask, body)
    if body.get("version"):
        check_version(ask, record, body["version"])
    record.body = _kept(body)
    ask.world.touch(record)
    return json_answer(shown(ask, record))


def delete(ask: Ask) -> Answer:
    """Answer DELETE /products/{id}; those of travel cannot be deleted."""
    record = _found(ask)
    if record.body["type"] == "TRAVEL":
        raise refuse(400, "Travel products cannot be deleted")
    ask.need(REGISTERS[record.body["type"]], ALL)
    del ask.company.products[record.id]
    return Answer(204)


def get(ask: Ask) -> Answer:
    """Answer GET /products/{ids}."""

    def found(number: int) -> Body | None:
        record = ask.company.products.get(number)
        return shown(ask, record) if record and ask.may(REGISTERS[record.body["type"]]) else None

    return batch(ask, ask.parts[0], found)


def search(ask: Ask) -> Answer:
    """Answer GET /products: part of a name or code; sales and purchases unless asked for a type."""
    is_active = ask.flag("active")
    if is_active is None and ask.world.habits.products_hide_inactive:
        is_active = True
    types = ask.texts("type") or LISTED
    rows = [
        record
        for record in ask.company.products.values()
        if record.body["type"] in types
        and ask.may(REGISTERS[record.body["type"]])
        and is_active in (None, record.body["active"])
        and ask.text("name").lower() in record.body["name"].lower()
        and ask.text("code").lower() in (record.body.get("code") or "").lower()
        and within(ask, "version", record.version)
    ]
    return page(
        ask,
        rows,
        shown=lambda row: shown(ask, row),
        id_of=lambda row: row.id,
        orders={"orderByVersion": lambda row: row.version},
        has_page=False,
    )


def shown(ask: Ask, record: Record) -> Body:
    """Return a product."""
    return {"id": record.id, **record.body, "version": ask.world.stamp(record.version)}


def _kept(body: Body) -> Body:
    return {key: deepcopy(value) for key, value in body.items() if key not in ("id", "version")}


def _found(ask: Ask) -> Record:
    record = ask.company.products.get(int(ask.parts[0])) if ask.parts[0].isdecimal() else None
    if record is None or not ask.may(REGISTERS[record.body["type"]]):
        raise refuse(404, "Not found")
    return record


def _check(ask: Ask, body: Body) -> None:
    checks = Checks(body)
    checks.enum("type", REGISTERS, required=True)
    checks.text("name", 100, required=True)
    checks.text("code", 40)
    checks.number("discount", required=True, low=0, high=100)
    checks.number("price", required=True)
    checks.flag("active", required=True)
    checks.enum("currency", CURRENCIES, required=True)
    checks.enum("unit", UNITS)
    checks.number("vat", low=0, high=100)
    checks.number("vatStatus", whole=True)
    checks.done()
    ask.need(REGISTERS[body["type"]], ALL)
    if body.get("vat") is not None and not ask.company.has_vat(body["vat"]):
        checks.add("ERROR_VATSTATUS_VATPERC", "vat")
    vat_type = "PURCHASE" if body["type"] == "PURCHASE" else "SALES"
    status = body.get("vatStatus")
    if status is not None and not ask.company.has_status(status, vat_type):
        checks.add("ERROR_VATSTATUS_VATPERC", "vatStatus")
    account = body.get("defaultAccount")
    if account and account not in ask.company.accounts:
        checks.add("ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION", "defaultAccount")
    checks.done()
