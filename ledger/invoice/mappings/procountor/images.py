"""The image of an invoice as an attachment: its name, which ends in its hash, and its size."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any, Final

from ledger.invoice.mappings.procountor.characters import within
from ledger.invoice.mappings.procountor.terms import Terms
from ledger.invoice.mappings.procountor.writing import TITLE
from ledger.invoice.problems import Problem, problem
from ledger.invoice.pushed.parts import Image

HASH_CHARS: Final = 8
STEM_CHARS: Final = 80
TYPES: Final = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".tif": "image/tiff",
}
TYPES_AS: Final = {one: suffix for suffix, one in TYPES.items()}


def image_name(image: Image) -> str:
    """Return a name by which the image is known there again, whose ending says what it is."""
    path = PurePosixPath(within(image.name).strip())
    suffix = path.suffix.lower().strip().replace(".jpeg", ".jpg").replace(".tiff", ".tif")
    suffix = suffix if suffix in TYPES else TYPES_AS.get(image.media_type, ".pdf")
    stem = re.sub(r"[^\w .-]+", "_", path.stem).strip(" ._") or "image"
    return f"{stem[:STEM_CHARS]}-{image.sha256[:HASH_CHARS]}{suffix}"


def image_meta(image: Image, *, invoice_id: int) -> dict[str, Any]:
    """Return what is said of the image; only an invoice that is sent from there goes with it."""
    name = image_name(image)
    return {
        "name": name,
        "referenceType": "INVOICE",
        "referenceId": invoice_id,
        "mimeType": TYPES[PurePosixPath(name).suffix],
        "sendWithInvoice": False,
    }


def check_image(image: Image, terms: Terms) -> Problem | None:
    """Return a remark on an image that stays behind; the invoice goes without it."""
    if image.size_bytes <= terms.max_image_bytes:
        return None
    limit = terms.max_image_bytes
    return problem(
        "image_too_large", "image", size_bytes=image.size_bytes, limit=limit, target=TITLE
    )
