"""The diagnostics of the SIE reader: what each code means, how bad it is, how it is read.

`docs/systems/sie.md` prints this catalogue, and a test keeps the two equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ledger.diagnostics import Diagnostic, Level

_E, _W, _I = Level.ERROR, Level.WARNING, Level.INFO


@dataclass(frozen=True)
class Finding:
    """One line of the catalogue. `meaning` says what came, `assumed` how it is read."""

    level: Level
    meaning: str
    assumed: str


CATALOGUE: Final[dict[str, Finding]] = {
    # The file as a whole
    "empty_file": Finding(_E, "The file holds no record.", "nothing is read"),
    "not_sie": Finding(_E, "The file does not look like SIE 1-4.", "nothing is read"),
    "file_too_large": Finding(_E, "The file is larger than the limit.", "nothing is read"),
    "file_cut": Finding(
        _E,
        "The file breaks off in a voucher or in a line: export it, or fetch it, again.",
        "what came is read",
    ),
    "line_too_long": Finding(_E, "The line is longer than the limit.", "the line is left out"),
    "too_many_records": Finding(
        _E, "There are more records than the limit.", "the records that follow are left out"
    ),
    "too_many_errors": Finding(
        _E, "There are more errors, findings or bent lines than the limit.", "the rest is not read"
    ),
    "nul_byte": Finding(_E, "The file holds NUL bytes.", "they are taken out"),
    "control_character": Finding(_W, "The line holds a control character.", "it is kept"),
    "dos_end_of_file": Finding(_I, "The file ends with the old end mark 1A.", "it is ignored"),
    "bare_carriage_returns": Finding(
        _W, "Lines end with CR alone.", "each CR is read as an end of line"
    ),
    "stray_byte": Finding(
        _W, "A byte does not fit the encoding of the rest.", "it is read as the likeliest letter"
    ),
    "damaged_text": Finding(
        _W, "Letters were lost before the file came here (U+FFFD).", "the text is kept as it is"
    ),
    "double_encoding": Finding(
        _W, "Text was converted with the wrong code page.", "the text is kept as it is"
    ),
    "format_label": Finding(
        _I, "#FORMAT does not say what the bytes are.", "the encoding is decided from the bytes"
    ),
    "control_sum_missing": Finding(
        _E, "The closing #KSUMMA is missing.", "the file was cut off; what came is read"
    ),
    "control_sum_unopened": Finding(
        _W, "The first, empty #KSUMMA is missing.", "the sum is not checked"
    ),
    "control_sum_wrong": Finding(
        _W, "The #KSUMMA of the file differs from the one computed.", "the file is read"
    ),
    "control_sum_right": Finding(
        _I,
        "The #KSUMMA of the file is the one computed.",
        "nothing was changed since it was written",
    ),
    # Lines, fields and blocks
    "value_missing": Finding(_I, "A field that the record needs is empty.", "its value is unknown"),
    "flagga_not_first": Finding(_I, "The first record is not #FLAGGA.", "the file is read"),
    "already_read": Finding(_W, "#FLAGGA 1: some program has read the file.", "it is read again"),
    "line_without_label": Finding(_E, "The line starts with no label.", "the line is left out"),
    "label_damaged": Finding(
        _E, "The label begins like one of a voucher but is none.", "the line is left out"
    ),
    "unknown_label": Finding(_I, "The label is not of SIE 4.", "the record is ignored"),
    "label_case": Finding(_I, "The label is not in capitals.", "it is read as if it were"),
    "unclosed_quote": Finding(
        _W, "A quotation mark is never closed.", "the rest of the line is the field"
    ),
    "stray_quote": Finding(
        _W, "A quotation mark stands inside a field.", "it is read as part of the field"
    ),
    "object_list_missing": Finding(_I, "The object list is missing.", "the row has no objects"),
    "object_list_unclosed": Finding(
        _E, "The object list is never closed.", "the record is left out"
    ),
    "object_list_odd": Finding(
        _E, "The object list is not made of pairs.", "the last, single field is left out"
    ),
    "object_empty": Finding(_I, "The object list names an empty object.", "the pair is ignored"),
    "field_missing": Finding(_W, "A compulsory field is missing.", "the record is left out"),
    "row_outside_voucher": Finding(_E, "The row stands outside a voucher.", "the row is left out"),
    "brace_on_voucher_line": Finding(
        _I, "The block opens on the #VER line.", "it is read as if on a line of its own"
    ),
    "open_brace_missing": Finding(
        _W, "The voucher's block is not opened.", "rows up to } belong to the voucher"
    ),
    "orphan_block": Finding(_E, "A block has no #VER.", "its rows are left out"),
    "block_unclosed": Finding(
        _E, "The voucher's block is not closed.", "the rows so far belong to the voucher"
    ),
    "block_missing": Finding(_E, "The voucher has no block.", "the voucher has no rows"),
    "open_brace_stray": Finding(_W, "A { opens a block that is open.", "it is ignored"),
    "close_brace_stray": Finding(_W, "A } closes nothing.", "it is ignored"),
    "brace_line": Finding(_E, "The line holds more than its brace.", "only the brace is read"),
    "record_in_voucher": Finding(
        _W, "A record of another kind stands in a voucher.", "it is read, the block goes on"
    ),
    "fields_shifted": Finding(
        _E,
        "A blank parts a number or a date, so that the fields behind it are shifted.",
        "the row or balance is left out",
    ),
    # Identification
    "compulsory_missing": Finding(_W, "A compulsory record is missing.", "its value is unknown"),
    "record_forbidden": Finding(
        _W, "The record must not occur in this type of file.", "it is read"
    ),
    "record_repeated": Finding(_W, "The record occurs twice.", "the last one counts"),
    "sie_type_unknown": Finding(
        _W, "#SIETYP is none of 1, 2, 3 and 4.", "the type is told from the contents"
    ),
    "sie_type_label": Finding(
        _I, "#SIETYP says 4E or 4I where the format has 4.", "it is read as type 4"
    ),
    "sie_type_suffix": Finding(
        _W, "The name of the file and #SIETYP name different types.", "the file's name counts"
    ),
    "organisation_number_form": Finding(
        _I, "The organisation number is not written nnnnnn-nnnn.", "its last ten digits are read"
    ),
    "organisation_number_unreadable": Finding(
        _W, "The organisation number does not have ten digits.", "its digits are kept"
    ),
    "currency_unreadable": Finding(
        _W, "The currency is not a code of three letters.", "it is kept as it is"
    ),
    "chart_type_unknown": Finding(_I, "#KPTYP is not of the list.", "it is kept as it is"),
    "tax_year_unreadable": Finding(_I, "#TAXAR is not a year.", "it is ignored"),
    "fiscal_year_missing": Finding(
        _E, "There are vouchers but no #RAR 0 with dates.", "the fiscal year is unknown"
    ),
    "fiscal_year_unreadable": Finding(
        _W, "The #RAR has no number or no dates that make a year.", "the year is ignored"
    ),
    "fiscal_year_long": Finding(
        _W, "The fiscal year is longer than 18 months.", "it is read as it is"
    ),
    "fiscal_years_not_consecutive": Finding(
        _W, "A fiscal year does not end the day before the next.", "both are kept"
    ),
    # Values
    "date_form": Finding(_W, "The date is not written YYYYMMDD.", "it is read as a date"),
    "date_unreadable": Finding(_W, "The date cannot be read.", "it is left empty"),
    "period_unreadable": Finding(
        _E, "The period is not a month (YYYYMM).", "the record is left out"
    ),
    "amount_form": Finding(
        _W, "The amount is bent but clear (decimal comma, plus sign, zeros).", "it is read"
    ),
    "amount_missing": Finding(_E, "The amount is missing.", "the record is left out"),
    "amount_unreadable": Finding(_E, "The amount cannot be read.", "the record is left out"),
    "amount_too_large": Finding(
        _E, "The amount has more than 16 digits before the point.", "the record is left out"
    ),
    "amount_too_fine": Finding(
        _E, "The amount has more than two decimals.", "the record is left out"
    ),
    "quantity_unreadable": Finding(_W, "The quantity cannot be read.", "it is left empty"),
    "year_number_unreadable": Finding(
        _E, "The year number is not a whole number.", "the record is left out"
    ),
    "account_missing": Finding(_E, "The account number is missing.", "the record is left out"),
    # Chart, dimensions and balances
    "account_not_numeric": Finding(_W, "The account number holds a letter.", "it is kept"),
    "account_length": Finding(_I, "The account number does not have four digits.", "it is kept"),
    "account_too_long": Finding(_W, "The account number is over six digits long.", "it is kept"),
    "account_name_missing": Finding(_I, "The account has no name.", "the name is empty"),
    "account_repeated": Finding(_W, "The account is declared twice.", "the last one counts"),
    "account_type_unknown": Finding(
        _W, "#KTYP is none of T, S, K and I.", "the account's type is unknown"
    ),
    "account_undeclared": Finding(
        _I, "#KTYP, #SRU or #ENHET names an account without #KONTO.", "the record is ignored"
    ),
    "object_undeclared": Finding(_I, "An object is used without #OBJEKT.", "its number is kept"),
    "dimension_undeclared": Finding(
        _I, "A dimension that is not reserved is used without #DIM.", "its number is kept"
    ),
    "object_repeated": Finding(_I, "The object is declared twice.", "the last one counts"),
    "dimension_repeated": Finding(_I, "The dimension is declared twice.", "the last one counts"),
    "balance_repeated": Finding(
        _W, "The same balance is given twice with the same amount.", "it counts once"
    ),
    "balance_contradicts": Finding(
        _E, "The same balance is given twice with different amounts.", "the last one counts"
    ),
    "object_balance_repeated": Finding(
        _W, "The same balance of an object is given twice.", "both are kept"
    ),
    "opening_from_closing": Finding(
        _W, "There is no #IB of the year.", "the #UB of the year before opens the year"
    ),
    # Vouchers and rows
    "voucher_field_missing": Finding(
        _W, "#VER lacks its series.", "its fields are moved one step to the right"
    ),
    "voucher_date_unreadable": Finding(
        _E, "The voucher has no date that can be read.", "the nearest known date is used"
    ),
    "voucher_number_empty": Finding(
        _W, "The voucher has no number.", "it is known by its place in the series"
    ),
    "voucher_repeated": Finding(
        _W, "The voucher's number was used before.", "it gets its occurrence as a suffix"
    ),
    "voucher_without_rows": Finding(_I, "The voucher books no row.", "it is kept"),
    "posting_date_unreadable": Finding(
        _W, "The row's date cannot be read.", "the voucher's date is used"
    ),
    "posting_date_left_out": Finding(
        _W, "A text stands where the row's date should.", "it is read as the row's text"
    ),
    "added_row_without_twin": Finding(
        _W,
        "The row after #RTRANS is not its #TRANS (account, objects, amount).",
        "#RTRANS is history and is not booked",
    ),
}


class DiagnosticLog:
    """Everything noticed in one file: all of it counted, some of each code kept.

    `kept` bounds the memory that a hostile file can take, by code so that a flood of one kind
    does not hide another. `total`: how many were noticed; `errors`: those of level error, more
    than none of which hold the load.
    """

    def __init__(self, *, kept: int) -> None:
        self._kept = kept
        self._counts: Counter[str] = Counter()
        self._items: dict[tuple[str, Level], list[Diagnostic]] = {}
        self.total = 0
        self.errors = 0

    def add(
        self,
        code: str,
        line: int,
        field: str = "",
        *,
        detail: str = "",
        level: Level | None = None,
    ) -> None:
        """Note one finding; `level` overrides the catalogue's (an empty number in a 4I file)."""
        actual = level or CATALOGUE[code].level
        kept = self._items.setdefault((code, actual), [])
        if len(kept) < self._kept:
            kept.append(_diagnostic(code, actual, line, field, detail))
        self._count(code, actual, 1)

    def add_many(
        self,
        code: str,
        lines: Sequence[int] | npt.NDArray[np.int64],
        field: str = "",
        *,
        detail: str = "",
        level: Level | None = None,
    ) -> None:
        """Note the same finding at many lines (counted from 1)."""
        if not len(lines):
            return
        actual = level or CATALOGUE[code].level
        kept = self._items.setdefault((code, actual), [])
        room = max(self._kept - len(kept), 0)
        kept += [_diagnostic(code, actual, int(line), field, detail) for line in lines[:room]]
        self._count(code, actual, len(lines))

    def _count(self, code: str, level: Level, number: int) -> None:
        self._counts[code] += number
        self.total += number
        self.errors += number * (level is Level.ERROR)

    @property
    def items(self) -> list[Diagnostic]:
        """Those kept, by line."""
        every = [item for items in self._items.values() for item in items]
        return sorted(every, key=lambda item: (item.line, item.code, item.field))

    def count(self, code: str) -> int:
        """How many of this code were noticed.

        Raises:
            KeyError: The catalogue has no such code.
        """
        return self._counts[code] if CATALOGUE[code] else 0


def _diagnostic(code: str, level: Level, line: int, field: str, detail: str) -> Diagnostic:
    finding = CATALOGUE[code]
    message = f"{finding.meaning} {detail}".strip()
    return Diagnostic(code, level, line, field, message, finding.assumed)
