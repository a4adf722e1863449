"""One way in: the cells of a file, told by its first bytes and not by its name."""

from __future__ import annotations

import re
from typing import Final

from blocks.workbooks import ods
from blocks.workbooks.delimited import read_delimited
from blocks.workbooks.limits import DEFAULT_LIMITS, WorkbookLimits
from blocks.workbooks.packed import unpack
from blocks.workbooks.xls import read_xls
from blocks.workbooks.xlsx import read_xlsx
from ledger.statement.grid import Book
from ledger.statement.refusals import StatementRefused

ZIP: Final = b"PK\x03\x04"
COMPOUND: Final = bytes.fromhex("d0cf11e0a1b11ae1")
"""How .xls begins, and every Office file that is protected with a password."""
NOT_TEXT: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"PK\x05\x06")
MARKUP: Final = (b"<html", b"<!doctype", b"<table", b"<?xml")
"""What some programs name .xls though it is a page."""
SIE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*#(?:FLAGGA|FORMAT|GEN|PROGRAM|SIETYP)\s")
"""How a file of vouchers begins; read as a table it is one of no known title."""
WORKBOOK: Final = "xl/workbook.xml"


def read_workbook(content: bytes, limits: WorkbookLimits = DEFAULT_LIMITS) -> Book:
    """Read the cells of a workbook or a text file.

    Raises:
        StatementRefused: The file passes a limit, is empty, damaged, encrypted or of no known kind.
    """
    if not content.strip():
        raise StatementRefused("file_empty")
    if SIE.match(content):
        raise StatementRefused("file_is_sie")
    if len(content) > limits.file_bytes:
        raise StatementRefused("file_too_large", size=len(content), limit=limits.file_bytes)
    if content.startswith(ZIP):
        return _read_packed(content, limits)
    if content.startswith(COMPOUND):
        return read_xls(content, limits)
    if content.startswith(NOT_TEXT) or content.lstrip()[:9].lower().startswith(MARKUP):
        raise StatementRefused("format_unknown")
    return read_delimited(content, limits)


def _read_packed(content: bytes, limits: WorkbookLimits) -> Book:
    parts = unpack(content, limits)
    if WORKBOOK in parts:
        return read_xlsx(content, parts, limits)
    if ods.CONTENT in parts:
        return ods.read_ods(parts, limits)
    raise StatementRefused("format_unknown")
