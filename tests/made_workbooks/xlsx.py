"""Workbooks of Excel 2007 and later."""

from __future__ import annotations

import io
import re

from tests.made_workbooks.packing import repacked


def make_xlsx(*sheets):
    from openpyxl import Workbook  # noqa: PLC0415 - for the tests that make workbooks
    from openpyxl.styles import Alignment  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    book.remove(book.active)
    for made in sheets:
        sheet = book.create_sheet(made.name)
        for row in made.rows:
            sheet.append(row)
        for place, (formula, _) in made.formulas.items():
            sheet[place] = formula
        for place, shape in made.formats.items():
            sheet[place].number_format = shape
        for place, steps in made.indents.items():
            sheet[place].alignment = Alignment(indent=steps)
        for row in made.hidden_rows:
            sheet.row_dimensions[row].hidden = True
        for column in made.hidden_columns:
            sheet.column_dimensions[get_column_letter(column)].hidden = True
        for area in made.merged:
            sheet.merge_cells(area)
        sheet.sheet_state = "hidden" if made.is_hidden else "visible"
    stream = io.BytesIO()
    book.save(stream)
    return _with_stored_values(stream.getvalue(), sheets)


def _with_stored_values(content, sheets):
    """Store the results of formulas as a spreadsheet program does: openpyxl writes none."""

    def stored(name, part):
        number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
        for place, (_, value) in (sheets[int(number[1]) - 1].formulas if number else {}).items():
            kind = ' t="str"' if isinstance(value, str) else ""
            kind = ' t="e"' if isinstance(value, str) and value.startswith("#") else kind
            said = "" if value is None else f"<v>{value}</v>"
            part = re.sub(
                rf'<c r="{place}"([^>]*?)>(<f>.*?</f>)<v\s*/?>(</v>)?',
                rf'<c r="{place}"\1{kind}>\2{said}',
                part.decode(),
            ).encode()
        return part

    return repacked(content, stored)
