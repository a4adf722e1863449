"""What differs between two contents of a document, by the names of fields and never by values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

NAMED: Final = 20
"""Fields that are named of those that differ."""

DEPTH: Final = 2
"""Names in a path: further down, a source may choose names itself."""


def differing(before: str, after: str) -> tuple[str, ...]:
    """Return the first fields in which two contents, each a JSON object, differ.

    Such as ``due_date``, ``customer.email`` and ``rows[2].price``, rows counted from 1, in the
    order of the names; a last one, ``…``, says that there are more.
    """
    fields = sorted(set(_paths(json.loads(before), json.loads(after), "", DEPTH)))
    return tuple(fields[:NAMED]) + (("…",) if len(fields) > NAMED else ())


def _paths(before: Any, after: Any, path: str, depth: int) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and depth:
        start = f"{path}." if path else ""
        for name in before.keys() | after.keys():
            yield from _paths(before.get(name), after.get(name), f"{start}{name}", depth - 1)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True), start=1):
            yield from _paths(old, new, f"{path}[{place}]", depth)
    else:
        yield path
