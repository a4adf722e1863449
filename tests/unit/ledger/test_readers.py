"""Which format a file is read as."""

from __future__ import annotations

import pytest

from ledger.errors import TerminalError
from ledger.readers import FORMATS, SUFFIXES, format_named, format_of, suffixes_in_words
from ledger.source import LedgerReader


@pytest.mark.parametrize("name", ["books.se", "few.SI", "export.sie", "books.txt", "books", ""])
def test_a_file_of_no_known_ending_is_read_as_sie(name):
    assert "sie" == format_of(name).name


def test_no_two_formats_share_an_ending_and_each_is_found_by_its_own():
    endings = [(ending, item) for item in FORMATS.values() for ending in item.suffixes]

    assert len(SUFFIXES) == len(endings)
    assert all(format_of(f"books{ending.upper()}") is item for ending, item in endings)
    assert all(ending in suffixes_in_words() for ending in SUFFIXES)


def test_every_format_has_a_reader_and_is_found_by_its_name():
    assert all(format_named(name) is item for name, item in FORMATS.items())
    assert all(isinstance(item.reader, LedgerReader) for item in FORMATS.values())
    assert "sie" == format_named("").name


def test_a_format_of_a_later_release_is_named():
    with pytest.raises(TerminalError, match="format 'quipu' cannot be read: known are sie"):
        format_named("quipu")
