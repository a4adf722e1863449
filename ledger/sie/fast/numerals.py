"""Amounts, quantities and dates of many rows at once, eight digits to a step.

What is not plainly a number or a date is marked as not valid and left to `ledger.sie.text.values`.
In the pictures a word is eight bytes, the lowest first, as the text has them.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ledger.sie.text.columns import Field, first_blank
from ledger.sie.text.lines import Bytes, Mask, Places, Words, words_of
from ledger.sie.text.values import AMOUNT_DECIMALS, AMOUNT_DIGITS, FIRST_YEAR, LAST_YEAR
from ledger.sie.vouchers.rows import NO_DATE, Days, Ints

POINT: Final = ord(".")
MINUS: Final = ord("-")
ZERO: Final = ord("0")

_LOW: Final = np.uint64(0x7F7F7F7F7F7F7F7F)
_POINTS: Final = np.uint64(0x2E2E2E2E2E2E2E2E)
_ZEROS: Final = np.uint64(0x3030303030303030)
_HIGH: Final = np.uint64(0x8080808080808080)
_ABOVE_NINE: Final = np.uint64(0x7676767676767676)
_LAST: Final = np.array([(1 << 64) - (1 << 8 * (8 - size)) for size in range(9)], np.uint64)
"""By digits in a word: the bytes that they fill, its last ones."""

_SPLIT: Final = (
    (np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(10 * 256 + 1), np.uint64(8)),
    (np.uint64(0x00FF00FF00FF00FF), np.uint64(100 * 65536 + 1), np.uint64(16)),
    (np.uint64(0x0000FFFF0000FFFF), np.uint64(10000 * 2**32 + 1), np.uint64(32)),
)


def read_numbers(
    data: Bytes, start: Places, stop: Places, *, decimals: int, whole_digits: int
) -> tuple[Ints, Mask]:
    """Read plain numbers as integers of ``10 ** -decimals``; say which of them are plain.

    Plain is ``-?digits`` with at most `whole_digits` (up to 16) digits, then at most `decimals`
    (up to 6) behind a point. Shapes (rows,).
    """
    #    - 1 2 . 5      two decimals: 12 * 10**2 + 5 * 10**(2 - 1), negated: -1250
    #      ╰┬╯ ↑ ╰┤
    #   digits 2  behind 1
    negative = data[start] == MINUS
    start = start + negative
    words = words_of(data)
    tail = words[stop - 8]
    behind = _digits_behind(tail, stop - start)
    point = stop - behind - (behind > 0)
    digits = point - start
    value, valid = _whole(words, point, digits)
    valid &= (digits > 0) & (digits <= whole_digits) & (behind <= decimals)
    fraction, fraction_valid = _eight(tail, np.minimum(behind, decimals))
    value = value * 10**decimals + fraction * _POWERS[np.maximum(decimals - behind, 0)]
    value *= 1 - 2 * negative.view(np.int8)
    return value, valid & fraction_valid


_CENTS: Final = np.uint64(0xFFFF000000000000)
_KRONOR: Final = np.uint64(0x0000FFFFFFFFFF00)
_POINT_BEFORE_CENTS: Final = np.uint64(POINT << 40)
_SIXTH: Final = np.uint64(0xFF << 40)


def read_amounts(data: Bytes, start: Places, stop: Places) -> tuple[Ints, Mask]:
    """Read amounts as hundredths; say which are plain.

    Nearly all have two decimals and at most five digits before the point, and so lie in one word
    with the point at a known place; it is shifted out. `read_numbers` takes the others.
    """
    #   tail             1 2 3 4 5 . 6 7
    #   << 8, _KRONOR    0 1 2 3 4 5 0 0      one byte later, the point and what follows cut
    #   | _CENTS         0 1 2 3 4 5 6 7      1234567 hundredths
    tail = words_of(data)[stop - 8]
    negative = data[start] == MINUS
    digits = stop - start - negative - 1
    short = (digits > 2) & (digits < 8) & ((tail & _SIXTH) == _POINT_BEFORE_CENTS)
    joined = tail << np.uint64(8)
    joined &= _KRONOR
    joined |= tail & _CENTS
    values, valid = _eight(joined, digits * short)
    values *= 1 - 2 * negative.view(np.int8)
    valid &= short
    rest = np.flatnonzero(~valid)
    # Eight bytes with a blank among them belong to more than an amount.
    rest = rest[(digits[rest] < 8) | (first_blank(tail[rest]) == 8)]
    if len(rest):
        values[rest], valid[rest] = read_numbers(
            data, start[rest], stop[rest], decimals=AMOUNT_DECIMALS, whole_digits=AMOUNT_DIGITS
        )
    return values, valid


def read_short_numbers(
    data: Bytes, start: Places, stop: Places, *, decimals: int, whole_digits: int
) -> tuple[Ints, Mask]:
    """Read numbers most of which are a single digit, as quantities are."""
    digit = data[stop - 1] - np.uint8(ZERO)
    valid = (digit < 10) & (stop - start == 1)
    values = digit.astype(np.int64) * 10**decimals
    rest = np.flatnonzero(~valid)
    if len(rest):
        values[rest], valid[rest] = read_numbers(
            data, start[rest], stop[rest], decimals=decimals, whole_digits=whole_digits
        )
    return values, valid


_POWERS: Final = 10 ** np.arange(8)


def _digits_behind(tail: Words, size: Places) -> Places:
    """Count the digits behind the point, given each field's last eight bytes and its size."""
    # Turned round, the last byte is the lowest. Unlike the trick for blanks this one marks no
    # byte falsely, at the price of one more step.
    #   tail       1  2  3  4  5  .  6  7
    #   points    19 18 00 1b 1a 1d 1c 1f      turned round, zero where the point is
    #   marks     00 00 80 00 00 00 00 00
    #   below     ff ff 7f 00 00 00 00 00      23 bits, >> 3: two digits behind; no point: 64, 8
    points = tail.byteswap() ^ _POINTS
    marks = ~(((points & _LOW) + _LOW) | points | _LOW)
    below = (marks & (~marks + np.uint64(1))) - np.uint64(1)
    behind = (np.bitwise_count(below) >> 3).astype(np.int64)
    return np.where(behind < np.minimum(size, 8), behind, 0)


def _whole(words: Words, stop: Places, digits: Places) -> tuple[Ints, Mask]:
    """Read the digits, at most 16, that end at `stop`."""
    value, valid = _eight(words[stop - 8], np.clip(digits, 0, 8))
    long = np.flatnonzero(digits > 8)
    if len(long):
        more = np.minimum(digits[long] - 8, 8)
        upper, upper_valid = _eight(words[np.maximum(stop[long] - 16, 0)], more)
        value[long] += upper * 10**8
        valid[long] &= upper_valid
    return value, valid


def _eight(words: Words, digits: Places) -> tuple[Ints, Mask]:
    """Read the last digits (0 to 8 of them) of each word as a number."""
    #   text, 6 digits       .  .  1  2  3  4  5  6
    #   ^ zeros, last 6      0  0  1  2  3  4  5  6      above: 80 in a byte that is more than 9
    #   * (10 * 256 + 1)        0    12    34    56      a byte tenfold, and the next
    #   * (100 * 65536 + 1)           12        3456
    #   * (10000 * 2**32 + 1)               12 3456      the last product's upper half: 123456
    values = words ^ _ZEROS
    values &= _LAST[digits]
    above = values + _ABOVE_NINE
    above |= values
    above &= _HIGH
    for mask, factor, shift in _SPLIT:
        values &= mask
        values *= factor
        values >>= shift
    return values.view(np.int64), above == 0


def are_digits(words: Words, count: int) -> Mask:
    """Return which words begin with so many digits."""
    #   text, count 4        1  2  a  4  .  .  .  .
    #   ^ zeros, first 4     1  2 51  4  0  0  0  0
    #   + 76, |, & 80        0  0 80  0  0  0  0  0      a mark: not digits
    mask = np.uint64((1 << 8 * count) - 1)
    values = (words & mask) ^ (_ZEROS & mask)
    digits: Mask = (((values + (_ABOVE_NINE & mask)) | values) & _HIGH) == 0
    return digits


_YEAR_PLACES: Final = 1300
"""Places of a year in the calendar: by month and day, as MMDD."""


def _calendar() -> Days:
    """Days since 1970-01-01 by (year, MMDD), `NO_DATE` where there is no such day."""
    first, last = np.datetime64(f"{FIRST_YEAR}-01-01"), np.datetime64(f"{LAST_YEAR + 1}-01-01")
    days = np.arange(first, last)
    months = days.astype("M8[M]")
    since = months.astype(np.int64) - np.datetime64(f"{FIRST_YEAR}-01", "M").astype(np.int64)
    day = (days - months.astype("M8[D]")).astype(np.int64) + 1
    table = np.full((LAST_YEAR + 1 - FIRST_YEAR) * _YEAR_PLACES, NO_DATE, np.int32)
    table[since // 12 * _YEAR_PLACES + (since % 12 + 1) * 100 + day] = days.astype(np.int64)
    return table


_CALENDAR: Final = _calendar()
_BEFORE_FIRST: Final = FIRST_YEAR * _YEAR_PLACES


def read_dates(data: Bytes, field: Field) -> tuple[Days, Mask]:
    """Read dates written YYYYMMDD; say which could be. An empty field has none and is valid.

    Shapes (rows,).
    """
    filled = field.filled
    if not filled.any():
        return np.full(len(filled), NO_DATE, np.int32), ~filled
    #   text             2  0  2  4  0  1  3  1
    #   two of _SPLIT       2024     .   131     .      four numbers of 16 bits: the first and third
    values = words_of(data)[field.start] ^ _ZEROS
    valid = (((values + _ABOVE_NINE) | values) & _HIGH) == 0
    for mask, factor, shift in _SPLIT[:2]:
        values &= mask
        values *= factor
        values >>= shift
    fours = values.view("<u2")
    year, day = fours[::4].astype(np.int64), fours[2::4].astype(np.int64)
    place = year * _YEAR_PLACES + day - _BEFORE_FIRST
    valid &= (field.stop - field.start == 8) & (day < _YEAR_PLACES)
    valid &= (place >= 0) & (place < len(_CALENDAR))
    date = np.where(valid, _CALENDAR[place * valid], NO_DATE)
    return date, ~filled | (valid & (date != NO_DATE))
