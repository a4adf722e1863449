"""What a file is that holds no SIE 1-4, told from its bytes, and what its owner can do."""

from __future__ import annotations

import codecs
import re
from typing import Final

import numpy as np

from ledger.sie.text.encoding import UTF8_BOM

HEAD_BYTES: Final = 4_096
"""Bytes at the beginning that tell what kind of text a file is."""
TAIL_BYTES: Final = 65_536
"""Bytes at the end of an archive that list what is in it, unless it holds very many files."""

WIDE_SHARE: Final = 0.5
"""Of the pairs of bytes of western text in UTF-16, more than this share are a letter and a NUL."""
STRAY_SHARE: Final = 0.05
"""Most control characters among such letters."""
FIRST_LETTER: Final = 0x20
BLANKS: Final = (0x09, 0x0A, 0x0D)
BINARY_SHARE: Final = 0.1
"""No text has so many control characters."""

EXPORT: Final = "Export the fiscal year from the bookkeeping program as SIE type 4; give that file."
UNPACK: Final = "Unpack it and give the SIE files in it, one by one."

EMPTY: Final = f"It is empty: the export or the transfer was cut off. {EXPORT}"
SIE_5: Final = f"It is SIE 5 (XML), which is not read. {EXPORT}"
XML: Final = f"It is XML. {EXPORT}"
WEB_PAGE: Final = (
    "It is a web page (HTML), as comes when a download needs a login or fails. Download the export "
    "again while logged in, and open it in a text editor: it begins with #FLAGGA."
)
UTF_16: Final = (
    "It is text in UTF-16, which no SIE file may be. Export it again as it is, without opening it "
    "in another program; or save it as UTF-8: iconv -f UTF-16 -t UTF-8 OLD > NEW.se."
)
UTF_32: Final = UTF_16.replace("UTF-16", "UTF-32")
EXCEL: Final = f"It is an Excel workbook. {EXPORT}"
OFFICE: Final = f"It is an office document. {EXPORT}"
JSON: Final = f"It is JSON. {EXPORT}"
BINARY: Final = f"It is binary data of an unknown kind, perhaps a program's backup. {EXPORT}"
TEXT: Final = f"It is text without a single record of SIE. {EXPORT}"

_PDF: Final = f"It is a PDF document, a report for people. {EXPORT}"
_IMAGE: Final = f"It is an image. {EXPORT}"
_GZIP: Final = f"It is packed with gzip. {UNPACK}"
_PACKED: Final = f"It is a packed archive. {UNPACK}"
_ZIP: Final = f"It is a zip archive. {UNPACK}"

_ZIPPED: Final = b"PK\x03\x04"
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")

_SIGNATURES: Final = (
    (b"%PDF-", _PDF),
    (b"\x1f\x8b\x08", _GZIP),
    (b"PK\x05\x06", _ZIP),
    (b"BZh", _PACKED),
    (b"\xfd7zXZ\x00", _PACKED),
    (b"7z\xbc\xaf\x27\x1c", _PACKED),
    (b"Rar!\x1a\x07", _PACKED),
    (b"\x28\xb5\x2f\xfd", _PACKED),
    (b"\x89PNG\r\n", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"II*\x00", _IMAGE),
    (b"MM\x00*", _IMAGE),
    (b"{\\rtf", OFFICE),
)
"""How files of other kinds begin; no SIE file begins so."""

_MARKUP: Final = re.compile(r"\s*<[A-Za-z!?]")
_SIE_5: Final = re.compile(r"sie\.se/sie5|<(\w+:)?Sie(Entry)?[\s>]")
_HTML: Final = re.compile(r"<(!doctype html|html|head|body|title|meta|script)\b", re.IGNORECASE)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def recognise(content: bytes) -> str:
    """Say what a file is by how it begins, whatever records lie in it; empty if it may be SIE.

    An archive that stores its files as they are holds whole records, and UTF-16 is read as text
    full of NUL: neither is to be read by chance.

    Returns:
        Sentences for the file's owner: what it is, and what to do.
    """
    for signature, description in _SIGNATURES:
        if content.startswith(signature):
            return description
    if content.startswith(_ZIPPED):
        return _in_zip(content)
    if content.startswith(_OLE):
        return EXCEL if _holds_name(content, "Workbook", "Book") else OFFICE
    head = content[:HEAD_BYTES]
    wide = _wide(head)
    text = head.removeprefix(UTF8_BOM).decode(wide or "latin-1", errors="replace")
    if _MARKUP.match(text.lstrip("\ufeff")):
        return _markup(text)
    return {"": "", "utf-32": UTF_32}.get(wide, UTF_16)


def describe(content: bytes) -> str:
    """Say what a file without any record of SIE is, and what to do."""
    if description := recognise(content):
        return description
    if not content or content.isspace():
        return EMPTY
    head = content[:HEAD_BYTES]
    if len(_CONTROL.findall(head)) > BINARY_SHARE * len(head) or b"\0" in head:
        return BINARY
    return JSON if head.removeprefix(UTF8_BOM).lstrip()[:1] in (b"{", b"[") else TEXT


def _markup(text: str) -> str:
    if _SIE_5.search(text):
        return SIE_5
    return WEB_PAGE if _HTML.search(text) else XML


def _in_zip(content: bytes) -> str:
    listed = content[:HEAD_BYTES] + content[-TAIL_BYTES:]
    if b"xl/workbook" in listed:
        return EXCEL
    is_office = b"word/document" in listed or b"mimetypeapplication/vnd.oasis" in listed
    return OFFICE if is_office else _ZIP


def _holds_name(content: bytes, *names: str) -> bool:
    # Office 97 lists the streams of a file by names in UTF-16.
    return any(name.encode("utf-16-le") in content for name in names)


def _wide(head: bytes) -> str:
    """Name the encoding of text whose letters take two or four bytes each; empty for others."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    pairs = np.frombuffer(head, np.uint8, len(head) // 2 * 2).reshape(-1, 2)
    for encoding, high in (("utf-16-le", 1), ("utf-16-be", 0)):
        letters = pairs[pairs[:, high] == 0, 1 - high]
        odd = np.count_nonzero((letters < FIRST_LETTER) & ~np.isin(letters, BLANKS))
        if len(letters) > WIDE_SHARE * len(pairs) and odd <= STRAY_SHARE * len(letters):
            return encoding
    return ""
