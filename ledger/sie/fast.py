"""#VER and #TRANS lines read in columns: the path for the shapes that programs write.

It reads what the exact path would read, or leaves the line to it; tests hold the two equal.
"""

from __future__ import annotations

import numpy as np

from ledger.sie.columns import OPEN, Cursor, Field, choose, find_quotes, on_lines
from ledger.sie.lines import BLANKS_STEPPED, LABEL_SIZE, RETURN, Bytes, Lines, Mask, is_blank
from ledger.sie.lists import Lists, read_lists
from ledger.sie.numerals import read_dates, read_numbers
from ledger.sie.rows import Ints, RowColumns, VoucherColumns
from ledger.sie.slices import Slices
from ledger.sie.values import AMOUNT_DECIMALS, AMOUNT_DIGITS, QUANTITY_DECIMALS, QUANTITY_DIGITS


class FastReader:
    """Reads the lines of one block of padded text. `chosen` masks have shape (lines,)."""

    def __init__(self, data: Bytes, lines: Lines, *, encoding: str) -> None:
        self._data = data
        self._lines = lines
        self._encoding = encoding
        self._quotes = find_quotes(data)

    def vouchers(self, chosen: Mask) -> tuple[VoucherColumns, Mask]:
        """Read the #VER lines among the chosen that are sound; say which, shape (chosen,)."""
        cursor, sound = self._begin(chosen)
        series, number, date, text, registered_on, sign = (cursor.field() for _ in range(6))
        text = self._without_blank(text)
        days, is_date = read_dates(cursor, date)
        registered, is_registered = read_dates(cursor, registered_on)
        sound &= is_date & date.filled & is_registered
        sound &= ~self._opens_block(cursor)
        sound &= self._is_split(cursor, text, codes=(series, number, sign))
        slices = Slices(self._data, self._quotes, sound, encoding=self._encoding)
        columns = VoucherColumns(
            series=slices.codes(series),
            number=slices.codes(number),
            date=days[slices.lines],
            text=slices.texts(text),
            registered_on=registered[slices.lines],
            registered_by=slices.texts(sign),
            opens=np.zeros(np.count_nonzero(sound), np.bool_),
        )
        return columns, sound

    def rows(self, chosen: Mask) -> tuple[RowColumns, Mask]:
        """Read the rows among the chosen that are sound; say which, shape (chosen,)."""
        cursor, sound = self._begin(chosen)
        account, lists = cursor.field(), read_lists(cursor)
        amount, date, text, quantity, sign = (cursor.field() for _ in range(5))
        text = self._without_blank(text)
        values, is_amount = read_numbers(
            cursor, amount, decimals=AMOUNT_DECIMALS, whole_digits=AMOUNT_DIGITS
        )
        days, is_date = read_dates(cursor, date)
        quantities, is_quantity = _quantities(cursor, quantity)
        sound &= account.filled & lists.present & is_amount & is_date & is_quantity
        sound &= self._is_split(cursor, text, codes=(account, sign))
        sound &= _is_paired(cursor, lists)
        slices = Slices(self._data, self._quotes, sound, encoding=self._encoding)
        columns = RowColumns(
            account=slices.codes(account),
            amount=values[slices.lines],
            date=days[slices.lines],
            text=slices.texts(text),
            quantity=quantities[slices.lines],
            has_quantity=quantity.filled[slices.lines],
            registered_by=slices.texts(sign),
            readable=np.ones(np.count_nonzero(sound), np.bool_),
            **slices.pairs(lists),
        )
        return columns, sound

    def _begin(self, chosen: Mask) -> tuple[Cursor, Mask]:
        """Put cursors behind the labels; a bent label or a second carriage return is not sound."""
        start, end = self._lines.start[chosen], self._lines.end[chosen]
        label = LABEL_SIZE[self._lines.kind[chosen]]
        sound = (self._data[end - 1] != RETURN) & ~self._lines.bent_label[chosen]
        return Cursor(self._data, self._quotes, start + label, end), sound

    def _is_split(self, cursor: Cursor, text: Field, *, codes: tuple[Field, ...]) -> Mask:
        r"""Say which lines fell into fields beyond doubt: codes unpadded, ``\"`` in texts only."""
        sound = cursor.finish()
        for code in codes:
            sound &= cursor.tight(code)
        place, line = on_lines(self._quotes.escaped, cursor.start, cursor.end)
        in_text = (place >= text.start[line]) & (place < text.stop[line])
        sound[line[~in_text]] = False
        sound[on_lines(self._quotes.doubtful, cursor.start, cursor.end)[1]] = False
        return sound

    def _opens_block(self, cursor: Cursor) -> Mask:
        """Say which lines may end in the ``{`` of their block, blanks behind it or not."""
        last = cursor.end - 1
        live = np.flatnonzero(is_blank(self._data[last]))
        for _ in range(BLANKS_STEPPED):
            if not len(live):
                break
            last[live] -= 1
            live = live[is_blank(self._data[last[live]])]
        opens: Mask = self._data[last] == OPEN
        opens[live] = True
        return opens

    def _without_blank(self, text: Field) -> Field:
        """Empty the texts that are nothing but blanks."""
        lines = np.flatnonzero(text.quoted & is_blank(self._data[text.start]) & text.filled)
        if not len(lines):
            return text
        stop = text.stop.copy()
        for line in lines:
            content = self._data[text.start[line] : stop[line]].tobytes()
            stop[line] = stop[line] if content.strip(b" \t") else text.start[line]
        return Field(text.start, stop, text.quoted)


def _is_paired(cursor: Cursor, lists: Lists) -> Mask:
    """Say which rows have lists of pairs, with neither padding nor empty fields."""
    rows = len(cursor.end)
    paired: Mask = np.bincount(lists.row, minlength=rows) % 2 == 0
    first, last = cursor.data[lists.start], cursor.data[lists.stop - 1]
    loose = (lists.stop <= lists.start) | is_blank(first) | is_blank(last)
    paired[lists.row[loose]] = False
    return paired


def _quantities(cursor: Cursor, quantity: Field) -> tuple[Ints, Mask]:
    """Read the quantities that are there."""
    values, sound = np.zeros(len(cursor.end), np.int64), np.ones(len(cursor.end), np.bool_)
    there = choose(quantity.filled)
    part = Field(quantity.start[there], quantity.stop[there], quantity.quoted[there])
    if len(part.start):
        values[there], sound[there] = read_numbers(
            cursor, part, decimals=QUANTITY_DECIMALS, whole_digits=QUANTITY_DIGITS
        )
    return values, sound
