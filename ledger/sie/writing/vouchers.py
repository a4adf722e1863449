"""Vouchers with their booked rows and their history, a slice of vouchers at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.sie.writing import objects
from ledger.sie.writing.errors import HistoryWithoutPosting, RowWithoutVoucher
from ledger.sie.writing.fields import TEXT, Strings, amount, encoded, joined, strings
from ledger.sie.writing.history import (
    NONE,
    Mask,
    Places,
    find_twins,
    stand_before,
)
from ledger.sie.writing.lines import (
    ADDED,
    CLOSE,
    lines_of_history,
    lines_of_postings,
    lines_of_vouchers,
)
from ledger.sie.writing.rows import Rows, in_order_of_writing

VOUCHERS_PER_SLICE: Final = 65_536
"""Vouchers written at once: bounds what is held beside the file itself."""


@dataclass(frozen=True)
class Slice:
    """Some whole vouchers in the order of writing, and the object lists of their rows."""

    vouchers: pa.Table
    postings: Rows
    corrections: Rows
    posting_lists: Strings
    correction_lists: Strings


def write_vouchers(
    tables: Mapping[str, pa.Table], *, per_slice: int = VOUCHERS_PER_SLICE
) -> Iterator[bytes]:
    """Write the voucher tables as #VER blocks.

    Args:
        tables: The tables of `ledger.schemas.VOUCHER_TABLES`, of one unit.
        per_slice: Vouchers per piece of text.

    Raises:
        RowWithoutVoucher: A posting or correction has no voucher, or an object no posting.
        HistoryWithoutPosting: An added row of history has no booked row.
    """
    vouchers = in_order_of_writing(tables["voucher"])
    keys = strings(vouchers["voucher_key"])
    names = ("posting", "posting_dimension", "posting_correction")
    rows = [Rows.of(name, tables[name], keys) for name in names]
    for first in range(0, len(vouchers), per_slice):
        part = vouchers.slice(first, per_slice).combine_chunks()
        postings, dimensions, corrections = (one.between(first, first + len(part)) for one in rows)
        yield _written(
            Slice(
                part,
                postings,
                corrections,
                posting_lists=_object_lists(postings, dimensions),
                correction_lists=objects.from_json(strings(corrections.table["objects"])),
            )
        )


def _object_lists(postings: Rows, dimensions: Rows) -> Strings:
    known, wanted = postings.places, dimensions.places
    owner = np.searchsorted(known, wanted)
    lost = np.flatnonzero(np.append(known, -1)[owner] != wanted)
    table = dimensions.table
    if len(lost):
        raise RowWithoutVoucher(
            table="posting_dimension", voucher_key=table["voucher_key"][lost[0]].as_py()
        )
    made = objects.pairs(strings(table["dimension_number"]), strings(table["object_number"]))
    return objects.gathered(made, owner, len(known))


def _written(part: Slice) -> bytes:
    """Put the lines of a slice in order.

    Every line has its place; a row of history has that of the line before which it stands, and
    comes first there, because the sort is stable.
    """
    count = np.bincount(part.postings.voucher, minlength=len(part.vouchers))
    end = np.cumsum(count + 2) - 1
    start = end - count - 1
    row = np.arange(len(part.postings.voucher)) + 2 * part.postings.voucher + 1
    history = _places_of_history(part, row, end)
    lines = pa.concat_arrays(
        [
            lines_of_history(part.corrections.table, part.correction_lists),
            lines_of_vouchers(part.vouchers),
            lines_of_postings(part.postings.table, part.posting_lists),
            pa.repeat(pa.scalar(CLOSE, TEXT), len(part.vouchers)),
        ]
    )
    places = np.concatenate((history, start, row, end))
    return encoded(lines.take(pa.array(np.argsort(places, kind="stable"))))


def _places_of_history(part: Slice, row: Places, end: Places) -> Places:
    """Say before which line each row of history stands; `row` and `end` are places of lines."""
    history = part.corrections
    if not len(history.voucher):
        return history.voucher
    is_added = pc.equal(history.table["correction_kind"], ADDED).to_numpy()
    twins = np.full(len(is_added), NONE, np.int64)
    twins[is_added] = row[_twins_of_added(part, is_added)]
    return stand_before(twins, history.voucher, end)


def _twins_of_added(part: Slice, is_added: Mask) -> Places:
    """Match added rows with booked ones by voucher, account, objects and amount."""
    voucher = part.corrections.voucher[is_added]
    concerned = np.zeros(len(part.vouchers), np.bool_)
    concerned[voucher] = True
    near = np.flatnonzero(concerned[part.postings.voucher])
    booked = _identities(part.postings, part.posting_lists, near)
    added = _identities(part.corrections, part.correction_lists, np.flatnonzero(is_added))
    distinct = pc.unique(booked)
    twins = find_twins(_numbers(booked, distinct), _numbers(added, distinct), voucher)
    lost = np.flatnonzero(is_added)[twins == NONE]
    if len(lost):
        row = part.corrections.table.slice(lost[0], 1).to_pylist()[0]
        raise HistoryWithoutPosting(voucher_key=row["voucher_key"], row_number=row["row_number"])
    return near[twins]


def _identities(rows: Rows, lists: Strings, places: Places) -> Strings:
    """Name what some rows are; their dates, texts and signs may differ from their twins'."""
    chosen = rows.table.select(["account_number", "amount"]).take(pa.array(places))
    return joined(
        strings(pa.array(rows.voucher[places])),
        strings(chosen["account_number"]),
        amount(chosen["amount"].combine_chunks()),
        lists.take(pa.array(places)),
        separator="\x1f",
    )


def _numbers(values: Strings, distinct: Strings) -> Places:
    found = pc.fill_null(pc.index_in(values, value_set=distinct), NONE)
    numbers: Places = found.to_numpy().astype(np.int64)
    return numbers
