"""Files that are given for SIE and are something else: named, and never read by chance."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from ledger.sie.reader import open_sie
from ledger.sie.text.foreign import describe, recognise

SIE_5 = (
    '<?xml version="1.0" encoding="utf-8"?>\n<Sie xmlns="http://www.sie.se/sie5"><FileInfo/></Sie>'
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def packed(**files):
    """Pack files as they are; their names have dots and slashes as in ``xl__workbook_xml``."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return sink.getvalue()


def old_office(stream):
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + stream.encode("utf-16-le") + bytes(99)


def whole(text):
    return "\r\n".join([*text, ""])


KINDS = {
    "empty": (lambda _: b"", "It is empty"),
    "blank": (lambda _: b"\r\n \t\n", "It is empty"),
    "SIE 5": (lambda _: SIE_5.encode(), "It is SIE 5 (XML)"),
    "SIE 5 with BOM": (lambda _: SIE_5.encode("utf-8-sig"), "It is SIE 5 (XML)"),
    "SIE 5 in UTF-16": (lambda _: SIE_5.encode("utf-16"), "It is SIE 5 (XML)"),
    "SIE 5 entry": (lambda _: b'\n<sie:SieEntry xmlns:sie="x">', "It is SIE 5 (XML)"),
    "XML": (lambda _: b'<?xml version="1.0"?><Finvoice/>', "It is XML"),
    "page": (lambda _: b"\n<!DOCTYPE html><p>Logga in", "It is a web page (HTML)"),
    "page with records": (
        lambda text: b"<html><pre>\n" + whole(text).encode(),
        "It is a web page (HTML)",
    ),
    "UTF-16 little": (lambda text: b"\xff\xfe" + whole(text).encode("utf-16-le"), "in UTF-16"),
    "UTF-16 big": (lambda text: b"\xfe\xff" + whole(text).encode("utf-16-be"), "in UTF-16"),
    "UTF-16 little, no BOM": (lambda text: whole(text).encode("utf-16-le"), "in UTF-16"),
    "UTF-16 big, no BOM": (lambda text: whole(text).encode("utf-16-be"), "in UTF-16"),
    "UTF-32": (lambda text: whole(text).encode("utf-32"), "in UTF-32"),
    "PDF": (lambda _: b"%PDF-1.7\n%\xe2\xe3", "It is a PDF document"),
    "zip": (lambda text: packed(books_se=whole(text)), "It is a zip archive"),
    "empty zip": (lambda _: packed(), "It is a zip archive"),
    "xlsx": (
        lambda _: packed(_Content_Types__xml=b"x" * 9_000, xl__workbook_xml=b"<workbook/>"),
        "It is an Excel workbook",
    ),
    "docx": (lambda _: packed(word__document_xml=b"<w/>"), "It is an office document"),
    "ods": (
        lambda _: packed(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
        "It is an office document",
    ),
    "xls": (lambda _: old_office("Workbook"), "It is an Excel workbook"),
    "doc": (lambda _: old_office("WordDocument"), "It is an office document"),
    "rtf": (lambda _: b"{\\rtf1\\ansi", "It is an office document"),
    "gzip": (lambda text: gzip.compress(whole(text).encode()), "It is packed with gzip"),
    "bzip2": (lambda text: bz2.compress(whole(text).encode()), "It is a packed archive"),
    "xz": (lambda text: lzma.compress(whole(text).encode()), "It is a packed archive"),
    "PNG": (lambda _: PNG, "It is an image"),
    "JPEG": (lambda _: b"\xff\xd8\xff\xe0\x00\x10JFIF", "It is an image"),
    "JSON": (lambda _: b'{"vouchers": []}', "It is JSON"),
    "CSV": (lambda _: b"Konto;Belopp\n1930;100,00\n", "It is text without a single record"),
    "NULs": (lambda _: bytes(400), "It is binary data"),
    "database": (lambda _: b"MZ\x90\x00\x03\x04\x01\x02" * 50, "It is binary data"),
}


@pytest.fixture(params=KINDS, ids=str)
def kind(request, sound):
    make, said = KINDS[request.param]
    return make(sound), said


def test_file_of_another_kind_is_named_and_told_what_to_do(kind):
    content, said = kind
    told = describe(content)

    assert said in told
    assert any(word in told for word in ("Export", "Unpack", "export again"))


def test_nothing_of_a_file_of_another_kind_is_read(kind):
    content, said = kind
    file = open_sie(content, suffix=".se")
    vouchers = sum(part["voucher"].num_rows for part in file.batches())

    assert said in file.refusal
    assert 0 == vouchers
    assert {} == file.header.fiscal_years
    assert [] == [name for name, table in file.tables.items() if table.num_rows]
    assert file.diagnostics.errors


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "utf-8", "utf-8-sig"])
def test_sie_is_taken_for_sie_in_every_encoding_that_is_read(bend, encoding):
    content = bend(encoding=encoding).content

    assert "" == recognise(content)
    assert "" == open_sie(content).refusal


@pytest.mark.parametrize(
    "content",
    [
        b"\r\n\r\n#FLAGGA 0\r\n",
        b"\t #FLAGGA 0\n",
        b"Exporterad 2024-01-31\n#FLAGGA 0\n",
        b"#FLAGGA 0\n#FNAMN X" + bytes(300) + b"\n",
        b"#",
    ],
    ids=["blank lines", "blanks", "a line before", "NULs", "one letter"],
)
def test_odd_beginning_is_not_taken_for_another_kind(content):
    assert "" == recognise(content)
