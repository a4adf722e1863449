"""Rows of a statement as figures and words, and which of them add up others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from ledger.statement.arrays import Figures


class Word(Enum):
    """What a row's words say of it."""

    LEAF = "leaf"
    """It has an account, or is a line that no layout adds up: never a total."""
    OPEN = "open"
    """They say nothing."""
    GROUP = "group"
    """It names a part of the layout that may have parts."""
    TOP_GROUP = "top_group"
    """The same, and it is a total even of a single line."""
    TOTAL = "total"
    """It says that it adds up."""
    RESULT = "result"
    """It is a result: it adds up all that stands above it."""

    @property
    def is_named(self) -> bool:
        """Whether a row is a total by its words alone."""
        return self in (Word.TOTAL, Word.RESULT)

    @property
    def is_group(self) -> bool:
        """Whether it names a part of the layout."""
        return self in (Word.GROUP, Word.TOP_GROUP)


@dataclass(frozen=True)
class Rows:
    """Rows in their order: figures (rows, columns) in whole units, `present` of the same shape.

    `indent` by row; `after_heading`: a row without figures stands right above. `rounding` is the
    largest error of one printed figure, in the figures' unit, 0 when they are exact.
    """

    figures: Figures
    present: np.ndarray
    words: Sequence[Word]
    indent: Sequence[int]
    after_heading: Sequence[bool]
    has_account: Sequence[bool]
    rounding: int = 0


@dataclass
class Totals:
    """Parts by total, both as places in `Rows`; `off` holds those that do not add up everywhere."""

    parts: dict[int, list[int]] = field(default_factory=dict)
    off: set[int] = field(default_factory=set)

    def count_roots(self, count: int) -> int:
        """Return how many of so many rows are part of no total."""
        return count - len({part for parts in self.parts.values() for part in parts})

    def levels(self, count: int) -> list[int]:
        """Return of how many totals each of so many rows is a part."""
        owners = {part: total for total, parts in self.parts.items() for part in parts}
        levels: dict[int, int] = {}
        for row in range(count):
            chain = [row]
            while (owner := owners.get(chain[-1])) is not None and owner not in levels:
                chain.append(owner)
            known = levels[owner] + 1 if owner is not None else 0
            levels |= {place: known + depth for depth, place in enumerate(reversed(chain))}
        return [levels[row] for row in range(count)]
