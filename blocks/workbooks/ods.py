"""Workbooks of LibreOffice and OpenOffice: the numbers are text in the file, and stay exact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Final
from xml.etree import ElementTree as ET

from blocks.workbooks.limits import WorkbookLimits
from blocks.workbooks.packed import Parts
from blocks.workbooks.values import covered, rows_of
from ledger.statement.grid import Book, Cell, Container, Sheet, Value
from ledger.statement.refusals import StatementRefused

CONTENT: Final = "content.xml"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_GROUPS: Final = frozenset(
    f"{_TABLE}table-{name}"
    for name in ("row-group", "header-rows", "rows", "column-group", "header-columns", "columns")
)
_NUMBERS: Final = frozenset({"float", "currency", "percentage"})


def read_ods(parts: Parts, limits: WorkbookLimits) -> Book:
    """Read every sheet, hidden ones too.

    Raises:
        StatementRefused: It is damaged, encrypted or passes a limit.
    """
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise StatementRefused("encrypted")
    try:
        # Document types were refused before (`blocks.workbooks.packed`), so no entity grows here.
        root = ET.fromstring(parts[CONTENT])  # noqa: S314
    except (KeyError, ET.ParseError):
        raise StatementRefused("damaged") from None
    sheets = root.iter(f"{_OFFICE}spreadsheet")
    tables = [table for sheet in sheets for table in sheet.findall(f"{_TABLE}table")]
    limits.check("sheets", len(tables), sheet="The file")
    hidden = _hidden_styles(root)
    return Book(Container("ods"), tuple(_sheet(table, hidden, limits) for table in tables))


def _hidden_styles(root: ET.Element) -> frozenset[str]:
    return frozenset(
        style.get(f"{_STYLE}name", "")
        for style in root.iter(f"{_STYLE}style")
        for shape in style.findall(f"{_STYLE}table-properties")
        if shape.get(f"{_TABLE}display") == "false"
    )


def _sheet(table: ET.Element, hidden: frozenset[str], limits: WorkbookLimits) -> Sheet:
    name = table.get(f"{_TABLE}name", "")
    rows = list(_lines(table, "table-row", "rows"))
    held = [(place, element) for place, element in rows if _holds(element)]
    cells: list[Cell] = []
    merged: list[tuple[int, int, int, int]] = []
    for (first, last), element in held:
        limits.check("rows", last, sheet=name)
        for row in range(first, last + 1):
            for cell, (down, right) in _cells(element, row, limits, sheet=name):
                cells.append(cell)
                merged.append(_span(cell, down, right, limits))
            limits.check("cells", len(cells), sheet=name)
    columns = list(_lines(table, "table-column", "columns"))
    return Sheet(
        name,
        rows_of(cells, limits, sheet=name),
        hidden_rows=_hidden(held, limits.rows),
        hidden_columns=_hidden(columns, limits.columns),
        merged=covered(merged),
        is_hidden=table.get(f"{_TABLE}style-name") in hidden,
    )


def _span(cell: Cell, down: int, right: int, limits: WorkbookLimits) -> tuple[int, int, int, int]:
    if down * right > limits.merged_cells:
        raise StatementRefused("merged_too_large", limit=limits.merged_cells)
    return cell.row, cell.row + down - 1, cell.column, cell.column + right - 1


Place = tuple[int, int]
Lines = list[tuple[Place, ET.Element]]


def _lines(table: ET.Element, name: str, repeated: str) -> Iterator[tuple[Place, ET.Element]]:
    """Yield rows or columns with the first and last place that each stands for."""
    place = 1
    for element in _flat(table):
        if element.tag == f"{_TABLE}{name}":
            count = _count(element, f"number-{repeated}-repeated")
            yield (place, place + count - 1), element
            place += count


def _flat(table: ET.Element) -> Iterator[ET.Element]:
    for element in table:
        if element.tag in _GROUPS:
            yield from _flat(element)
        else:
            yield element


def _count(element: ET.Element, name: str) -> int:
    try:
        return max(int(element.get(f"{_TABLE}{name}", "1")), 1)
    except ValueError:
        raise StatementRefused("damaged") from None


def _hidden(lines: Lines, limit: int) -> frozenset[int]:
    return frozenset(
        place
        for (first, last), element in lines
        if element.get(f"{_TABLE}visibility") in ("collapse", "filter")
        for place in range(first, min(last, limit) + 1)
    )


def _holds(row: ET.Element) -> bool:
    return any(_is_filled(cell) for cell in row)


def _is_filled(cell: ET.Element) -> bool:
    return f"{_OFFICE}value-type" in cell.attrib or f"{_TABLE}formula" in cell.attrib


def _cells(
    element: ET.Element, row: int, limits: WorkbookLimits, *, sheet: str
) -> Iterator[tuple[Cell, Place]]:
    """Yield the cells of a row with how many rows and columns each covers."""
    column = 1
    for cell in element:
        count = _count(cell, "number-columns-repeated")
        is_formula = f"{_TABLE}formula" in cell.attrib
        if _is_filled(cell):
            limits.check("columns", column + count - 1, sheet=sheet)
            span = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
            value = _value(cell)
            if value is None and f"{_OFFICE}value-type" in cell.attrib:
                column += count
                continue  # an empty text, also as the result of a formula
            kind = "0%" if cell.get(f"{_OFFICE}value-type") == "percentage" else ""
            is_error = is_formula and isinstance(value, str) and value.startswith(("#", "Err:"))
            for place in range(column, column + count):
                yield Cell(row, place, value, kind, 0, is_formula, is_error), span
        column += count


def _value(cell: ET.Element) -> Value | None:
    kind = cell.get(f"{_OFFICE}value-type", "")
    with suppress(InvalidOperation, ValueError):
        if kind in _NUMBERS and (number := cell.get(f"{_OFFICE}value")):
            value = Decimal(number)
            return value if value.is_finite() else None
        if kind == "date" and (day := cell.get(f"{_OFFICE}date-value")):
            return dt.date.fromisoformat(day[:10])
        if kind == "boolean":
            return cell.get(f"{_OFFICE}boolean-value") == "true"
        text = "\n".join("".join(_letters(part)) for part in cell.findall(f"{_TEXT}p"))
        text = text or cell.get(f"{_OFFICE}string-value", "")
        return text if text.strip() else None
    raise StatementRefused("damaged")


def _letters(part: ET.Element) -> Iterator[str]:
    yield part.text or ""
    for inside in part:
        if inside.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            yield " "
        elif inside.tag == f"{_TEXT}s":
            yield " " * min(_count_of_blanks(inside), 100)
        else:
            yield from _letters(inside)
        yield inside.tail or ""


def _count_of_blanks(element: ET.Element) -> int:
    repeated = element.get(f"{_TEXT}c", "1")
    return int(repeated) if repeated.isdecimal() else 1
