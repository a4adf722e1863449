"""Sales invoices: create, attach, approve, send, read."""

from __future__ import annotations

from typing import Any, Final

from simulators.fennoa.company import Attachment, Invoice, Refused
from simulators.fennoa.faults import Fault
from simulators.fennoa.forms import file_of, read_form
from simulators.fennoa.resources.route import Asked, Route

PDF: Final = b"%PDF-"


def _add(asked: Asked) -> dict[str, Any]:
    content_type = asked.request.headers.get("content-type", "")
    form = read_form(asked.body, content_type)
    return {"id": asked.world.add_invoice(asked.company, form).id}


def _attach(asked: Asked, number: str) -> dict[str, Any]:
    invoice = asked.company.find(int(number))
    content_type = asked.request.headers.get("content-type", "")
    field = asked.world.habits.attachment_field
    name, content = file_of(asked.body, content_type, field=field)
    if not content.startswith(PDF):
        raise Refused(400, {field: ["Vain PDF-tiedosto kelpaa"]})
    invoice.attachments.append(Attachment(name, content))
    return {}


def _approve(asked: Asked, number: str) -> dict[str, Any]:
    asked.world.approve(asked.company, int(number))
    return {}


def _send(asked: Asked, number: str) -> dict[str, Any]:
    is_lost_later = asked.fault is Fault.UNDELIVERED
    went = asked.world.send(asked.company, int(number), is_lost_later=is_lost_later)
    return {} if went else {"data": "failed"}


def _delivery_errors(asked: Asked) -> dict[str, Any]:
    return {"data": asked.company.delivery_errors}


def _list(asked: Asked) -> dict[str, Any]:
    number = int(asked.request.query_params.get("page", "1"))
    return {"data": asked.world.page(asked.company, number)}


def _read(asked: Asked, number: str) -> dict[str, Any]:
    return _shown(asked, asked.company.find(int(number)))


def _by_number(asked: Asked, number: str) -> dict[str, Any]:
    for invoice in asked.company.invoices.values():
        if asked.world.number_of(invoice) == number:
            return _shown(asked, invoice)
    raise Refused(404, "Not found")


def _shown(asked: Asked, invoice: Invoice) -> dict[str, Any]:
    return {"data": asked.world.shown(invoice, in_list=False)}


ROUTES: Final[tuple[Route, ...]] = (
    ("POST", r"sales_api/add", _add),
    ("POST", r"sales_api/do/upload_attachment/(\d+)", _attach),
    ("POST", r"sales_api/do/approve/(\d+)", _approve),
    ("POST", r"sales_api/do/send/(\d+)", _send),
    ("GET", r"sales_api/get/delivery_errors", _delivery_errors),
    ("GET", r"sales_api/get/invoice_no/(.+)", _by_number),
    ("GET", r"sales_api/(\d+)", _read),
    ("GET", r"sales_api", _list),
)
"""Calls of the sales API."""
