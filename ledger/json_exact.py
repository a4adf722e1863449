"""JSON with exact numbers: a decimal is written with its digits, never through a float."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def dumps_exact(value: Any) -> str:
    """Return JSON of objects, lists, texts, whole numbers, decimals, booleans and None.

    Raises:
        TypeError: There is anything else in it, a float above all.
    """
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(str(name))}:{dumps_exact(one)}" for name, one in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(dumps_exact, value)) + "]"
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError(f"{value} is no number that JSON has.")
        return format(value, "f")
    if isinstance(value, float):
        raise TypeError("A float is no exact number; give a decimal.")
    if value is None or isinstance(value, str | int):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"JSON has no {type(value).__name__}.")
