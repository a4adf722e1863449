"""What is said of a line in a document's log."""

from __future__ import annotations

import pytest

from tasks.push_words import detail_in_words, event_in_words


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("target_id=990, token=12", "id there 990"),
        ("before=version, mark=0, request=c4b577c426dc7709, token=12", ""),
        ("after=reject, code=vat_wrong, retry_after_s=0.0, token=3", "answer: vat_wrong"),
        ("detail=it has no image", "it has no image"),
        ("hold=differs total, 10.00 there, token=1", "held: differs total, 10.00 there"),
        ("digest 0a1b before, fields=rows total", "digest 0a1b before, fields rows total"),
        ("", ""),
    ],
)
def test_facts_are_said_in_words_and_what_is_for_us_alone_is_left_out(detail, said):
    assert said == detail_in_words(detail)


def test_no_event_is_named_by_two_words_in_one():
    assert "refused" == event_in_words("noeffect")
    assert "succeeded" == event_in_words("succeeded")
