"""Text within Windows-1252: what stays, what is written otherwise, by which rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.invoice.mappings.procountor.characters import is_changed, within


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Åland Öljy & €uro “Oy”", "Åland Öljy & €uro “Oy”"),
        ("a\u0308iti", "äiti"),
        ("Ŕ", "R"),
        ("Łódź", "Lódz"),
        ("\u2024", "."),
        ("Щука", "Shchuka"),
        ("Привет", "Privet"),
        ("Ελλάδα", "Ellada"),
        ("3 \u2212 1", "3 - 1"),
        ("ೠ日", "??"),
        ("a\x81b\x00", "a?b?"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_signs_that_the_set_lacks_are_written_by_the_rule(text, written):
    assert written == within(text)


def test_another_way_to_compose_a_sign_is_no_change():
    assert not is_changed("a\u0308iti")
    assert is_changed("Ŕ")


@given(st.text(max_size=20))
def test_whatever_comes_out_can_be_sent_and_stays_as_it_is(text):
    written = within(text)

    written.encode("cp1252")
    assert written == within(written)
    assert not is_changed(written)


@given(st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=20))
def test_what_the_set_has_stays(text):
    assert text == within(text)


def test_a_sign_that_falls_apart_into_signs_that_the_set_lacks_ends():
    assert "?" == within("\u1026")[:1]
