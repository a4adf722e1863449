"""The contract of invoices in files: from what a file holds to an invoice, or to findings.

`docs/systems/invoices.md` is the contract as its users read it; `schema` is the same for programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ledger.invoice.document import InvoiceDocument
from ledger.invoice.problems import Problem, problem

ROWS: Final = "rows"
MAX_PROBLEMS: Final = 100
"""Findings that are kept of one invoice; of the others the number is."""
MAX_NAME_CHARS: Final = 80
"""What a finding repeats of a field's name, which may be anything when no such field is known."""
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_VALUE_ERROR: Final = "Value error, "
_UNKNOWN: Final = "extra_forbidden"
_ABSENT: Final = "missing"


@dataclass(frozen=True)
class Record:
    """What a file holds of one invoice.

    `number`: of the record from 1, which in files of lines is the line where it begins. `lines`: of
    the file by row of the invoice, where each row has a line of its own. `unreadable`: why there is
    no content.
    """

    number: int
    content: Mapping[str, Any] | None
    lines: tuple[int, ...] = ()
    unreadable: str = ""


def read(record: Record) -> tuple[InvoiceDocument | None, tuple[Problem, ...]]:
    """Return the invoice of a record, or everything that is wrong with its form."""
    if record.content is None:
        return None, (problem("unreadable", reason=record.unreadable),)
    try:
        return InvoiceDocument.model_validate(given(record.content)), ()
    except ValidationError as refused:
        errors = refused.errors(include_url=False, include_context=False, include_input=False)
        return None, tuple(_problems(errors))


def given(value: Any) -> Any:
    """Return a value without what is null: a field without a value is as if it were left out."""
    if isinstance(value, Mapping):
        return {name: given(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [given(one) for one in value]
    return value


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one invoice."""
    return {"$schema": DIALECT, **InvoiceDocument.model_json_schema()}


def _problems(errors: list[ErrorDetails]) -> Iterator[Problem]:
    yield from map(_problem, errors[:MAX_PROBLEMS])
    if len(errors) > MAX_PROBLEMS:
        yield problem("more", count=len(errors) - MAX_PROBLEMS)


def _problem(error: ErrorDetails) -> Problem:
    row, field = _place(error["loc"])
    if error["type"] == _UNKNOWN:
        return problem("unknown_field", field, row=row)
    if error["type"] == _ABSENT:
        return problem("missing", field, row=row)
    reason = error["msg"].removeprefix(_VALUE_ERROR)
    return problem("malformed", field, row=row, reason=_lower_first(reason))


def _place(loc: tuple[int | str, ...]) -> tuple[int, str]:
    """Return the row from 1, or 0, and the name of the field within it or within the invoice."""
    row, names = 0, loc
    if len(loc) > 1 and loc[0] == ROWS and isinstance(loc[1], int):
        row, names = loc[1] + 1, loc[2:]
    return row, ".".join(name for name in names if isinstance(name, str))[:MAX_NAME_CHARS]


def _lower_first(text: str) -> str:
    return re.sub(r"^[A-Z](?=[a-z])", lambda found: found[0].lower(), text)
