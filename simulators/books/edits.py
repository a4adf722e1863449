"""What happens to books between two nights: vouchers removed, vouchers changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.books.model import ADDED, BOOKED, Chunk

CHANGE_ORE: Final = 100
"""How much the first two booked rows of a changed voucher move, in opposite directions."""


@dataclass(frozen=True)
class Edits:
    """Vouchers, as (series, number), that are gone or different; the books stay balanced."""

    removed: frozenset[tuple[str, int]] = frozenset()
    changed: frozenset[tuple[str, int]] = frozenset()

    def apply(self, chunk: Chunk) -> Chunk:
        """Give the chunk as it is after the edits."""
        changed = self._places(chunk, self.changed)
        for place in np.flatnonzero(changed):
            _change(chunk, int(place))
        removed = self._places(chunk, self.removed)
        return chunk.keep(~removed) if removed.any() else chunk

    @staticmethod
    def _places(chunk: Chunk, vouchers: frozenset[tuple[str, int]]) -> np.ndarray:
        numbers = [number for series, number in vouchers if series == chunk.series]
        return np.isin(chunk.number, numbers)


def _change(chunk: Chunk, place: int) -> None:
    rows = chunk.rows
    booked = np.flatnonzero((rows.voucher == place) & (rows.kind == BOOKED))[:2]
    for row, ore in zip(booked, (CHANGE_ORE, -CHANGE_ORE), strict=len(booked) > 0):
        rows.ore[row] += ore
        # The mark of an added row repeats the row that it precedes.
        if rows.kind[row - 1] == ADDED:
            rows.ore[row - 1] += ore


def edited(chunks: Iterator[Chunk], edits: Edits) -> Iterator[Chunk]:
    """Apply the edits chunk by chunk."""
    for chunk in chunks:
        yield edits.apply(chunk)
