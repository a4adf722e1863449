"""The fields of rows: at one glance where the row is plain, by cursor where it is not.

Plain is ``#TRANS 1930 {} -100.00``, alone or with ``"" "" 0`` behind, as Fortnox writes most rows;
next come those with a date, a text or another quantity there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ledger.sie.fast.lists import Lists, read_lists
from ledger.sie.fast.numerals import (
    POINT,
    ZERO,
    are_digits,
    read_amounts,
    read_dates,
    read_short_numbers,
)
from ledger.sie.fast.splits import escapes_in_text, is_split, without_blank
from ledger.sie.text.columns import OPEN, Cursor, Field, Quotes, merged
from ledger.sie.text.lines import SPACE, Bytes, Mask, Places, words_of
from ledger.sie.text.values import QUANTITY_DECIMALS, QUANTITY_DIGITS
from ledger.sie.vouchers.rows import NO_DATE, Days, Ints

COMMA: Final = ord(",")
NINE: Final = ord("9")

_FRAME: Final = np.uint64(int.from_bytes(b" \0\0\0\0 {}", "little"))
_FRAME_MASK: Final = np.uint64(0xFFFFFF00000000FF)
_TAIL: Final = np.uint64(int.from_bytes(b' "" "" 0', "little"))


@dataclass
class RowFields:
    """What is in each row; every array has shape (rows,). `valid`: rows that could be read."""

    account: Field
    amount: Ints
    date: Days
    text: Field
    quantity: Ints
    has_quantity: Mask
    sign: Field
    lists: Lists
    valid: Mask


def read_row_fields(data: Bytes, quotes: Quotes, start: Places, end: Places) -> RowFields:
    """Read rows from behind their labels, `start`, to their `end`."""
    row, is_read = _read_plain(data, start, end)
    rest = np.flatnonzero(~is_read)
    if len(rest):
        texted, at = _read_texted(data, quotes, start[rest], end[rest])
        _put(row, rest[at], texted)
        rest = np.delete(rest, at[texted.valid])
    if len(rest):
        _put(row, rest, _walk(data, quotes, start[rest], end[rest]))
    return row


def _read_plain(data: Bytes, start: Places, end: Places) -> tuple[RowFields, Mask]:
    """Read every row as if it were plain; say which are."""
    has_tail = words_of(data)[end - 8] == _TAIL
    amount, is_amount = read_amounts(data, start + 9, end - 8 * has_tail)
    is_plain = _is_framed(data, start) & is_amount
    rows = len(start)
    nothing = Field(end, end, np.zeros(rows, np.bool_))
    fields = RowFields(
        account=Field(start + 1, start + 5, nothing.quoted),
        amount=amount,
        date=np.full(rows, NO_DATE, np.int32),
        text=nothing,
        quantity=np.zeros(rows, np.int64),
        has_quantity=has_tail,
        sign=nothing,
        lists=_no_pairs(is_plain.copy()),
        valid=is_plain,
    )
    return fields, is_plain


def _read_texted(
    data: Bytes, quotes: Quotes, start: Places, end: Places
) -> tuple[RowFields, Places]:
    """Read the rows whose date and text are quoted and nothing else; say which those are."""
    rank = np.searchsorted(quotes.plain, start)
    marks = [quotes.plain[rank + place] for place in range(5)]
    # A row of another kind may have fewer marks; then these are another row's.
    at = np.flatnonzero((marks[3] < end) & (marks[4] >= end) & (marks[2] == marks[1] + 2))
    start, end = start[at], end[at]
    date, date_stop, text, text_stop = (mark[at] for mark in marks[:4])
    valid = _is_framed(data, start)
    for blank in (date - 1, date_stop + 1, text_stop + 1):
        valid &= data[blank] == SPACE
    bare = np.zeros(len(at), np.bool_)
    content = without_blank(data, Field(text + 1, text_stop, ~bare))
    amount, is_amount = read_amounts(data, start + 9, np.maximum(date - 1, start + 9))
    days, is_date = read_dates(data, Field(date + 1, date_stop, bare))
    quantity = Field(np.minimum(text_stop + 2, end), end, bare)
    quantities, is_quantity = _quantities(data, quantity)
    valid &= is_amount & is_date & is_quantity & escapes_in_text(quotes, content, start, end)
    fields = RowFields(
        account=Field(start + 1, start + 5, bare),
        amount=amount,
        date=days,
        text=content,
        quantity=quantities,
        has_quantity=quantity.filled,
        sign=Field(end, end, bare),
        lists=_no_pairs(valid.copy()),
        valid=valid,
    )
    return fields, at


def _is_framed(data: Bytes, start: Places) -> Mask:
    """Say where an account of four digits and an empty object list stand."""
    #   head              1  9  3  0     {  }      the lowest byte first, a blank behind the last
    #   _FRAME_MASK   ff  0  0  0  0 ff ff ff      equal to _FRAME in these
    #   head >> 8      1  9  3  0     {  }  0      begins with four digits
    head = words_of(data)[start]
    framed: Mask = ((head & _FRAME_MASK) == _FRAME) & (data[start + 8] == SPACE)
    return framed & are_digits(head >> np.uint64(8), 4)


def _no_pairs(present: Mask) -> Lists:
    none = np.zeros(0, np.int64)
    return Lists(present, none, none, none)


def _walk(data: Bytes, quotes: Quotes, start: Places, end: Places) -> RowFields:
    """Read rows field by field."""
    cursor = Cursor(data, quotes, start, end)
    account, lists = cursor.field(), read_lists(cursor)
    amount, date, text, quantity, sign = (cursor.field() for _ in range(5))
    text = without_blank(data, text)
    values, is_amount = read_amounts(data, amount.start, amount.stop)
    days, is_date = read_dates(data, date)
    quantities, is_quantity = _quantities(data, quantity)
    valid = account.filled & is_amount & is_date & is_quantity & ~_may_go_on(data, quantity, sign)
    valid &= lists.present | _has_no_list(cursor, account, text, sign)
    valid &= is_split(cursor, quotes, text, codes=(account, sign)) & _is_paired(cursor, lists)
    return RowFields(account, values, days, text, quantities, quantity.filled, sign, lists, valid)


def _put(rows: RowFields, at: Places, walked: RowFields) -> None:
    """Put the rows that were walked through among the plain ones."""
    for name in ("amount", "date", "quantity", "has_quantity", "valid"):
        getattr(rows, name)[at] = getattr(walked, name)
    for name in ("account", "text", "sign"):
        setattr(rows, name, merged(getattr(rows, name), at, getattr(walked, name)))
    lists = walked.lists
    rows.lists.present[at] = lists.present
    rows.lists = Lists(rows.lists.present, at[lists.row], lists.start, lists.stop)


def _quantities(data: Bytes, quantity: Field) -> tuple[Ints, Mask]:
    """Read the quantities that are there."""
    rows = len(quantity.start)
    values, valid = np.zeros(rows, np.int64), np.ones(rows, np.bool_)
    there = np.flatnonzero(quantity.filled)
    values[there], valid[there] = read_short_numbers(
        data,
        quantity.start[there],
        quantity.stop[there],
        decimals=QUANTITY_DECIMALS,
        whole_digits=QUANTITY_DIGITS,
    )
    return values, valid


def _may_go_on(data: Bytes, quantity: Field, sign: Field) -> Mask:
    """Say whose sign may be the rest of a quantity that a blank parts."""
    first = data[sign.start]
    may: Mask = ((first >= ZERO) & (first <= NINE)) | (first == POINT) | (first == COMMA)
    return may & quantity.filled & ~quantity.quoted & sign.filled & ~sign.quoted


def _has_no_list(cursor: Cursor, *fields: Field) -> Mask:
    """Return which rows have no list anywhere else: the exact path takes one wherever it is."""
    nowhere = ~cursor.left
    for field in fields:
        nowhere &= field.quoted | (cursor.data[field.start] != OPEN)
    return nowhere


def _is_paired(cursor: Cursor, lists: Lists) -> Mask:
    """Return which rows have lists of pairs, with neither padding nor empty fields."""
    rows = len(cursor.end)
    paired: Mask = np.bincount(lists.row, minlength=rows) % 2 == 0
    first, last = cursor.data[lists.start], cursor.data[lists.stop - 1]
    loose = (lists.stop <= lists.start) | (first == SPACE) | (last == SPACE)
    paired[lists.row[loose]] = False
    return paired
