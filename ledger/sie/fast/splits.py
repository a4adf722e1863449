"""What makes a line that was split in columns sure, or leaves it to the exact path."""

from __future__ import annotations

import numpy as np

from ledger.sie.text.columns import Cursor, Field, Quotes, on_lines
from ledger.sie.text.lines import RETURN, SPACE, Bytes, Mask, Places


def is_split(cursor: Cursor, quotes: Quotes, text: Field, *, codes: tuple[Field, ...]) -> Mask:
    r"""Return which lines fell into fields beyond doubt: codes unpadded, escapes in texts only.

    A second carriage return is left to the exact path.
    """
    valid: Mask = cursor.finish() & (cursor.data[cursor.end - 1] != RETURN)
    for code in codes:
        valid &= cursor.tight(code)
    return valid & escapes_in_text(quotes, text, cursor.start, cursor.end)


def escapes_in_text(quotes: Quotes, text: Field, start: Places, end: Places) -> Mask:
    r"""Return which lines have ``\"`` in their text only, and nowhere a doubtful mark."""
    valid = np.ones(len(start), np.bool_)
    place, line = on_lines(quotes.escaped, start, end)
    in_text = (place >= text.start[line]) & (place < text.stop[line])
    valid[line[~in_text]] = False
    valid[on_lines(quotes.doubtful, start, end)[1]] = False
    return valid


def without_blank(data: Bytes, text: Field) -> Field:
    """Empty the texts that are nothing but blanks."""
    lines = np.flatnonzero(text.quoted & (data[text.start] == SPACE) & text.filled)
    if not len(lines):
        return text
    stop = text.stop.copy()
    for line in lines:
        content = data[text.start[line] : stop[line]].tobytes()
        stop[line] = stop[line] if content.strip(b" ") else text.start[line]
    return Field(text.start, stop, text.quoted)
