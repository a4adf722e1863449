"""Business partners: cards of customers and suppliers.

Source:
    Procountor API 26.04: BusinessPartner, BusinessPartnerSearchResult.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any, Final

from simulators.procountor.answers import Answer, json_answer, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.checks import Checks, dig
from simulators.procountor.company import Body, Company, Record
from simulators.procountor.enums import (
    CHANNELS,
    COUNTRIES,
    CURRENCIES,
    LANGUAGES,
    PARTNER_PAYMENT_METHODS,
)
from simulators.procountor.paging import batch, page, within
from simulators.procountor.resources.versions import check_version
from simulators.procountor.rights import ALL

REGISTERS: Final = {"CUSTOMER": "sales.customerRegister", "SUPPLIER": "purchases.supplierRegister"}
"""The right to the cards of each type that the API makes."""
PATCHED: Final = ("name", "address", "invoicingInfo", "paymentInfo", "registryInfo")
"""What PATCH changes; addresses of billing and delivery it does not."""
FINNISH_ID: Final = re.compile(r"\d{7}-\d|FI\d{8}")
SAME_NUMBER: Final = "Business partner with the same number and different VAT number already exists"


def post(ask: Ask) -> Answer:
    """Answer POST /businesspartners."""
    body = ask.body()
    _check(ask, body)
    return json_answer(shown(ask, add(ask, body)))


def add(ask: Ask, body: Body) -> Record:
    """Make a card; it is active unless it says otherwise."""
    here = ask.world.here
    record = Record(ask.company.next_id("partner"), _kept(body), here, here)
    ask.company.partners[record.id] = record
    return record


def put(ask: Ask) -> Answer:
    """Answer PUT /businesspartners/{id}, which replaces everything."""
    record, body = _found(ask), ask.body()
    _check(ask, body, of=record)
    if body.get("version"):
        check_version(ask, record, body["version"])
    record.body = _kept(body)
    ask.world.touch(record)
    return json_answer(shown(ask, record))


def patch(ask: Ask) -> Answer:
    """Answer PATCH /businesspartners/{id}: the latest version is needed, in the body or query."""
    record, body = _found(ask), ask.body()
    check_version(ask, record, body.get("version") or ask.text("version"))
    merged = deepcopy(record.body)
    for name in PATCHED:
        if name in body:
            given = body[name]
            merged[name] = {**merged.get(name, {}), **given} if isinstance(given, dict) else given
    _check(ask, {**merged, "type": body.get("type", record.body["type"])}, of=record)
    record.body = merged
    ask.world.touch(record)
    return json_answer({"message": "Business partner updated"})


def get(ask: Ask) -> Answer:
    """Answer GET /businesspartners/{ids}."""

    def found(number: int) -> Body | None:
        record = ask.company.partners.get(number)
        return shown(ask, record) if record and _may_see(ask, record) else None

    return batch(ask, ask.parts[0], found)


def search(ask: Ask) -> Answer:
    """Answer GET /businesspartners: active cards unless asked for the others; thin rows.

    Name and identifier are headers. There is no order but the id's.
    """
    is_active = ask.flag("active") is not False
    rows = [
        record
        for record in ask.company.partners.values()
        if bool(dig(record.body, "registryInfo.active")) == is_active
        and _may_see(ask, record)
        and _matches(ask, record)
        and within(ask, "version", record.version)
    ]
    return page(ask, rows, shown=lambda row: _row(ask, row), id_of=lambda row: row.id)


def _matches(ask: Ask, record: Record) -> bool:
    wanted = {
        "type": ask.text("type"),
        "invoicingInfo.customerNumber": ask.text("customerNumber"),
        "invoicingInfo.identifierType": ask.text("identifierType"),
        "invoicingInfo.identifier": ask.header("identifier"),
    }
    is_named = ask.header("name").lower() in record.body["name"].lower()
    return is_named and all(value in ("", dig(record.body, path)) for path, value in wanted.items())


def shown(ask: Ask, record: Record) -> Body:
    """Return a whole card."""
    return {"id": record.id, **record.body, "version": ask.world.stamp(record.version)}


def _row(ask: Ask, record: Record) -> Body:
    info = record.body.get("invoicingInfo") or {}
    keys = ("customerNumber", "identifier", "identifierType")
    return {
        "id": record.id,
        "name": record.body["name"],
        "billingAddress": record.body.get("billingAddress"),
        "invoicingInfo": {key: info[key] for key in keys if key in info},
        "registryInfo": {"active": record.body["registryInfo"]["active"]},
        "type": record.body["type"],
        "version": ask.world.stamp(record.version),
    }


def _kept(body: Body) -> Body:
    kept = {key: deepcopy(value) for key, value in body.items() if key not in ("id", "version")}
    kept["registryInfo"] = {"active": True, **(kept.get("registryInfo") or {})}
    return kept


def _found(ask: Ask) -> Record:
    record = ask.company.partners.get(int(ask.parts[0])) if ask.parts[0].isdecimal() else None
    if record is None or not _may_see(ask, record):
        raise refuse(404, "Not found")
    return record


def _may_see(ask: Ask, record: Record) -> bool:
    right = REGISTERS.get(record.body["type"], "salaries.personRegister")
    return ask.may(right)


def _check(ask: Ask, body: Body, *, of: Record | None = None) -> None:
    checks = Checks(body)
    checks.text("name", 80, required=True)
    checks.enum("type", REGISTERS, required=True)
    checks.enum("paymentInfo.paymentMethod", PARTNER_PAYMENT_METHODS, required=True)
    checks.enum("paymentInfo.currency", CURRENCIES)
    checks.enum("invoicingInfo.invoiceChannel", CHANNELS)
    checks.enum("invoicingInfo.language", LANGUAGES)
    for address in ("address", "billingAddress", "deliveryAddress"):
        _check_address(checks, address, needed=address == "address")
    checks.done()
    ask.need(REGISTERS[body["type"]], ALL)
    if of is not None and of.body["type"] != body["type"]:
        checks.add("Value of the 'type' cannot be changed", "type")
    _check_identity(ask.company, checks, body, of)
    checks.done()


def _check_address(checks: Checks, at: str, *, needed: bool) -> None:
    is_customer = checks.body.get("type") == "CUSTOMER"
    if not checks.body.get(at):
        if needed and is_customer:
            checks.add(f"Value of the '{at}' cannot be blank.", at)
        return
    for name, longest in (("name", 80), ("specifier", 80), ("street", 80), ("zip", 20)):
        checks.text(f"{at}.{name}", longest, required=name == "name")
    checks.text(f"{at}.city", 40)
    checks.enum(f"{at}.country", COUNTRIES)


def _check_identity(company: Company, checks: Checks, body: Body, of: Record | None) -> None:
    identifier: Any = dig(body, "invoicingInfo.identifier")
    number: Any = dig(body, "invoicingInfo.customerNumber")
    kind: Any = dig(body, "invoicingInfo.identifierType")
    if kind == "FI" and identifier and not FINNISH_ID.fullmatch(identifier):
        checks.add("ERROR_BRN_CODE", "invoicingInfo.identifier")
    for other in company.partners.values():
        is_same_number = number and dig(other.body, "invoicingInfo.customerNumber") == number
        is_other = dig(other.body, "invoicingInfo.identifier") != identifier
        if other is not of and other.body["type"] == body["type"] and is_same_number and is_other:
            checks.add(SAME_NUMBER, "invoicingInfo.customerNumber")
