"""The schemes of statements: `data/reference/statement_line.csv`, read as values."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator

from blocks.settings import REFERENCE
from ledger.account_map import Line
from ledger.errors import TerminalError
from ledger.statement.line_names import plain


class UnknownScheme(TerminalError):
    """There is no such scheme of statements."""

    def __init__(self, chart: str) -> None:
        """Name those there are."""
        super().__init__(
            f"There is no scheme of statements {chart[:40]!r}. There are {', '.join(charts())}.",
            chart=chart[:40],
            known=", ".join(charts()),
        )


def charts() -> dict[str, str]:
    """Return the schemes: title by name."""
    return {row["chart"]: row["title"] for row in _rows("statement_chart.csv")}


def chart_of(country: str) -> str:
    """Return the scheme by which a country's books are read; the first of all where none is."""
    by_country = {row["country"]: row["chart"] for row in _rows("statement_chart.csv")}
    return by_country.get(country) or next(iter(by_country.values()))


def lines_of(chart: str) -> tuple[Line, ...]:
    """Return the lines of a scheme, in order; the line of unplaced accounts is none of them.

    Raises:
        UnknownScheme: There is none of that name.
    """
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _rows("statement_line_name.csv"):
        if row["chart"] == chart:
            names[row["line"]][row["language"]] = row["name"]
    found = tuple(
        Line(
            row["statement"],
            row["line"],
            int(row["line_order"]),
            tuple(row["accounts"].split()),
            _range(row["adds"]),
            names[row["line"]],
        )
        for row in _rows("statement_line.csv")
        if row["chart"] == chart and row["accounts"] != "*"
    )
    if not found:
        raise UnknownScheme(chart)
    return found


def labels_of(chart: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return what labels of customers' statements mean beyond the names of lines, by statement."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for row in _rows("statement_label.csv"):
        if row["chart"] == chart:
            found[row["statement"]][plain(row["label"])] = tuple(row["lines"].split())
    return found


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return (int(first), int(last or first)) if first else (0, 0)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
