"""The fields of #VER lines: at one glance where the line is plain, by cursor where it is not.

Plain is ``#VER A 1 20240115 "Text" 20240116``, the last date or not, as most programs write it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ledger.sie.fast.numerals import read_dates
from ledger.sie.fast.splits import escapes_in_text, is_split, without_blank
from ledger.sie.text.columns import OPEN, Cursor, Field, Quotes, first_blank, merged
from ledger.sie.text.lines import BLANKS_STEPPED, SPACE, Bytes, Mask, Places, words_of
from ledger.sie.vouchers.rows import Days

_DATE: Final = 8
_LONGEST_CODE: Final = 8


@dataclass
class VoucherFields:
    """What is in each #VER line; every array has shape (vouchers,).

    `valid`: lines that could be read.
    """

    series: Field
    number: Field
    date: Days
    text: Field
    registered_on: Days
    sign: Field
    valid: Mask


def read_voucher_fields(data: Bytes, quotes: Quotes, start: Places, end: Places) -> VoucherFields:
    """Read #VER lines from behind their labels, `start`, to their `end`."""
    vouchers, is_plain = _read_plain(data, quotes, start, end)
    rest = np.flatnonzero(~is_plain)
    if len(rest):
        _put(vouchers, rest, _walk(data, quotes, start[rest], end[rest]))
    return vouchers


def _read_plain(
    data: Bytes, quotes: Quotes, start: Places, end: Places
) -> tuple[VoucherFields, Mask]:
    """Read every line as if it were plain; say which are."""
    words = words_of(data)
    no_mark = np.zeros(len(start), np.bool_)
    rank = np.searchsorted(quotes.plain, start)
    opening, closing = quotes.plain[rank], quotes.plain[rank + 1]
    series = start + 1
    number = series + first_blank(words[series]) + 1
    date = np.minimum(number + first_blank(words[number]) + 1, end)
    is_plain = (data[start] == SPACE) & (opening == date + _DATE + 1) & (closing < end)
    is_plain &= (number - series <= _LONGEST_CODE) & (date - number <= _LONGEST_CODE)
    is_plain &= (number - series > 1) & (date - number > 1) & (data[opening - 1] == SPACE)
    text = Field(opening + 1, np.minimum(closing, end), ~no_mark)
    text = without_blank(data, Field(np.minimum(text.start, text.stop), text.stop, is_plain))
    registered = np.minimum(closing + 2, end)
    has_registered = (registered + _DATE == end) & (data[registered - 1] == SPACE)
    is_plain &= has_registered | (closing + 1 == end)
    days, is_date = read_dates(data, Field(date, np.minimum(date + _DATE, end), no_mark))
    second = Field(np.where(has_registered, registered, end), end, no_mark)
    registered_on, is_second = read_dates(data, second)
    is_plain &= is_date & is_second & escapes_in_text(quotes, text, start, end)
    fields = VoucherFields(
        series=Field(series, number - 1, no_mark),
        number=Field(number, date - 1, no_mark),
        date=days,
        text=text,
        registered_on=registered_on,
        sign=Field(end, end, no_mark),
        valid=is_plain,
    )
    return fields, is_plain


def _walk(data: Bytes, quotes: Quotes, start: Places, end: Places) -> VoucherFields:
    """Read #VER lines field by field."""
    cursor = Cursor(data, quotes, start, end)
    series, number, date, text, registered_on, sign = (cursor.field() for _ in range(6))
    text = without_blank(data, text)
    days, is_date = read_dates(data, date)
    registered, is_registered = read_dates(data, registered_on)
    valid = is_date & date.filled & is_registered & ~_opens_block(cursor)
    valid &= is_split(cursor, quotes, text, codes=(series, number, sign))
    return VoucherFields(series, number, days, text, registered, sign, valid)


def _put(vouchers: VoucherFields, at: Places, walked: VoucherFields) -> None:
    """Put the lines that were walked through among the plain ones."""
    for name in ("date", "registered_on", "valid"):
        getattr(vouchers, name)[at] = getattr(walked, name)
    for name in ("series", "number", "text", "sign"):
        setattr(vouchers, name, merged(getattr(vouchers, name), at, getattr(walked, name)))


def _opens_block(cursor: Cursor) -> Mask:
    """Return which lines may end in the ``{`` of their block, blanks behind it or not."""
    last = cursor.end - 1
    live = np.flatnonzero(cursor.data[last] == SPACE)
    for _ in range(BLANKS_STEPPED):
        if not len(live):
            break
        last[live] -= 1
        live = live[cursor.data[last[live]] == SPACE]
    opens: Mask = cursor.data[last] == OPEN
    opens[live] = True
    return opens
