from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.serving import HEAD_BYTES, cleaned, serving
from simulators.fortnox.pictures import pdf, png

JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
ACTIVE = {
    "page": b"<!DOCTYPE html><script>alert(1)</script>",
    "page behind a mark and blanks": b"\xef\xbb\xbf \n<html><script>alert(1)</script>",
    "drawing": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "xml": b"<?xml version='1.0'?><a/>",
    "gif": b"GIF89a" + bytes(20),
    "tiff": b"II*\0" + bytes(20),
    "archive": b"PK\x03\x04" + bytes(20),
    "text": b"hello",
    "nothing": b"",
    "pdf further on": b" " * HEAD_BYTES + b"%PDF-1.4",
}


@pytest.mark.parametrize(
    ("content", "kind", "name"),
    [
        (pdf("x"), "application/pdf", "kvitto.pdf"),
        (png("x"), "image/png", "kvitto.pdf.png"),
        (JPEG, "image/jpeg", "kvitto.pdf.jpg"),
    ],
)
def test_pdf_png_and_jpeg_are_shown_by_their_bytes_and_shut_off(content, kind, name):
    found = serving(content[:HEAD_BYTES], "kvitto.pdf")

    assert (kind, True, name) == (found.media_type, found.is_inline, found.name)
    assert found.headers["Content-Disposition"].startswith("inline;")
    assert "sandbox; default-src 'none'" == found.headers["Content-Security-Policy"]
    assert "nosniff" == found.headers["X-Content-Type-Options"]


@pytest.mark.parametrize("content", ACTIVE.values(), ids=ACTIVE)
@pytest.mark.parametrize("name", ["kvitto.pdf", "bild.png", "page.html"])
def test_all_else_is_saved_as_bytes_of_no_kind_whatever_its_name_claims(content, name):
    found = serving(content[:HEAD_BYTES], name)

    assert ("application/octet-stream", False) == (found.media_type, found.is_inline)
    assert found.headers["Content-Disposition"].startswith("attachment;")
    assert "nosniff" == found.headers["X-Content-Type-Options"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kvitto åäö.pdf", "kvitto åäö.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\faktura.pdf", "faktura.pdf"),
        ('a".pdf\r\nSet-Cookie: x=1', "a_.pdf__Set-Cookie_ x=1"),
        ("faktura\u202efdp.exe", "faktura_fdp.exe"),
        ("..", "document"),
        ("", "document"),
        (".htaccess", "htaccess"),
    ],
)
def test_names_are_cleaned(name, expected):
    assert expected == cleaned(name)


@given(st.text(max_size=300), st.binary(max_size=40))
def test_no_name_breaks_out_of_its_header(name, content):
    headers = serving(content, name).headers
    disposition = headers["Content-Disposition"]

    assert disposition.isascii()
    assert disposition.isprintable()
    assert 2 == disposition.count('"')
    assert 2 == disposition.count(";")
