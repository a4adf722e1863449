"""Text that nothing in it can act."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import TerminalError
from ledger.text import json_text, visible
from tests.hostile_text import FORGED, acting

ANY_TEXT = st.text(st.characters())  # lone surrogates included


@given(ANY_TEXT)
def test_nothing_that_acts_is_left_and_all_of_it_can_be_encoded(text):
    shown = visible(text)

    assert not acting(shown)
    assert len(shown.splitlines()) <= 1
    assert shown == shown.encode().decode()
    assert shown == visible(shown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b]52;c;aGk=\x07", r"\x1b]52;c;aGk=\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\r\nNext: b", "a  Next: b"),
        ("a\u2028b\x85c\td", "a b c d"),
        ("\u202etxt.exe", r"\u202etxt.exe"),
        ("b\udcffoks.se", r"b\udcffoks.se"),
        ("\U000e0041", r"\U000e0041"),
        ("\U000e0000", r"\U000e0000"),
    ],
    ids=["clipboard", "c1", "lines", "separators", "direction", "no utf-8", "tag", "no tag yet"],
)
def test_what_acts_is_written_out(text, expected):
    assert expected == visible(text)


@pytest.mark.parametrize(
    "name", ["Åkeri & Söner AB", "Käyttö Oy", "1\u00a0000,00", "会社", "Ελλάδα €", "\\[x\\]", ""]
)
def test_names_of_every_language_are_read_as_they_were_written(name):
    assert name == visible(name)


@given(ANY_TEXT)
def test_json_says_the_same_and_nothing_in_it_acts(text):
    written = json_text({"text": text, text: [text]})

    assert not acting(written)
    assert {"text": text, text: [text]} == json.loads(written)
    assert 1 == len(written.splitlines())


def test_json_keeps_what_people_read():
    assert '{"name": "Åkeri"}' == json_text({"name": "Åkeri"})


def test_error_quotes_without_acting():
    assert not acting(str(TerminalError(f"{FORGED} is no file.")))
    assert "\n" not in str(TerminalError(FORGED))
