"""Which format a file is read as."""

from __future__ import annotations

import pytest

from ledger.readers import READERS, SUFFIXES, reader_of, suffixes_in_words


@pytest.mark.parametrize("name", ["books.se", "few.SI", "export.sie", "books.txt", "books", ""])
def test_a_file_of_no_known_ending_is_read_as_sie(name):
    assert "sie" == reader_of(name).name


def test_no_two_formats_share_an_ending_and_each_is_found_by_its_own():
    endings = [(ending, reader) for reader in READERS.values() for ending in reader.suffixes]

    assert len(SUFFIXES) == len(endings)
    assert all(reader_of(f"books{ending.upper()}") is reader for ending, reader in endings)
    assert all(ending in suffixes_in_words() for ending in SUFFIXES)
