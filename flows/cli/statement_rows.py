"""A statement beside the rows of its file, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.cli.output import plain
from ledger.statement.cells import shown
from ledger.statement.grid import Sheet, letters
from ledger.statement.sentences import say
from ledger.statement.values import Amount, Line, Question, Remark, Statement, StatementFile

MAX_CHARS = 60
"""Of a row as it stands in the file, before its end is left out."""

Shown = tuple[int, str, str, str, object, object]


def rows_of(statement: Statement, sheet: Sheet) -> list[Shown]:
    """Return the rows of the sheet up to the statement's last, each with what is understood."""
    lines = {line.row: line for line in statement.lines}
    last = max(lines, default=0)
    first = min((*statement.header_rows, *lines))
    return [
        _row(row, statement, sheet, lines) for row in sorted(sheet.rows) if first <= row <= last
    ]


def _row(row: int, statement: Statement, sheet: Sheet, lines: Mapping[int, Line]) -> Shown:
    cells = " | ".join(shown(cell) for _, cell in sorted(sheet.rows[row].items()))
    in_file = cells if len(cells) <= MAX_CHARS else f"{cells[: MAX_CHARS - 1]}…"
    if row in statement.header_rows:
        return row, in_file, "heading", "", None, None
    if row not in lines:
        has_amount = any(column.column in sheet.rows[row] for column in statement.used)
        return row, in_file, "not used" if has_amount else "section", "", None, None
    line = lines[row]
    printed, ledger = _pair(line.amount)
    return row, in_file, _kind(line), line.account or "", printed, ledger


def _kind(line: Line) -> str:
    hidden = ", hidden" if line.is_hidden else ""
    if not line.is_total:
        return f"line{hidden}"
    return f"total of {_ranges(line.parts)}{hidden}" if line.parts else f"total{hidden}"


def _ranges(rows: tuple[int, ...]) -> str:
    """Write rows shortly: ``8, 10-12``."""
    spans: list[list[int]] = []
    for row in sorted(rows):
        if spans and row == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], row]
        else:
            spans.append([row])
    return ", ".join("-".join(map(str, span)) for span in spans)


def _pair(amount: Amount | None) -> tuple[object, object]:
    return (amount.statement, amount.ledger) if amount else (None, None)


def as_dict(file: StatementFile) -> dict[str, Any]:
    """Return a file as JSON has it: columns by their letters, amounts as text."""
    return {
        "container": plain(file.container),
        "statements": [_statement(statement) for statement in file.statements],
        "questions": [_note(question) for question in file.questions],
        "remarks": [_note(remark) for remark in file.remarks],
    }


def _statement(statement: Statement) -> dict[str, Any]:
    fields = dict(_fields(statement))
    fields["label_column"] = letters(statement.label_column)
    fields["account_column"] = letters(statement.account_column or 0) or None
    fields["columns"] = [{**plain(c), "column": c.letters} for c in statement.columns]
    fields["lines"] = [
        {**plain(line), "also": {letters(c): plain(a) for c, a in line.also.items()}}
        for line in statement.lines
    ]
    return fields


def _fields(statement: Statement) -> Iterator[tuple[str, Any]]:
    for name in ("kind", "sheet", "header_rows", "period", "sign", "unit", "currency"):
        yield name, plain(getattr(statement, name))
    yield "language", statement.language
    yield "company", statement.company


def _note(note: Question | Remark) -> dict[str, Any]:
    return {**plain(note), "sentence": say(note)}
