"""Attachments: multipart uploads of at most 10,000,000 bytes, and their way back.

The name is the one in ``meta``; what the file's own part is called counts for nothing.

Source:
    Procountor API 26.04: POST /attachments; the clients of Rantalainen and Vilkas.
"""

from __future__ import annotations

import json
import re
from typing import Final

from simulators.procountor.answers import Answer, json_answer, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.checks import Checks
from simulators.procountor.company import Attachment, Body, Company
from simulators.procountor.enums import REFERENCE_TYPES
from simulators.procountor.rights import ALL

FILE_BYTES_MAX: Final = 10_000_000
MIME_TYPES: Final = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "tif": "image/tiff", "tiff": "image/tiff", "xml": "application/xml", "txt": "text/plain",
    "csv": "text/csv", "zip": "application/zip",
}  # fmt: skip
BOUNDARY: Final = re.compile(r'boundary="?([^";]+)"?')
DISPOSITION: Final = re.compile(rb'name="?([^";\r\n]+)"?', re.IGNORECASE)


def post(ask: Ask) -> Answer:
    """Answer POST /attachments; the parts come in either order."""
    parts = _parts(ask)
    kind, text = parts.get("meta", ("", b""))
    if kind.split(";")[0].strip().lower() != "application/json" or "file" not in parts:
        raise refuse(400, "Invalid multipart content: meta must be application/json")
    meta = _meta(ask, text)
    content = parts["file"][1]
    if len(content) > FILE_BYTES_MAX:
        raise refuse(400, "File size too big")
    return json_answer(add(ask.company, meta, content).meta)


def add(company: Company, meta: Body, content: bytes) -> Attachment:
    """Hang a file on what its meta names."""
    name = str(meta["name"])
    number = company.next_id("attachment")
    held: Body = {
        "id": number,
        "name": name,
        "referenceType": meta["referenceType"],
        "referenceId": int(meta["referenceId"]),
        "mimeType": MIME_TYPES[_extension(name)],
        "sendWithInvoice": bool(meta.get("sendWithInvoice")),
    }
    attachment = Attachment(number, held, content)
    company.attachments[number] = attachment
    for place in _places(company, held):
        place.append(number)
    return attachment


def _places(company: Company, meta: Body) -> list[list[int]]:
    number = meta["referenceId"]
    if meta["referenceType"] == "INVOICE":
        return [company.invoices[number].attachments]
    if meta["referenceType"] == "LEDGERRECEIPT":
        return [company.receipts[number].attachments]
    return []


def _meta(ask: Ask, text: bytes) -> Body:
    try:
        meta = json.loads(text)
    except ValueError:
        raise refuse(400, "Invalid multipart content: meta is not valid JSON") from None
    checks = Checks(meta)
    checks.text("name", 255, required=True)
    checks.enum("referenceType", REFERENCE_TYPES, required=True)
    checks.done()
    if _extension(meta["name"]) not in MIME_TYPES:
        checks.add("File extension is not supported", "name")
    if not _may_hang(ask, meta):
        checks.add("Value of the 'referenceId' field is invalid: ", "referenceId")
    checks.done()
    return dict(meta)


def _may_hang(ask: Ask, meta: Body) -> bool:
    """Return whether what is named is there; a journal is reached by its hidden invoice."""
    number = meta.get("referenceId")
    if meta["referenceType"] == "INVOICE":
        return number in ask.company.invoices
    if meta["referenceType"] == "LEDGERRECEIPT":
        receipt = ask.company.receipts.get(number or 0)
        return receipt is not None and receipt.type != "JOURNAL"
    return True


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower()


def get(ask: Ask) -> Answer:
    """Answer GET /attachments/{id}: multipart/mixed, the meta and then the bytes."""
    attachment = _found(ask)
    meta = json.dumps(attachment.meta).encode()
    head = b"--part\r\nContent-Type: application/json\r\n\r\n" + meta + b"\r\n"
    kind = str(attachment.meta["mimeType"]).encode()
    body = b"--part\r\nContent-Type: " + kind + b"\r\n\r\n" + attachment.content + b"\r\n"
    return Answer(200, head + body + b"--part--\r\n", "multipart/mixed; boundary=part")


def search(ask: Ask) -> Answer:
    """Answer GET /attachments, a paid feature that most environments lack."""
    if not ask.company.has_documents:
        raise refuse(403, "Documents are not activated in the environment")
    wanted = ask.text("referenceId")
    rows = [a.meta for a in ask.company.attachments.values()]
    found = [row for row in rows if wanted in ("", str(row["referenceId"]))]
    return json_answer({"results": found, "meta": {"resultCount": len(found)}})


def patch(ask: Ask) -> Answer:
    """Answer PATCH /attachments/{id}: another name with the same extension."""
    attachment, name = _found(ask), ask.text("name")
    if not name or _extension(name) != _extension(attachment.meta["name"]):
        raise refuse(400, "File extension cannot be changed", "name")
    attachment.meta["name"] = name
    return json_answer(attachment.meta)


def delete(ask: Ask) -> Answer:
    """Answer DELETE /attachments/{id}."""
    attachment = _found(ask)
    ask.need("purchases.purchaseInvoices", ALL)
    del ask.company.attachments[attachment.id]
    for place in _places(ask.company, attachment.meta):
        place.remove(attachment.id)
    return Answer(204)


def _found(ask: Ask) -> Attachment:
    text = ask.parts[0]
    attachment = ask.company.attachments.get(int(text)) if text.isdecimal() else None
    if attachment is None:
        raise refuse(404, "Not found")
    return attachment


def _parts(ask: Ask) -> dict[str, tuple[str, bytes]]:
    """Return content type and bytes of each part, exactly as they came."""
    found = BOUNDARY.search(ask.header("content-type"))
    if not found or "multipart/form-data" not in ask.header("content-type"):
        raise refuse(400, "Content type must be multipart/form-data with a boundary")
    mark = b"--" + found[1].encode()
    parts = {}
    for piece in ask.request.body.split(mark)[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if name := DISPOSITION.search(head):
            parts[name[1].decode()] = (_type_of(head), content.removesuffix(b"\r\n"))
    return parts


def _type_of(head: bytes) -> str:
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    kinds = (value.strip() for name, _, value in lines if name.strip().lower() == b"content-type")
    return next(kinds, b"").decode()
