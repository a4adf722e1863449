"""Customers, products and tasks as Spotilla tells them, in names of our own."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from ledger.invoice.fields import Line, Number, Percent, Value
from ledger.invoice.parties import Address
from ledger.spotilla.names import Names
from ledger.text import visible
from ledger.wrong_field import wrong_field


class Unreadable(ValueError):
    """A record that is none; the sentence names its field and no content."""


class TaskState(StrEnum):
    """How far a task is."""

    PLANNED = "planned"
    STARTED = "started"
    FINISHED = "finished"
    ACCEPTED = "accepted"
    """Checked after it was finished, where that is done."""
    REOPENED = "reopened"


def _text(value: Any) -> Any:
    return "" if value is None else str(value) if isinstance(value, int) else value


def _number(value: Any) -> Any:
    return value.strip().replace(",", ".") if isinstance(value, str) else value


Id = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
MaybeId = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[A-Za-z0-9._-]{0,40}$")]
Words = Annotated[Line, BeforeValidator(_text)]
Amount = Annotated[Number, BeforeValidator(_number)]


class SpotillaCustomer(Value):
    """A customer. What is empty is not known. `external_id`: ours, where Spotilla keeps one."""

    id: Id
    name: Words = ""
    business_id: Words = ""
    street: Words = ""
    postal_code: Words = ""
    city: Words = ""
    country: Words = ""
    email: Words = ""
    phone: Words = ""
    contact_person: Words = ""
    billing_name: Words = ""
    billing_street: Words = ""
    billing_postal_code: Words = ""
    billing_city: Words = ""
    billing_country: Words = ""
    payment_term_days: Words = ""
    external_id: Words = ""
    is_deleted: bool = False

    @property
    def address(self) -> Address:
        """Return where the customer is."""
        country = self.country or "FI"
        return Address(
            street=self.street, postal_code=self.postal_code, city=self.city, country=country
        )


class SpotillaProduct(Value):
    """A product. `price`: of one unit, without VAT. `vat_rate`: None where Spotilla has none."""

    id: Id
    code: Words = ""
    name: Words = ""
    price: Amount = Decimal(0)
    unit: Words = ""
    vat_rate: Annotated[Percent | None, BeforeValidator(_number)] = None
    is_deleted: bool = False


class TaskRow(Value):
    """So much of a product was used."""

    product_id: Id
    quantity: Amount


class SpotillaTask(Value):
    """A task. `order_number`: blank is none. Photos, reports and notes are not read at all."""

    id: Id
    state: TaskState
    finished_at: AwareDatetime | None = None
    accepted_at: AwareDatetime | None = None
    customer_id: MaybeId = ""
    order_number: Words = ""
    rows: tuple[TaskRow, ...] = ()
    is_deleted: bool = False

    @property
    def digest(self) -> str:
        """Return a hash of what an invoice is made of: another one means that it was changed."""
        content = self.model_dump_json(include={"customer_id", "order_number", "rows"})
        return hashlib.sha256(content.encode()).hexdigest()

    def done_at(self, *, needs_acceptance: bool) -> dt.datetime | None:
        """Return the moment that counts; None while the task is not done."""
        if needs_acceptance:
            return self.accepted_at if self.state is TaskState.ACCEPTED else None
        is_done = self.state in (TaskState.FINISHED, TaskState.ACCEPTED)
        return (self.finished_at or self.accepted_at) if is_done else None


_CUSTOMER: Final = tuple(name for name in SpotillaCustomer.model_fields if name != "is_deleted")
Made = TypeVar("Made", bound=Value)

_PRODUCT: Final = ("id", "code", "name", "price", "unit", "vat_rate")
_TASK: Final = ("id", "finished_at", "accepted_at", "customer_id", "order_number")


def read_customer(raw: Mapping[str, Any], names: Names) -> SpotillaCustomer:
    """Read a customer.

    Raises:
        Unreadable: A field is not what it should be.
    """
    fields = {name: names.value("customer", name, raw) for name in _CUSTOMER}
    return _made(SpotillaCustomer, "customer", raw, names, fields)


def read_product(raw: Mapping[str, Any], names: Names) -> SpotillaProduct:
    """Read a product.

    Raises:
        Unreadable: A field is not what it should be.
    """
    fields = {name: names.value("product", name, raw) for name in _PRODUCT}
    known = {name: value for name, value in fields.items() if value not in (None, "")}
    return _made(SpotillaProduct, "product", raw, names, known)


def read_task(raw: Mapping[str, Any], names: Names) -> SpotillaTask:
    """Read a task; only what an invoice is made of.

    Raises:
        Unreadable: A field is not what it should be, or nobody knows its state.
    """
    fields = {name: names.value("task", name, raw) for name in _TASK}
    spelled = names.value("task", "state", raw)
    state = names.state(spelled)
    if not state:
        raise Unreadable(f"state {visible(str(spelled)[:40])!r} is in no line of the table")
    rows = names.value("task", "rows", raw) or []
    if not isinstance(rows, list):
        raise Unreadable("rows are no list")
    fields |= {"state": state, "rows": [_row(row, names) for row in rows]}
    return _made(SpotillaTask, "task", raw, names, fields)


def _row(raw: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {name: names.value("row", name, raw) for name in ("product_id", "quantity")}


def _made(
    value: type[Made], record: str, raw: Mapping[str, Any], names: Names, fields: Mapping[str, Any]
) -> Made:
    is_deleted = bool(names.value(record, "deleted_at", raw))
    try:
        return value.model_validate({**fields, "is_deleted": is_deleted})
    except ValidationError as problem:
        raise Unreadable(str(wrong_field(problem))) from None
