"""What is written beside a file that was not taken: in the customer's language, and in English."""

from __future__ import annotations

import csv
from enum import StrEnum
from functools import cache
from typing import Final

from blocks.settings import REFERENCE

LANGUAGES: Final = {"FI": "fi", "SE": "sv"}
"""By the tenant's country; elsewhere English alone."""


class Note(StrEnum):
    """Why a file was not taken; the sentences are those of ``pickup_notes.csv``."""

    WRONG_NAME = "wrong_name"
    EMPTY = "empty"
    NOBODYS = "nobodys"
    REFUSED = "refused"
    INVOICES = "invoices"


def note(kind: Note, country: str, **values: str) -> str:
    """Return what is written beside a file.

    Args:
        kind: Why it was not taken.
        country: The tenant's, in two letters.
        values: What the sentences name: ``name``, and ``expected`` or ``reason``.
    """
    texts = _notes()[kind]
    languages = filter(None, (LANGUAGES.get(country), "en"))
    return "\n\n".join(texts[language].format_map(values) for language in languages)


@cache
def _notes() -> dict[str, dict[str, str]]:
    with (REFERENCE / "pickup_notes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}
