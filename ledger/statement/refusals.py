"""Why a file is not read as a statement: nothing of it is returned, and a person sends another."""

from __future__ import annotations

from typing import Final

from ledger.errors import TerminalError

REASONS: Final = {
    "file_empty": "The file is empty.",
    "file_is_sie": (
        "This is a SIE file, which holds books and is no statement: `tasma import FILE --tenant"
        " TENANT` loads it."
    ),
    "file_too_large": "The file has {size:,} bytes; at most {limit:,} are read.",
    "unpacked_too_large": "The file unpacks to more than {limit:,} bytes.",
    "unpacked_ratio": "A part of the file unpacks to more than {limit} times its size.",
    "too_many_sheets": "The file has {count:,} sheets; at most {limit:,} are read.",
    "too_many_rows": "{sheet} has {count:,} rows; at most {limit:,} are read.",
    "too_many_columns": "{sheet} has {count:,} columns; at most {limit:,} are read.",
    "too_many_cells": "{sheet} covers {count:,} cells; at most {limit:,} are read.",
    "too_many_lines": "{sheet} has {count:,} lines without an account; at most {limit:,} are read.",
    "cell_too_long": "{sheet} holds a text of more than {limit:,} characters in row {row}.",
    "merged_too_large": "A sheet merges more than {limit:,} cells into one.",
    "format_unknown": "It is neither text nor a workbook (.xlsx, .xls, .ods).",
    "encrypted": "The file is protected with a password. Save it without one and send it again.",
    "damaged": "The workbook cannot be opened: it is damaged or not what its first bytes say.",
    "declares_entities": "A part of the workbook declares a document type, which none needs.",
    "encoding_unknown": "The text is neither UTF-8, UTF-16, Windows-1252 nor ISO 8859-15.",
    "formula_without_value": (
        "Formulas without a stored value: {places}. Open the file in a spreadsheet program, save it"
        " and send it again."
    ),
    "error_in_cell": "Cells hold an error instead of an amount: {places}. Correct the formulas.",
    "amount_unreadable": "No amount can be read in {places}. Correct the cells and send it again.",
    "amount_too_large": "The amount in {places} has more than 16 digits before the point.",
    "template_not_filled": (
        "The template was not filled in: rows {rows} are its sample rows, nothing else is there."
    ),
    "comma_in_amounts": (
        "A comma parts the fields and the decimals of amounts alike. Export it with semicolons, or"
        " as a workbook."
    ),
    "adjacent_tables": (
        "{sheet} has two tables beside each other. Put one below the other and send it again."
    ),
    "hidden_cells": (
        "{sheet} hides rows or columns that hold something: {places}. Show them or delete them, and"
        " send it again."
    ),
    "no_rows": "There is a heading but no row with an amount. What was loaded before stays.",
    "no_statement": (
        "No income statement, balance sheet or trial balance was found. Send the report with its"
        " title, or say which it is: `--kind`, such as `--kind balance-sheet`."
    ),
}


class StatementRefused(TerminalError):
    """A file from which no statement can be taken; `code` is one of `REASONS`, `values` its own."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(REASONS[code].format_map(values), **values)
        self.code = code
