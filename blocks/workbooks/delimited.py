"""Text files of cells: .csv and .txt, whatever parts their fields."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from blocks.workbooks.encoding import decode
from blocks.workbooks.limits import WorkbookLimits
from ledger.statement.grid import Book, Cell, Container, Sheet
from ledger.statement.refusals import StatementRefused

DELIMITERS: Final = (";", "\t", "|", ",")
"""In order of trust: amounts hold commas, so a comma parts fields only where nothing else does."""
SAMPLE_CHARS: Final = 64 * 1024
"""Text from which the delimiter is told."""
_HINT: Final = "sep="
"""First line by which Excel is told the delimiter."""

_TEXT_FORMULA: Final = re.compile(r'\s*="([^"]*)"\s*')
"""How a program keeps Excel from taking an account number for a number."""
_WHOLE: Final = re.compile(r"[(\-\u2212]?\d{1,3}(?:[ \u00a0]?\d{3})*")
_HUNDREDTHS: Final = re.compile(r"\d\d(?: ?(?:€|eur|kr|sek))?[)\-]?", re.IGNORECASE)
LEAST_BROKEN: Final = 3
"""Records whose amounts all seem to be parted by the comma that parts fields."""

Records = list[list[str]]


def read_delimited(content: bytes, limits: WorkbookLimits) -> Book:
    """Read a text file as a book of one sheet without a name.

    Rows are records: a blank one counts, a line break within quotes does not.

    Raises:
        StatementRefused: The encoding is none we know, or a limit is passed.
    """
    decoded = decode(content)
    text = decoded.text.replace("\0", "")
    hint = text[len(_HINT) : len(_HINT) + 1] if text.startswith(_HINT) else ""
    delimiter = hint or _delimiter(text[:SAMPLE_CHARS])
    records, irregular = _records(text, delimiter, limits)
    if hint:
        records[0] = []
    if delimiter == "," and '"' not in text:
        _check_decimals(records)
    container = Container(
        "csv", decoded.encoding, decoded.has_bom, delimiter, _newline(text), irregular
    )
    return Book(container, (_sheet(records, limits),))


def _delimiter(sample: str) -> str:
    """Return the sign that parts most records into equally many fields, the trusted one first."""
    scores = {sign: _score(sample, sign) for sign in DELIMITERS}
    best = max(scores.values())
    return next(sign for sign in DELIMITERS if scores[sign] >= best * 0.8)


def _score(sample: str, delimiter: str) -> float:
    """Return the share of records with the commonest number of fields, when it is more than one."""
    widths = Counter(len(record) for record in _parsed(sample, delimiter) if any(record))
    parted = Counter({width: count for width, count in widths.items() if width > 1})
    return parted.most_common(1)[0][1] / widths.total() if parted else 0.0


def _records(text: str, delimiter: str, limits: WorkbookLimits) -> tuple[Records, bool]:
    """Return the records, and whether quotes stand where they should not.

    Then they are letters: a quote that is never closed would take all that follows into one field.
    """
    try:
        return _parsed(text, delimiter, strict=True), False
    except csv.Error:
        pass  # what is wrong with the quotes does not matter: the lines are read without them
    try:
        return _parsed(text, delimiter, quoting=csv.QUOTE_NONE), True
    except csv.Error:
        limit = limits.cell_chars
        raise StatementRefused("cell_too_long", sheet="The file", row="some", limit=limit) from None


def _parsed(text: str, delimiter: str, **form: Any) -> Records:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **form))


def _check_decimals(records: Records) -> None:
    """Refuse a text whose every amount is two fields: its whole units, and two digits more.

    Raises:
        StatementRefused: It is so.
    """
    numbers = [[field.strip() for field in record[1:] if field.strip()] for record in records]
    found = [fields for fields in numbers if fields and all(_WHOLE.match(f) for f in fields)]
    broken = [fields for fields in found if _is_broken(fields)]
    if len(broken) >= LEAST_BROKEN and len(broken) > len(found) / 2:
        raise StatementRefused("comma_in_amounts")


def _is_broken(fields: Sequence[str]) -> bool:
    pairs = [*zip(fields[::2], fields[1::2], strict=False)]
    return len(fields) % 2 == 0 and all(
        _WHOLE.fullmatch(whole) and _HUNDREDTHS.fullmatch(rest) for whole, rest in pairs
    )


def _text(field: str) -> str:
    """Return what a field shows in a spreadsheet: of a formula that is a text, that text."""
    found = _TEXT_FORMULA.fullmatch(field)
    return found[1] if found else field


def _newline(text: str) -> str:
    names = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
    return next((name for sign, name in names.items() if sign in text), "")


def _sheet(records: Records, limits: WorkbookLimits) -> Sheet:
    _check(records, limits)
    rows = {
        number: {
            position: Cell(number, position, _text(field))
            for position, field in enumerate(record, 1)
            if field.strip()
        }
        for number, record in enumerate(records, 1)
    }
    return Sheet("", {number: cells for number, cells in rows.items() if cells})


def _check(records: Sequence[Sequence[str]], limits: WorkbookLimits) -> None:
    limits.check("rows", len(records), sheet="The file")
    limits.check("columns", max(map(len, records), default=0), sheet="The file")
    for number, record in enumerate(records, 1):
        limits.check_text(max(map(len, record), default=0), sheet="The file", row=number)
