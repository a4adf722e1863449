"""What kind of file some bytes are, by how they begin: a name or a header may claim anything."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "application/octet-stream"

BEGINNINGS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"<?xml", "application/xml"),
    (b"<!doctype html", "text/html"),
    (b"<html", "text/html"),
)
"""Lower case, and in the order in which they are tried (IANA's media types)."""

LONGEST: Final = max(len(beginning) for beginning, _ in BEGINNINGS)


def media_type(content: bytes) -> str:
    """Return the media type, `UNKNOWN` when the bytes begin like nothing that is known."""
    head = content[:LONGEST]
    text = content[: 8 * LONGEST].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next(
        (
            kind
            for beginning, kind in BEGINNINGS
            if (text if beginning.startswith(b"<") else head).startswith(beginning)
        ),
        UNKNOWN,
    )
