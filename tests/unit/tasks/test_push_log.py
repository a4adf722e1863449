"""What is said of a line in a document's log."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from blocks.field_words import FIELDS, field_in_words, fields_translated
from blocks.hub.outbox import LogLine
from blocks.translated import translated
from flows.portal.texts import LANGUAGES, texts_of
from ledger.invoice.document import InvoiceDocument
from ledger.invoice.pushed import cards, invoices
from ledger.invoice.pushed import ledger as bookings
from ledger.push import events
from ledger.push.items import HoldCode
from tasks.push_log import (
    ANSWERS,
    FINDINGS,
    HELD,
    INNER,
    PHRASES,
    PUT_OFF,
    detail_in_words,
    event_in_words,
    phrases,
)


def line(detail, kind="succeeded"):
    return LogLine(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), kind, "", "", detail, "")


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("target_id=990, token=12", "id there 990"),
        ("before=version, mark=0, request=c4b577c426dc7709, token=12", ""),
        ("after=reject, code=vat_wrong, retry_after_s=0.0, token=3", "answer: vat_wrong"),
        ("code=http_502, token=3", "answer: 502"),
        ("after=retry, code=429, retry_after_s=90.0", "answer: 429; tried again after 2 min"),
        ("detail=it has no image", "it has no image"),
        (
            "code=differs, detail=total, 10.00 there, hold=differs total, 10.00 there, token=1",
            "held: what is there is not what was sent; total, 10.00 there",
        ),
        ("digest=0a1b, fields=rows due_date", "what differs: rows, due date"),
        (
            "fields=rows[2].price customer.email …",
            "what differs: row 2: price, customer: e-mail, …",
        ),
        (
            "began_s=3.2, hits=, is_complete=False, lookalikes=77 78",
            "not everything there could be looked through; there and looking like it: 77, 78",
        ),
        ("finding=not_done, step=attach, token=3", "it did not take place"),
        ("is_done=True, target_id=77, who=anna", "it took place; id there 77; decided by anna"),
        ("", ""),
    ],
)
def test_facts_are_said_in_words_and_what_is_for_us_alone_is_left_out(detail, said):
    assert said == detail_in_words(line(detail))


def test_no_event_is_named_by_two_words_in_one():
    assert "refused" == event_in_words("noeffect")
    assert "succeeded" == event_in_words("succeeded")


def test_every_fact_of_every_event_has_its_words_or_is_for_us_alone():
    """A new fact would be shown by the name of its field."""
    known = {*PHRASES, *ANSWERS, *INNER, "code", "fields", "retry_after_s", "request_digest"}
    kinds = [
        one for one in vars(events).values() if is_dataclass(one) and one in get_args(events.Event)
    ]
    named = {one.name for kind in kinds for one in fields(kind)}

    assert len(kinds) > 10
    assert set() == named - known


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_event_has_its_sentence_on_pages(language):
    kinds = {one.__name__.lower() for one in get_args(events.Event)} | {"replaced", "restored"}

    assert set() == {f"pushes.event_{kind}" for kind in kinds} - set(texts_of(language))


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.parametrize(
    "detail",
    [
        *(f"hold={code}" for code in HoldCode),
        *(f"code={code}" for code in PUT_OFF),
        *(f"finding={one}" for one in FINDINGS),
        "hits=1 2, ids=3, is_complete=False, lookalikes=4",
        "is_done=False, target_id=7, target_number=8, who=anna",
        "code=http_502, retry_after_s=12.0",
        "code=http_502, retry_after_s=1800.0",
        "fields=rows[2].price due_date",
    ],
)
def test_every_phrase_of_a_log_has_its_translation(detail, language):
    said = phrases(line(detail))

    assert said
    assert [] == [phrase for phrase in said if translated(phrase, language) in {None, phrase}]


def test_every_hold_is_told_in_words():
    assert set(HoldCode) == set(HELD)


def names_of(annotation, seen):
    if (
        isinstance(annotation, type)
        and issubclass(annotation, BaseModel)
        and annotation not in seen
    ):
        seen.add(annotation)
        for name, field in annotation.model_fields.items():
            yield name
            yield from names_of(field.annotation, seen)
    for one in get_args(annotation):
        yield from names_of(one, seen)


def test_every_field_that_a_pushed_document_has_is_named_in_three_languages():
    kinds = [*vars(cards).values(), *vars(invoices).values(), *vars(bookings).values()]
    seen: set[type] = set()
    needed = {name for kind in [InvoiceDocument, *kinds] for name in names_of(kind, seen)}
    with Path(FIELDS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert set() == needed - {row["name"] for row in rows}
    assert [] == [row for row in rows for word in row.values() if not word or ", " in word]
    english = [row["en"] for row in rows]
    assert sorted(set(english)) == sorted(english), "one is looked up by its English"


def test_fields_of_a_row_are_said_by_its_place_and_a_made_up_name_stays():
    said = ", ".join(map(field_in_words, ["rows[12].vat_rate", "dimensions.Projekti", "files"]))

    assert "row 12: VAT rate, dimensions: Projekti, files" == said
    assert "rivi 12: ALV-kanta, kohdistukset: Projekti, tiedostot" == fields_translated(said, "fi")
