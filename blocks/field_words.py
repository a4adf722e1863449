"""Fields of documents as people say them: what stands in a log as ``rows[2].price``.

``data/reference/translated/fields.csv`` has each name that a pushed document may have, in three
languages; one with brackets is said of a single one of a list. A name that a source made up stays.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from blocks.settings import REFERENCE

FIELDS: Final = REFERENCE / "translated" / "fields.csv"
WITHIN: Final = ": "
"""Between a field and one that lies in it."""

_PART: Final = re.compile(r"([^.\[]+)(?:\[(\d+)\])?")
_ENGLISH: Final = re.compile(r"(.+?)( \d+)?")


def field_in_words(path: str, language: str = "en") -> str:
    """Return a field by its path, such as ``rows[2].price``, in words: ``row 2: price``."""
    return WITHIN.join(_part(part, language) for part in path.split(".") if part)


def fields_translated(english: str, language: str) -> str:
    """Return fields that were said in English, comma between, in another language."""
    return ", ".join(
        WITHIN.join(_from_english(part, language) for part in one.split(WITHIN))
        for one in english.split(", ")
    )


def _part(part: str, language: str) -> str:
    if not (found := _PART.fullmatch(part)):
        return part
    name, place = found.groups()
    row = _words().get(f"{name}[]" if place else name)
    word = row[language] if row else name.replace("_", " ")
    return f"{word} {place}" if place else word


def _from_english(part: str, language: str) -> str:
    whole = _by_english().get(part)
    if whole or not (found := _ENGLISH.fullmatch(part)):
        return whole[language] if whole else part
    word, place = found.groups()
    row = _by_english().get(word)
    return f"{row[language]}{place or ''}" if row else part


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    with FIELDS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


@cache
def _by_english() -> Mapping[str, Mapping[str, str]]:
    return {row["en"]: row for row in _words().values()}
