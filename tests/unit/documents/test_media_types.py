from __future__ import annotations

import pytest

from blocks.media_types import UNKNOWN, media_type
from simulators.fortnox.pictures import pdf, png


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf("receipt"), "application/pdf"),
        (png("receipt"), "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"PK\x03\x04", "application/zip"),
        (b"\xef\xbb\xbf <?xml version='1.0'?>", "application/xml"),
        (b"\n<!DOCTYPE HTML><html>", "text/html"),
        (b"<HTML>", "text/html"),
        (b"plain words", UNKNOWN),
        (b"", UNKNOWN),
    ],
)
def test_media_type_is_what_the_bytes_begin_like(content, expected):
    assert expected == media_type(content)
