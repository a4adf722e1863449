"""What each question and remark says to a person, with its values filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from ledger.statement.grid import letters
from ledger.statement.periods import Period
from ledger.statement.values import Place, Question, Remark

QUESTIONS: Final = {
    "column": "Headings do not say which of the columns {columns} is the statement's: {default} is"
    " read.",
    "decimal_sign": "Nothing tells whether “.” and “,” part thousands or decimals: read with"
    " decimals behind “{default}”.",
    "movement_or_cumulative": "The heading names a month alone: its movement ({movement}) or the"
    " fiscal year until then ({cumulative})? Read as {default}.",
    "months_without_total": "Single months and no sum of them: the movement of {month} is read.",
    "padded_accounts": "{count} accounts are padded with zeros (such as {example}): is that the"
    " ledger's account without them? Read {default}.",
    "period_start": "The heading names the last day, {end}: read from {default} on.",
    "several_of_a_kind": "There are several statements of one kind ({kind}, on {sheets}): which one"
    " is meant?",
    "sign": "No line shows which sign each side has: read as {default}.",
    "statement_date": "The file names no day: of which day are the balances?",
    "statement_period": "The file names no time: of which days are the amounts?",
    "unit_precision": "Amounts are in units of {unit:,}: may the statement be taken at that"
    " precision (±{per_line:,} a line)?",
}

REMARKS: Final = {
    "account_cells_mixed": "Most accounts are stored otherwise than these {are}: {cells}.",
    "account_repeated": "Accounts have several lines each, which are added up: {accounts}.",
    "amount_cells_mixed": "Most amounts are stored otherwise than these {are}: {cells}.",
    "amount_not_in_cents": "The stored number {stored} is more than 0.0001 from its cents: read as"
    " {read}.",
    "column_not_of_the_books": "“{header}” is no column of the books ({role}) and is not used.",
    "comparison_column": "“{header}” is for comparison ({period}) and is not used.",
    "hidden_accounts": "The column of accounts is hidden; its numbers are used.",
    "hidden_column": "“{header}” is hidden and is not used.",
    "hidden_rows_are_parts": "Rows {rows} are hidden; they are the parts of this row.",
    "hidden_rows_not_used": "Rows {rows} are hidden, are in no total and are not used.",
    "hidden_sheet_not_used": "The sheet is hidden and is not used; it holds: {statements}.",
    "line_without_label": "The row has an amount and no label; it is read as a line of its own.",
    "months_and_cumulative": "Columns {months} are parts of the time of {used}, which is used.",
    "no_line_of_zero": "No line is zero: lines without an amount seem to be left out.",
    "quotes_irregular": "Quotation marks stand where they should not: they are read as letters.",
    "roll_forward_differs": "{line}: opening balance and movements are not the closing balance:"
    " it is {difference} off.",
    "row_not_of_the_books": "“{label}” is a ratio or a count, no amount of the books; it is left"
    " out.",
    "sample_rows_left_out": "Rows {rows} are sample rows of a template and are left out.",
    "sheet_not_used": "The sheet holds no statement and is not used.",
    "sides_differ": "Assets {assets}, equity and liabilities {equity_and_liabilities}: they differ"
    " by {difference}.",
    "statements_share_a_sheet": "Two statements stand on one sheet, from rows {first_rows} on.",
    "table_not_used": "A table begins here that is no statement; it is not used.",
    "time_as_number": "{cells} are days or years as bare numbers, and no amounts.",
    "title_rows": "{rows} rows stand above the heading.",
    "total_differs": "The total says {printed}, its rows {rows} come to {parts}: {difference} off.",
    "total_rounded": "The total says {printed}, its rows {rows} come to {parts}: amounts are"
    " rounded.",
    "trial_balance_not_zero": "The accounts add up to {sum} and not to zero.",
    "unit_by_format": "Amounts are shown in units of {unit:,} and stored in whole: they are read as"
    " stored.",
    "unit": "Amounts are in units of {unit:,}.",
}

SWAPPED: Final = " It can be divided by 9: two digits may have changed places."


def say(note: Question | Remark) -> str:
    """Return the sentence of a question or a remark, without its place."""
    is_question = isinstance(note, Question)
    sentence = (QUESTIONS if is_question else REMARKS)[note.code]
    values = {name: _written(value) for name, value in note.values.items()}
    if isinstance(note, Question):
        values["default"] = _written(note.default)
    swapped = SWAPPED if note.values.get("digits_may_be_swapped") else ""
    return sentence.format_map(values) + swapped


def where(place: Place) -> str:
    """Return a place as people write it: ``Tase!B12``, ``row 12``, ``column B``, or nothing."""
    column = letters(place.column)
    if place.row and column:
        cell = f"{column}{place.row}"
    else:
        cell = f"row {place.row}" if place.row else f"column {column}" if column else ""
    return f"{place.sheet}!{cell}" if place.sheet and cell else place.sheet or cell


def time(period: Period | None) -> str:
    """Return a time as people write it: two days, or one for balances."""
    if period is None:
        return "no time"
    return f"{period.start} to {period.end}" if period.start else f"{period.end}"


def _written(value: object) -> object:
    if isinstance(value, Period) or value is None:
        return time(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_written(item)}" for name, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(_written(item)) for item in value) or "nothing"
    if isinstance(value, Decimal):
        return f"{value:,}"
    return value.isoformat() if isinstance(value, dt.date) else value
