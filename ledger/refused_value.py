"""Why a value that somebody typed was refused, in words rather than pydantic's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

NO_NUMBER: Final = "expected a number"
NO_TEXT: Final = "expected a text"
NO_DAY: Final = "expected a day, such as 2026-01-31"
NO_FLAG: Final = "expected true or false"
NO_PAIRS: Final = "expected lines such as NAME = VALUE"
OTHER: Final = "it is not of the form that is expected here"

WORDS: Final = {
    "extra_forbidden": "there is no such setting",
    "missing": "a part of it is missing",
    "greater_than_equal": "expected {ge} or more",
    "greater_than": "expected more than {gt}",
    "less_than_equal": "expected {le} or less",
    "decimal_max_places": "expected {decimal_places} decimals or fewer",
    "decimal_whole_digits": "expected {whole_digits} digits or fewer",
    "string_too_long": "expected {max_length} characters or fewer",
}
"""By the type of pydantic's complaint, with its values."""

KINDS: Final = {
    "decimal": NO_NUMBER,
    "int": NO_NUMBER,
    "finite": NO_NUMBER,
    "date": NO_DAY,
    "bool": NO_FLAG,
    "dict": NO_PAIRS,
    "model": NO_PAIRS,
    "string_type": NO_TEXT,
}
"""By how the type begins."""

PATTERNS: Final = {
    r"^[0-9]{4}-(0[1-9]|1[0-2])$": "expected a month, such as 2026-01",
    r"^[0-9]{0,20}$": "expected a number of an account",
}

_ALTERNATIVES: Final = re.compile(r"\^\((\w+(?:\|\w+)+)\)\$")


def why_refused(problem: ValidationError) -> str:
    """Return what is wrong with the first value that pydantic complains of; never the value."""
    return reason_of(problem.errors(include_input=False, include_url=False)[0])


def reason_of(complaint: Mapping[str, Any]) -> str:
    """Return what is wrong by one complaint of pydantic's, in our words; never the value."""
    kind, values = complaint["type"], complaint.get("ctx", {})
    if words := WORDS.get(kind):
        return words.format_map(values)
    if kind == "value_error":
        return str(complaint["msg"]).removeprefix("Value error, ")
    if kind in {"enum", "literal_error"}:
        expected = values["expected"].replace("'", "").replace(" or ", ", ")
        return f"expected one of {expected}"
    if kind == "string_pattern_mismatch":
        return _by_pattern(values)
    return next((words for start, words in KINDS.items() if kind.startswith(start)), OTHER)


def _by_pattern(values: dict[str, Any]) -> str:
    pattern = values["pattern"]
    if found := _ALTERNATIVES.fullmatch(pattern):
        return f"expected one of {found[1].replace('|', ', ')}"
    return PATTERNS.get(pattern, OTHER)
