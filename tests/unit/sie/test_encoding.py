"""The encoding is decided over the whole file from its bytes, whatever #FORMAT says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.sie.text.encoding import detect_encoding, take_census

SWEDISH = "Åkeri & Östers kött på Räksmörgåsen, idé"


def detect(content):
    return detect_encoding(content, take_census(content))


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "utf-8", "utf-8-sig"])
def test_swedish_text_tells_its_encoding(encoding):
    assert encoding == detect(SWEDISH.encode(encoding))


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "utf-8"])
def test_letters_that_first_come_deep_in_the_file_count(encoding):
    """A project read the first 4 kB only, and misread whole files."""
    assert encoding == detect(b"#KONTO 1930 Bank\r\n" * 100_000 + SWEDISH.encode(encoding))


def test_plain_ascii_is_code_page_437():
    assert "cp437" == detect(b"#FLAGGA 0\r\n")


def test_one_stray_byte_does_not_turn_the_encoding_of_the_rest():
    """Programs put a path from Windows into a file that is otherwise in code page 437."""
    assert "cp437" == detect(SWEDISH.encode("cp437") + b"F\xf6retag")
    assert "utf-8" == detect(SWEDISH.encode("utf-8") + b"F\xf6retag")


def test_a_tie_is_code_page_437():
    assert "cp437" == detect(b"\x86 \xe5")


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "utf-8", "utf-8-sig"])
def test_text_is_the_same_whatever_the_encoding(bend, read_sie, encoding):
    file, tables = read_sie(bend(encoding=encoding).content)

    assert encoding == file.encoding
    assert "Övningsbolaget AB" == file.header.company_name
    assert ["Bank", "Försäljning"] == tables["ledger_account"]["name"].to_pylist()
    assert ["Försäljning"] == tables["voucher"]["voucher_text"].to_pylist()


@pytest.mark.parametrize(
    ("encoding", "stray", "read_as"),
    [("cp437", b"\xf6", "÷"), ("utf-8", b"\xf6", "ö"), ("utf-8", b"\x94", "ö")],
)
def test_stray_byte_is_read_and_noted(bend, read_sie, encoding, stray, read_as):
    content = bend(encoding=encoding).change(16, '#TRANS 1930 {} 100.00 "" "f?r"').content

    file, tables = read_sie(content.replace(b"f?r", b"f" + stray + b"r"))

    assert encoding == file.encoding
    assert [f"f{read_as}r", None] == tables["posting"]["posting_text"].to_pylist()
    assert [16] == [item.line for item in file.diagnostics.items if item.code == "stray_byte"]


@given(st.binary())
def test_any_bytes_have_an_encoding(content):
    assert detect(content) in {"cp437", "cp1252", "utf-8", "utf-8-sig"}
