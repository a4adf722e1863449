"""Checks of the fields of a body: each adds an error, and all errors are answered together.

Source:
    Procountor API 26.04 (lengths, enums, what is required).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from simulators.procountor.answers import BLANK, EMPTY, INVALID, Problem, Refused


def dig(body: Any, path: str) -> Any:
    """Return what a dotted path leads to; None where there is nothing."""
    for part in path.split("."):
        body = body.get(part) if isinstance(body, dict) else None
    return body


class Checks:
    """What is wrong with a body; `at` goes before the path of each field: ``invoiceRows[2].``."""

    def __init__(self, body: Any, *, at: str = "", problems: list[Problem] | None = None) -> None:
        self.body = body
        self.at = at
        self.problems: list[Problem] = [] if problems is None else problems

    def of_row(self, body: Any, at: str) -> Checks:
        """Return checks of a part of the body, which add to the same errors."""
        return Checks(body, at=f"{self.at}{at}.", problems=self.problems)

    def add(self, message: str, path: str | None = None) -> None:
        """Add an error of a field, or of the whole."""
        self.problems.append(Problem(message, f"{self.at}{path}" if path else None))

    def text(self, path: str, longest: int, *, required: bool = False) -> None:
        """Check a text, whose blank is as good as none."""
        value = dig(self.body, path)
        if value is None or value == "":
            if required:
                self.add(BLANK.format(path), path)
        elif not isinstance(value, str):
            self.add(INVALID.format(path), path)
        elif required and not value.strip():
            self.add(BLANK.format(path), path)
        elif len(value) > longest:
            self.add(f"Value of the '{path}' is longer than {longest}", path)

    def enum(self, path: str, values: Collection[str], *, required: bool = False) -> None:
        """Check a choice; an empty string is no choice."""
        value = dig(self.body, path)
        if value is None:
            if required:
                self.add(BLANK.format(path), path)
        elif not isinstance(value, str) or value not in values:
            self.add(INVALID.format(path), path)

    def number(
        self,
        path: str,
        *,
        required: bool = False,
        low: Decimal | int | None = None,
        high: Decimal | int | None = None,
        whole: bool = False,
    ) -> None:
        """Check a number; one in quotation marks is none."""
        value = dig(self.body, path)
        if value is None:
            if required:
                self.add(BLANK.format(path), path)
            return
        is_number = isinstance(value, Decimal) and not (whole and value % 1)
        is_low = is_number and low is not None and value < low
        is_high = is_number and high is not None and value > high
        if not is_number or is_low or is_high:
            self.add(INVALID.format(path), path)

    def flag(self, path: str, *, required: bool = False) -> None:
        """Check true or false."""
        value = dig(self.body, path)
        if value is None and required:
            self.add(BLANK.format(path), path)
        elif value is not None and not isinstance(value, bool):
            self.add(INVALID.format(path), path)

    def date(self, path: str, *, required: bool = False, takes_empty: bool = False) -> None:
        """Check a date."""
        value = dig(self.body, path)
        if value is None or (value == "" and takes_empty):
            if required:
                self.add(BLANK.format(path), path)
        elif date_of(value) is None:
            self.add(INVALID.format(path), path)

    def rows(self, path: str) -> list[Any]:
        """Return a list that must have something in it."""
        value = dig(self.body, path)
        if not isinstance(value, list) or not value:
            self.add(EMPTY, path)
            return []
        return value

    def done(self) -> None:
        """Refuse the body if anything was wrong.

        Raises:
            Refused: There are errors (400).
        """
        if self.problems:
            raise Refused(400, *self.problems)


def date_of(value: Any) -> dt.date | None:
    """Return the date that a text is; None when it is none."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
