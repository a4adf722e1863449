"""What a feed may say, and how it is refused what it may not."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from ledger.ecom.contract import (
    NotAsAgreed,
    document_of,
    event_of,
    is_as_named,
    read_item,
    schema,
)
from ledger.ecom.documents import content_sha256
from tests.ecom_said import purchase, said


def line(record="event", **changes):
    content = said("approved", 2).model_dump(mode="json", exclude_none=True) | changes
    return json.dumps({"record": record, "content": content})


def test_event_comes_back_as_it_was_said():
    event = said(
        "payment_created", 3, payment={"id": "m-1", "amount": "10.10", "date": "2026-05-01"}
    )

    item = read_item(json.dumps({"record": "event", "content": event.model_dump(mode="json")}))

    assert ("event", event.id, "p-1", 0) == (item.kind, item.id, item.subject, item.revision)
    assert event == event_of(item.content)


def test_document_keeps_exact_decimals_also_where_they_came_as_numbers():
    content = purchase().model_dump(mode="json", exclude_defaults=True)
    text = json.dumps({"record": "document", "content": content | {"gross": 1}}).replace(
        '"gross": 1', '"gross": 1255.10'
    )

    item = read_item(text)

    assert ("p-1", 1) == (item.id, item.revision)
    assert Decimal("1255.1") == document_of(item.content).gross
    assert '"gross": "1255.10"' in item.content


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no object"),
        ('{"record": "event"}', "no object"),
        (line("colour"), "record 'colour'"),
        (line(sequence=0), "sequence"),
        (line(occurred_at="2026-01-01T10:00:00"), "occurred_at"),
        (line(mistyped=1), "mistyped"),
        (line(document=None), "about a document"),
        (line(kind="period_closed", period="2026-01"), "about the company"),
        (line(kind="payment_created"), "needs payment"),
        (line(step=3, steps=2), "step 3 of 2"),
        (line(document="p 1"), "document"),
    ],
    ids=lambda one: one[:12] if isinstance(one, str) else None,
)
def test_what_is_not_as_agreed_is_refused_by_field(text, reason):
    with pytest.raises(NotAsAgreed, match=reason):
        read_item(text)


def test_event_of_an_unknown_kind_is_kept_with_what_only_it_says():
    item = read_item(line(kind="coloured", shade="blue"))

    assert event_of(item.content).known is None
    assert '"shade": "blue"' in item.content


def test_document_is_held_against_the_hash_that_an_event_names():
    content = purchase().model_dump(mode="json", exclude_defaults=True)
    kept = read_item(json.dumps({"record": "document", "content": content})).content

    assert is_as_named(kept, content_sha256(content))
    assert is_as_named(kept, None)
    assert not is_as_named(kept, "0" * 64)


def test_schema_names_each_record_and_all_its_parts():
    found = schema()

    names = [one["properties"]["record"]["const"] for one in found["oneOf"]]
    assert ["event", "document", "account"] == names
    refs = set(json.dumps(found).split('"#/$defs/')[1:])
    assert {one.split('"')[0] for one in refs} <= set(found["$defs"])
