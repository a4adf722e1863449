"""The odd shapes that real files hold: the same rows, written as other systems write them.

Each shape keeps every value of the row; only `ESCAPED` adds a quoted inch mark to its text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulators.books.model import Chunk
from simulators.books.sie.rows import (
    Fields,
    Heads,
    fields_of,
    join,
    object_list,
    objects,
    plain_heads,
    plain_rows,
)

PLAIN: Final = 0
SHORT_AMOUNT: Final = 1
DATED: Final = 2
ESCAPED: Final = 3
TABS, SPACES, QUOTED, INDENTED, BARE_OBJECTS, NO_LIST = range(4, 10)
SHAPES: Final = 9
"""Odd shapes, numbered from 1; the first three change contents, the others the layout."""


def choose(chunk: Chunk, percent: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose which vouchers and which rows of a chunk are odd: a shape each, mostly 0."""
    seed = [*chunk.series.encode(), int(chunk.number[0]), len(chunk)]
    rng = np.random.default_rng(seed)
    vouchers = rng.integers(0, 100, len(chunk)) < percent
    rows = rng.integers(0, 100, len(chunk.rows)) < percent
    return (
        np.where(vouchers, rng.integers(1, 4, len(chunk)), PLAIN),
        np.where(rows, rng.integers(1, SHAPES + 1, len(chunk.rows)), PLAIN),
    )


def odd_fields(chunk: Chunk, shape: np.ndarray, date: pa.StringArray) -> Fields:
    """Give the contents of rows whose shape may change them; ``date`` is the vouchers'."""
    rows = fields_of(chunk, short=shape == SHORT_AMOUNT)
    dated = date.take(pa.array(chunk.rows.voucher))
    return rows._replace(
        date=pc.if_else(pa.array(shape == DATED), dated, ""),
        text=pc.if_else(pa.array(shape == ESCAPED), join(rows.text, ' 12"'), rows.text),
    )


def odd_rows(rows: Fields, shape: np.ndarray) -> pa.StringArray:
    """Render rows, each in its shape."""
    layouts = {TABS: _tabs, SPACES: _spaces, QUOTED: _quoted, INDENTED: _indented,
               BARE_OBJECTS: _bare_objects, NO_LIST: _no_list}  # fmt: skip
    return _by_shape(rows, np.where(shape < TABS, PLAIN, shape), {PLAIN: plain_rows, **layouts})


def odd_heads(heads: Heads, shape: np.ndarray) -> pa.StringArray:
    """Render #VER records, each in its shape (1 quoted, 2 tabs, 3 spaces)."""
    lines = plain_heads(heads)
    tabs = join(
        "#VER\t", heads.series, "\t", heads.number, "\t", heads.date, '\t"', heads.text, '"\t',
        heads.registered,
    )  # fmt: skip
    quoted = join(
        '#VER "', heads.series, '" "', heads.number, '" "', heads.date, '" "', heads.text, '" "',
        heads.registered, '"',
    )  # fmt: skip
    shapes = [lines, quoted, tabs, pc.replace_substring(lines, "#VER ", "#VER   ")]
    return pc.choose(pa.array(shape), *shapes)


def _by_shape(
    rows: Fields, shape: np.ndarray, layouts: dict[int, Callable[[Fields], pa.StringArray]]
) -> pa.StringArray:
    places = [np.flatnonzero(shape == number) for number in layouts]
    rendered = [
        layout(rows.take(place)) for place, layout in zip(places, layouts.values(), strict=True)
    ]
    order = np.argsort(np.concatenate(places), kind="stable")
    return pa.concat_arrays(rendered).take(pa.array(order))


def _signed(rows: Fields, before: str) -> pa.StringArray:
    signed = join(before, '"', rows.signature, '"')
    return pc.if_else(pc.equal(rows.signature, ""), "", signed)


def _tabs(rows: Fields) -> pa.StringArray:
    listed = objects(rows.objects, object_list)
    head = join(rows.label, "\t", rows.account, "\t", listed, "\t", rows.amount)
    return join(head, '\t""\t"', rows.text, '"\t', rows.quantity, _signed(rows, "\t"))


def _spaces(rows: Fields) -> pa.StringArray:
    listed = objects(rows.objects, _spaced_list)
    head = join(rows.label, "  ", rows.account, "   ", listed, "  ", rows.amount)
    return join(head, '  ""   "', rows.text, '"  ', rows.quantity, _signed(rows, "  "), "  ")


def _quoted(rows: Fields) -> pa.StringArray:
    listed = objects(rows.objects, _quoted_list)
    head = join(rows.label, ' "', rows.account, '" ', listed, ' "', rows.amount)
    return join(head, '" "" "', rows.text, '" "', rows.quantity, '"', _signed(rows, " "))


def _indented(rows: Fields) -> pa.StringArray:
    return join("\t", plain_rows(rows))


def _bare_objects(rows: Fields) -> pa.StringArray:
    listed = objects(rows.objects, _bare_list)
    head = join(rows.label, " ", rows.account, " ", listed, " ", rows.amount)
    return join(head, ' "" "', rows.text, '" ', rows.quantity, _signed(rows, " "))


def _no_list(rows: Fields) -> pa.StringArray:
    """Leave the object list out where it is empty, against the format (5.15)."""
    return pc.replace_substring(plain_rows(rows), " {} ", " ", max_replacements=1)


def _spaced_list(pairs: Sequence[str]) -> str:
    return "{ " + " ".join(f'"{part}"' for part in pairs) + "}"


def _quoted_list(pairs: Sequence[str]) -> str:
    return "{" + " ".join(f'"{part}"' for part in pairs) + "}"


def _bare_list(pairs: Sequence[str]) -> str:
    return "{" + " ".join(pairs) + "}"
