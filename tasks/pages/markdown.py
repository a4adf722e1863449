"""Markdown for artifacts: tables whose cells cannot break them, amounts that line up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from ledger.text import number_of, visible

MAX_CELL_CHARS: Final = 300
"""Longest text in one cell of a table."""

# Every sign by which Markdown, with the tables, links and strikes of GitHub's, marks up a text.
_SPECIAL: Final = str.maketrans(
    {sign: f"\\{sign}" for sign in "\\`*_[]#|~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
)

NOTHING: Final = "<!-- -->"
"""Parts a text where it would be taken for an address; it shows nothing. A backslash does not help:
Prefect's UI looks for addresses in the text that the backslashes are gone from."""

_ADDRESS: Final = re.compile(r"(?<=\S)(?=://|@)|(?<=www)(?=\.)", re.IGNORECASE)

_COMMAND: Final = re.compile(r"`(tasma (?:(?!www\.)[\w .=/,+'\"-])+)`", re.ASCII | re.IGNORECASE)
"""A command of ours in a sentence: of signs that mark nothing up, so that it may stand as code."""

_OPENING: Final = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+](?:\s|$)|-[-\s]*$|=+$))")
"""What makes a list, a rule or a heading of a line that begins with it."""


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, wherever it stands: on one line, and no link.

    Everything on a page that comes from outside goes through here: names, texts and messages of
    companies, files, programs and vendors, and what people wrote. A command of ours in backticks
    is shown as one.
    """
    cut = text if len(text) <= MAX_CELL_CHARS else f"{text[: MAX_CELL_CHARS - 1]}…"
    between = iter(_COMMAND.split(visible(" ".join(cut.split()))))
    marked = _without_markup(next(between))
    for command, then in zip(between, between, strict=True):
        marked += f"`{command}`{_without_markup(then)}"
    return _OPENING.sub(r"\1\\", marked)


def _without_markup(text: str) -> str:
    return _ADDRESS.sub(NOTHING, text.translate(_SPECIAL))


def amount(value: Decimal | None) -> str:
    """Write an amount the way accountants read it: ``-1,234.50``; nothing when there is none."""
    return "" if value is None else f"{value:,.2f}"


class Markup(str):
    """Text that is Markdown already, made of escaped parts."""

    __slots__ = ()


def linked(text: str, path: str) -> Markup:
    """Return a text that leads to a page of the same server; just the text without a path."""
    return Markup(f"[{escaped(text)}]({path})" if path else escaped(text))


def below_each_other(*parts: str) -> Markup:
    """Return the lines of one cell; empty ones are left out."""
    return Markup("<br>".join(_cell(part) for part in parts if part))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> str:
    """Build a table; the columns named in ``right`` are aligned to the right.

    Cells are escaped, unless they are `Markup`. A heading begins with a capital letter.
    """
    rules = ["---:" if head in right else "---" for head in heads]
    lines = [
        [f"{head[:1].upper()}{head[1:]}" for head in heads],
        rules,
        *([_cell(cell) for cell in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def filled(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()
) -> str:
    """Build a table without the columns that have nothing in any row."""
    lines = list(rows)
    kept = [place for place in range(len(heads)) if any(row[place] for row in lines)]
    return table(
        [heads[place] for place in kept],
        [[row[place] for place in kept] for row in lines],
        right=right,
    )


def _cell(text: str) -> str:
    return text if isinstance(text, Markup) else escaped(text)


def document(*blocks: str) -> str:
    """Put headings, sentences and tables below each other; empty ones are left out."""
    return "\n\n".join(block for block in blocks if block)


def and_more(shown: int, count: int, what: str, *, rest: str = "") -> str:
    """Say how many are not shown. `what`: one of them, such as ``row``."""
    hidden = count - shown
    return f"… and {number_of(hidden, f'more {what}')}{rest}." if hidden > 0 else ""
