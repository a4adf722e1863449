"""Invoices as a table: a line for each row, the invoice's own fields on the first of them.

Columns are named by the path in the invoice: ``customer.address.city``, ``row.price``,
``recipient.channel``, ``row.dimensions.1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from pydantic import BaseModel

from ledger.invoice.contract import Record
from ledger.invoice.document import MAX_ROWS, InvoiceDocument

ROW: Final = "row."
LISTS: Final = {"rows": "row", "recipients": "recipient"}
"""Lists of the invoice by what their columns begin with; of recipients a table has one."""
DIMENSIONS: Final = "row.dimensions."
NAMES: Final = ("source", "id")
"""Columns that every line has: lines with the same two, one after the other, are one invoice."""


def _paths(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, info in model.model_fields.items():
        below = _model_in(info.annotation)
        if below:
            yield from _paths(below, f"{prefix}{LISTS.get(name, name)}.")
        else:
            yield f"{prefix}{name}"


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one))), None)


COLUMNS: Final = frozenset(_paths(InvoiceDocument)) - {DIMENSIONS.removesuffix(".")}


def unknown_columns(header: Sequence[str]) -> list[str]:
    """Return the columns of a table that no invoice has."""
    return [
        name
        for name in header
        if name not in COLUMNS and not (name.startswith(DIMENSIONS) and name != DIMENSIONS)
    ]


@dataclass
class _Gathered:
    """An invoice whose lines are being read."""

    number: int
    fields: dict[str, str]
    rows: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    wrong: str = ""

    def add(self, line: int, cells: dict[str, str]) -> None:
        own = {name: text for name, text in cells.items() if not name.startswith(ROW)}
        for name, text in own.items():
            if self.fields.setdefault(name, text) != text and not self.wrong:
                self.wrong = f"line {line}: {name} differs from the first line of the invoice"
        if row := {name[len(ROW) :]: text for name, text in cells.items() if name not in own}:
            self._add_row(line, row)

    def _add_row(self, line: int, row: dict[str, str]) -> None:
        # One more than there may be is enough to be refused for it.
        if len(self.rows) <= MAX_ROWS:
            self.rows.append(row)
            self.lines.append(line)

    def record(self) -> Record:
        if self.wrong:
            return Record(self.number, None, unreadable=self.wrong)
        content = _nested(self.fields)
        if recipient := content.pop("recipient", None):
            content["recipients"] = [recipient]
        content["rows"] = [_nested(row) for row in self.rows]
        return Record(self.number, content, tuple(self.lines))


def gather(lines: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Record]:
    """Put lines together to records.

    Args:
        lines: Number in the file, and text by column where there is any.
    """
    names, gathered = None, None
    for number, cells in lines:
        mine = tuple(cells.get(name) for name in NAMES)
        if gathered is None or mine != names:
            if gathered:
                yield gathered.record()
            names, gathered = mine, _Gathered(number, {})
        gathered.add(number, cells)
    if gathered:
        yield gathered.record()


def _nested(fields: dict[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for path, text in fields.items():
        *above, name = path.split(".", 1 if path.startswith("dimensions.") else -1)
        place = content
        for part in above:
            place = place.setdefault(part, {})
        place[name] = text
    return content
