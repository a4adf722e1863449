"""Hidden rows: read as parts of a visible total that they add up to, and left out otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from ledger.statement.lines import RawLine
from ledger.statement.notes import Notes
from ledger.statement.rows import Totals
from ledger.statement.values import Place


def hidden_parts(
    lines: Sequence[RawLine],
    visible: Sequence[RawLine],
    totals: Totals,
    sheet: str,
    notes: Notes,
) -> tuple[list[RawLine], Totals]:
    """Return the lines with those hidden ones that are parts of a visible one, and its total.

    Args:
        lines: All lines of the table.
        visible: Those that are seen.
        totals: What the visible ones add up, by their places in ``visible``.
        sheet: Name of the sheet.
        notes: Where each hidden row is named.
    """
    parts: dict[int, list[int]] = {}
    kept = {line.row for line in visible}
    for is_hidden, block in groupby(lines, lambda line: line.is_hidden):
        rows = list(block)
        if not is_hidden:
            continue
        owner = _owner(rows, lines, {visible[total].row for total in totals.parts})
        numbers = [line.row for line in rows]
        if owner:
            parts[owner.row] = numbers
            kept.update(numbers)
            notes.say("hidden_rows_are_parts", Place(sheet, owner.row), rows=numbers)
        else:
            notes.say("hidden_rows_not_used", Place(sheet, numbers[0]), rows=numbers)
    return _merged(lines, visible, totals, parts, kept)


def _owner(block: Sequence[RawLine], lines: Sequence[RawLine], totals: set[int]) -> RawLine | None:
    """Return the neighbour of hidden rows that they, and no visible rows, add up to."""
    first, last = lines.index(block[0]), lines.index(block[-1])
    above = lines[first - 1] if first else None
    below = lines[last + 1] if last + 1 < len(lines) else None
    near = [line for line in (above, below) if line and line.row not in totals]
    return next((line for line in near if _adds_up(line, block)), None)


def _adds_up(owner: RawLine, block: Sequence[RawLine]) -> bool:
    added = {
        column: sum((line.amounts.get(column, Decimal(0)) for line in block), Decimal(0))
        for column in owner.amounts
    }
    return any(added.values()) and added == dict(owner.amounts)


def _merged(
    lines: Sequence[RawLine],
    visible: Sequence[RawLine],
    totals: Totals,
    parts: dict[int, list[int]],
    kept: set[int],
) -> tuple[list[RawLine], Totals]:
    result = [line for line in lines if line.row in kept]
    place = {line.row: position for position, line in enumerate(result)}
    moved = {position: place[line.row] for position, line in enumerate(visible)}
    merged = Totals(
        {moved[total]: [moved[part] for part in its] for total, its in totals.parts.items()},
        {moved[total] for total in totals.off},
    )
    for owner, rows in parts.items():
        merged.parts.setdefault(place[owner], [place[row] for row in rows])
    return result, merged
