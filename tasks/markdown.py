"""Markdown for artifacts: tables whose cells cannot break them, amounts that line up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

MAX_CELL_CHARS: Final = 300
"""Longest text in one cell of a table."""

# Text of a source may hold anything; none of it may become a heading, a link or an element.
_SPECIAL: Final = str.maketrans(
    {
        "|": "\\|",
        "<": "&lt;",
        ">": "&gt;",
        "&": "&amp;",
        "*": "\\*",
        "_": "\\_",
        "`": "\\`",
        "[": "\\[",
        "]": "\\]",
        "#": "\\#",
        "\r": " ",
        "\n": " ",
    }
)


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    cut = text if len(text) <= MAX_CELL_CHARS else f"{text[: MAX_CELL_CHARS - 1]}…"
    return cut.translate(_SPECIAL)


def amount(value: Decimal | None) -> str:
    """Write an amount the way accountants read it: ``-1,234.50``; nothing when there is none."""
    return "" if value is None else f"{value:,.2f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> str:
    """Build a table; the columns named in ``right`` are aligned to the right. Cells are escaped."""
    rules = ["---:" if head in right else "---" for head in heads]
    lines = [list(heads), rules, *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def document(*blocks: str) -> str:
    """Put headings, sentences and tables below each other; empty ones are left out."""
    return "\n\n".join(block for block in blocks if block)


def and_more(shown: int, count: int, what: str) -> str:
    """Say how many are not shown."""
    return f"… and {count - shown:,} more {what}." if count > shown else ""
