"""What a test says of a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Made:
    """One sheet: rows of values; what is hidden, merged, formatted or computed, by place.

    `formulas`: place -> (formula, stored value or None). Rows and columns count from 1.
    """

    name: str
    rows: list
    hidden_rows: tuple = ()
    hidden_columns: tuple = ()
    merged: tuple = ()
    is_hidden: bool = False
    formulas: dict = field(default_factory=dict)
    formats: dict = field(default_factory=dict)
    indents: dict = field(default_factory=dict)
