"""Object lists, ``{1 "100" 6 "P1"}``: dimension and object in pairs (SIE 4B §8.21)."""

from __future__ import annotations

import json
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.sie.writing.fields import Strings, by_distinct, code, joined, strings, text

EMPTY: Final = "{}"
_SPLIT: Final = "\x1f"


def pairs(dimensions: Strings, objects: Strings) -> Strings:
    """Write one pair per row, without braces."""
    return joined(code(dimensions), " ", by_distinct(text, objects))


def gathered(
    pair: Strings, owner: np.ndarray[tuple[int], np.dtype[np.int64]], size: int
) -> Strings:
    """Write the lists of `size` rows, of which `owner` (ascending) names each pair's."""
    offsets = np.searchsorted(owner, np.arange(size + 1))
    lists = pa.LargeListArray.from_arrays(pa.array(offsets), pair)
    return joined("{", pc.binary_join(lists, pa.scalar(" ", pair.type)), "}")


def from_json(values: Strings) -> Strings:
    """Write the lists of corrections, kept as JSON lists of pairs; absent is empty."""
    return by_distinct(_each_json, pc.fill_null(values, "[]"))


def _each_json(values: Strings) -> Strings:
    return _lists([json.loads(value) for value in values.to_pylist()])


def of_balances(dimensions: Strings, objects: Strings) -> Strings:
    """Write the lists of balances, whose several dimensions and objects are joined by blanks.

    Objects may hold blanks themselves; then the last one takes what is over, which reads back to
    the same joined text.
    """
    both = joined(pc.fill_null(dimensions, ""), _SPLIT, pc.fill_null(objects, ""))
    return by_distinct(_each_joined, both)


def _each_joined(values: Strings) -> Strings:
    return _lists([_parted(*value.split(_SPLIT)) for value in values.to_pylist()])


def _parted(dimensions: str, objects: str) -> list[tuple[str, str]]:
    numbers = dimensions.split(" ") if dimensions else []
    names = objects.split(" ", len(numbers) - 1) if len(numbers) > 1 else [objects]
    names += [""] * (len(numbers) - len(names))
    return list(zip(numbers, names, strict=False))


def _lists(values: list[list[tuple[str, str]]]) -> Strings:
    """Write a few lists."""
    flat = [pair for value in values for pair in value]
    owner = np.repeat(np.arange(len(values)), [len(value) for value in values])
    made = pairs(strings([pair[0] for pair in flat]), strings([pair[1] for pair in flat]))
    return gathered(made, owner, len(values))
