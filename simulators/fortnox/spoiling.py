"""Answers that are not as documented: a field says something else, a row is gone, letters are lost.

Source: zenta-ab/fortnox.NET, NoRightValueConverter (``API_NORIGHT`` in the place of a value);
erp-mafia/accounted (letters that became U+FFFD on the way).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from simulators.fortnox.answers import Answer, json_text
from simulators.fortnox.faults import Fault

LOST: Final = "\ufffd"
LETTERS: Final = str.maketrans(dict.fromkeys("åäöÅÄÖ", LOST))

Object = dict[str, Any]


def spoiled(answer: Answer, due: Mapping[str, Fault], *, encoding: str = "utf-8") -> Answer:
    """Give the answer as the faults `odd_field`, `hide_rows` and `lost_letters` leave it."""
    if "odd_field" in due:
        details = due["odd_field"].details
        answer = _changed(answer, lambda item: _with_odd_field(item, **details))
    if "hide_rows" in due:
        answer = _without_rows(answer, due["hide_rows"].details["where"])
    if "lost_letters" in due:
        text = answer.body.decode(encoding).translate(LETTERS)
        answer = replace(answer, body=text.encode())
    return answer


def _with_odd_field(
    item: Object, *, field: str, value: Any, where: Object, is_absent: bool
) -> Object:
    if field not in item or not _is(item, where):
        return item
    kept = {name: known for name, known in item.items() if name != field}
    return kept if is_absent else {**item, field: value}


def _without_rows(answer: Answer, where: Object) -> Answer:
    """Leave rows out of a list, whose total follows."""
    hidden: list[Object] = []

    def change(item: Object) -> Object | None:
        if _is(item, where):
            hidden.append(item)
            return None
        meta = item.get("MetaInformation")
        if not isinstance(meta, dict):
            return item
        total = meta["@TotalResources"] - len(hidden)
        return {**item, "MetaInformation": {**meta, "@TotalResources": total}}

    return _changed(answer, change)


def _is(item: Object, where: Object) -> bool:
    return all(name in item and item[name] == value for name, value in where.items())


def _changed(answer: Answer, change: Callable[[Object], Object | None]) -> Answer:
    changed = _walked(json.loads(answer.body, parse_float=Decimal), change)
    return replace(answer, body=json_text(changed).encode())


def _walked(value: Any, change: Callable[[Object], Object | None]) -> Any:
    """Change every object within, the inner ones first; what becomes nothing leaves its list."""
    if isinstance(value, list):
        walked = [_walked(item, change) for item in value]
        return [item for item in walked if item is not None]
    if not isinstance(value, dict):
        return value
    return change({name: _walked(item, change) for name, item in value.items()})
