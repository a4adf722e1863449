"""What a command prints: tables and sentences for people, JSON for scripts.

Results go to standard output; progress, warnings and errors to standard error. With ``--json``
nothing but the JSON is on standard output. Without a terminal, or with ``NO_COLOR``, there is
neither colour nor a frame, and a row of a table is one line however long it is.

All that is printed passes `visible` here, so that no name, text or message from outside acts on a
terminal or makes a line of its own. A command of ours that a sentence advises is written as the
person calls it (`flows.cli.own_command`).
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import re
import sys
import textwrap
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

from flows.cli.own_command import as_called
from flows.cli.switches import is_given
from ledger.text import json_text, visible

if TYPE_CHECKING:
    from rich.console import Console


Item = TypeVar("Item")

STEPS: Final = ("Next: ", "      ")
"""How the lines begin that say what to do next: commands, to be copied as they are."""

YES_OR_NO: Final = " [y/N]: "
"""What Typer puts behind a question."""

_COMMAND: Final = re.compile(r"`[^`]+`")
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:%|s|min|h|kB|MB|GB)(?!\w))")
_WHY: Final = re.compile(r"^(.+?\S) {2,}(\(.+\))$")
"""A step to take, and in brackets what it is for."""
_THEN: Final = re.compile(r"^((?:Next: |      )\S.*?[,:] (?:then )?)((?:\S*/)?tasma .+)$")
"""What to do or to know first, and then the command."""
_JOINT: Final = "\x1f"
"""Stands for a blank within a command; `visible` lets none through."""


def console(file: IO[str] | None = None) -> Console:
    """Return a console on a stream (standard output unless given), as it is now."""
    from rich.console import Console  # noqa: PLC0415 - Rich only when something is shown

    return Console(file=file or sys.stdout, highlight=False, emoji=False, soft_wrap=True)


def is_terminal() -> bool:
    """Return whether a person reads what is printed as it comes."""
    return sys.stdout.isatty()


def say(*lines: str) -> None:
    """Print sentences of the result, each on a line; beside CSV, where they are in nobody's way."""
    _print(console(sys.stderr if is_given("--csv") else sys.stdout), lines)


def remark(*lines: str) -> None:
    """Print what is no result, such as a warning, to standard error."""
    _print(console(sys.stderr), lines)


def first(found: Sequence[Item], limit: int, what: str) -> Sequence[Item]:
    """Return the first of what was asked for with one more than the limit; say if there are others.

    Args:
        found: At most ``limit + 1``.
        limit: How many are shown.
        what: Their word, in the plural.
    """
    if len(found) > limit:
        remark(f"There are more {what} than the {limit:,} shown; --limit shows more.")
    return found[:limit]


def _print(out: Console, lines: Sequence[str]) -> None:
    for line in lines:
        text = as_called(visible(line))
        out.print(folded(text, out.width) if out.is_terminal else text, markup=False)


def asked(question: str) -> str:
    """Return a question to be answered with yes or no, broken between words as `folded` does."""
    out = console(sys.stderr)
    text = as_called(visible(question))
    return folded(text, out.width - len(YES_OR_NO)) if out.is_terminal else text


def folded(text: str, width: int) -> str:
    """Break a sentence between words where a terminal ends, which would break it within one.

    What is to be copied stays whole: a command in backticks, a step to take (what it is for goes
    below), and all of a line that has a word that is wider than the terminal, such as a key or an
    address. A figure stays by its unit.
    """
    if len(text) <= width:
        return text
    if text.startswith(STEPS):
        text = _THEN.sub(lambda found: f"{found[1].rstrip()}\n{STEPS[1]}  {found[2]}", text)
        return _WHY.sub(lambda found: f"{found[1]}\n{_below(found[2], width)}", text)
    whole = _COMMAND.sub(lambda found: found[0].replace(" ", _JOINT), text)
    whole = _UNIT.sub(_JOINT, whole)
    if any(len(word) > width and _JOINT not in word for word in whole.split()):
        return text
    lines = textwrap.wrap(
        whole,
        width,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    return "\n".join(lines).replace(_JOINT, " ")


def _below(why: str, width: int) -> str:
    indent = " " * (len(STEPS[1]) + 2)
    return textwrap.fill(why, width, initial_indent=indent, subsequent_indent=f"{indent} ")


def next_steps(*commands: str) -> None:
    """Print what to do next, one a line; with ``--quiet`` or ``--csv`` nothing."""
    if is_given("--quiet") or is_given("--csv"):
        return
    for position, command in enumerate(commands):
        say(f"{'Next:' if not position else '     '} {command}")


def show_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    title: str = "",
    spare: Sequence[str] = (),
    nothing: str = "Nothing to show.",
) -> None:
    """Print rows under headings; amounts and counts to the right, a light in its colour.

    No figure is cut. A terminal that is too narrow gets no ``spare`` columns, and is told which; if
    that is not enough, each row becomes a block of lines. With ``--csv`` it is CSV.

    Args:
        headings: One per column, each another.
        rows: Values as they are; `cell` writes them.
        title: A line above the table.
        spare: Headings of columns that may be left out, the first to go first.
        nothing: What is said without rows: what there is none of.
    """
    if is_given("--csv"):
        show_csv(headings, rows)
        return
    from flows.cli import tables  # noqa: PLC0415 - as in `console`

    values = zip(*rows, strict=True) if rows else ([] for _ in headings)
    columns = [
        tables.Column(
            visible(heading),
            [as_called(visible(cell(value))) for value in column],
            is_figure=any(issubclass(kind, int | Decimal) for kind in set(map(type, column))),
        )
        for heading, column in zip(headings, values, strict=True)
    ]
    if title:
        console().print(visible(title), style="bold", markup=False)
    if not rows:
        say(nothing)
    elif is_terminal():
        tables.print_fitting(console(), columns, spare=spare)
    else:
        # Cells are `visible` by now; Rich's console would cost more than all else of a row.
        sys.stdout.writelines(f"{line}\n" for line in tables.plain_lines(columns))


def show_with_advice(
    headings: Sequence[str],
    rows: Sequence[Sequence[str | dt.datetime]],
    *,
    by: str,
    spare: Sequence[str] = (),
    nothing: str = "Nothing to show.",
) -> None:
    """Print rows whose last column says what to do; on a terminal that stands below the table.

    A command in a narrow column would be broken over lines, and could not be copied.

    Args:
        headings: As for `show_table`.
        rows: As for `show_table`.
        by: Heading of the column that the advice below is named by; the same is said once.
        spare: As for `show_table`.
        nothing: As for `show_table`.
    """
    if not is_terminal() or is_given("--csv"):
        show_table(headings, rows, spare=spare, nothing=nothing)
        return
    show_table(headings[:-1], [row[:-1] for row in rows], spare=spare, nothing=nothing)
    place = list(headings).index(by)
    say(*dict.fromkeys(f"{row[place]}: {row[-1]}" for row in rows if row[-1]))


def show_csv(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows as CSV: amounts as they are, and no text that a spreadsheet would work out."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([_csv_cell(value) for value in row] for row in rows)


def _csv_cell(value: object) -> str:
    if isinstance(value, Decimal | dt.datetime) or type(value) is int:
        return value.isoformat() if isinstance(value, dt.datetime) else str(value)
    text = as_called(visible(cell(value)))
    return f"'{text}" if text[1:] and text.startswith(("=", "+", "-", "@")) else text


def cell(value: object) -> str:
    """Write one value for people: amounts with two decimals, times in UTC to the minute."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: ""}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
    return age(value) if isinstance(value, dt.timedelta) else str(value)


def age(span: dt.timedelta) -> str:
    """Write an age in the largest unit that fits: ``3 d``, ``5 h``, ``12 min``, ``now``."""
    minutes = int(span.total_seconds() // 60)
    for size, unit in ((1_440, "d"), (60, "h"), (1, "min")):
        if minutes >= size:
            return f"{minutes // size} {unit}"
    return "now"


def show_json(value: object) -> None:
    """Print a value as JSON: decimals as strings, times in ISO form, spans in seconds."""
    sys.stdout.write(f"{json_text(plain(value), indent=2)}\n")


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
