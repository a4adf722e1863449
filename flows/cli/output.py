"""What a command prints: tables and sentences for people, JSON for scripts.

Results go to standard output; progress, warnings and errors to standard error. With ``--json``
nothing but the JSON is on standard output. Without a terminal, or with ``NO_COLOR``, there is
neither colour nor a frame, and a row of a table is one line however long it is.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH: Final = 1_000
"""Columns of a line that goes to a file or a pipe; terminals have their own width."""

UNBROKEN_CHARS: Final = 24
"""Columns whose cells are no longer than this are never broken: dates, amounts, years, words."""

BRIEF_CHARS: Final = 100
"""Longest text in a column that says why; `tasma events` and ``--json`` have all of it."""

LIGHT_STYLES: Final = {"green": "green", "grey": "bright_black", "red": "bold red"}


def console(file: IO[str] | None = None) -> Console:
    """Return a console on a stream (standard output unless given), as it is now."""
    from rich.console import Console  # noqa: PLC0415 - Rich only when something is shown

    stream = file or sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(file=stream, width=width, highlight=False, soft_wrap=True)


def is_terminal() -> bool:
    """Say whether a person reads what is printed as it comes."""
    return sys.stdout.isatty()


def say(text: str) -> None:
    """Print a sentence of the result."""
    console().print(text, markup=False)


def remark(text: str) -> None:
    """Print what is no result, such as a warning, to standard error."""
    console(sys.stderr).print(text, markup=False)


def next_steps(*commands: str) -> None:
    """Print what to do next, one a line."""
    for position, command in enumerate(commands):
        say(f"{'Next:' if not position else '     '} {command}")


def show_table(
    headings: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = ""
) -> None:
    """Print rows under headings; amounts and counts to the right, a light in its colour.

    Args:
        headings: One per column.
        rows: Values as they are; `cell` writes them.
        title: A line above the table.
    """
    from rich import box  # noqa: PLC0415 - as in `console`
    from rich.table import Table  # noqa: PLC0415 - as in `console`
    from rich.text import Text  # noqa: PLC0415 - as in `console`

    out = console()
    if title:
        out.print(title, style="bold", markup=False)
    table = Table(box=box.SIMPLE_HEAD if out.is_terminal else None, pad_edge=False)
    for position, heading in enumerate(headings):
        values = [row[position] for row in rows]
        table.add_column(
            heading,
            justify="right" if any(isinstance(item, int | Decimal) for item in values) else "left",
            overflow="fold",
            no_wrap=max((len(cell(item)) for item in values), default=0) <= UNBROKEN_CHARS,
        )
    for row in rows:
        cells = [cell(value) for value in row]
        table.add_row(*(Text(text, style=LIGHT_STYLES.get(text, "")) for text in cells))
    out.print(table)


def cell(value: object) -> str:
    """Write one value for people: amounts with two decimals, times in UTC to the minute."""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: ""}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
    return age(value) if isinstance(value, dt.timedelta) else str(value)


def brief(text: str) -> str:
    """Cut a text to what a column of a table takes, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= BRIEF_CHARS else f"{line[: BRIEF_CHARS - 1]}…"


def age(span: dt.timedelta) -> str:
    """Write an age in the largest unit that fits: ``3 d``, ``5 h``, ``12 min``, ``now``."""
    minutes = int(span.total_seconds() // 60)
    for size, unit in ((1_440, "d"), (60, "h"), (1, "min")):
        if minutes >= size:
            return f"{minutes // size} {unit}"
    return "now"


def show_json(value: object) -> None:
    """Print a value as JSON: decimals as strings, times in ISO form, spans in seconds."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def plain(value: Any) -> Any:
    """Turn dataclasses, decimals, dates and paths into what JSON has; never a float."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return _plain_scalar(value)


def _plain_scalar(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return int(value.total_seconds())
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON here; say which it is to have.")
