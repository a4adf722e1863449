"""Workbooks of LibreOffice."""

from __future__ import annotations

import datetime as dt

from tests.made_workbooks.packing import pack

MEDIA_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style")
)


def make_ods(*sheets):
    tables = "".join(map(_ods_table, sheets))
    content = (
        f'<?xml version="1.0"?><office:document-content {SPACES}><office:automatic-styles>'
        '<style:style style:name="off" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
        f"</office:automatic-styles><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return pack({"mimetype": MEDIA_TYPE, "content.xml": content})


def _ods_table(made):
    width = max(map(len, made.rows), default=1)
    style = ' table:style-name="off"' if made.is_hidden else ""
    columns = "".join(
        f"<table:table-column{_collapsed(column in made.hidden_columns)}/>"
        for column in range(1, width + 1)
    )
    rows = "".join(
        f"<table:table-row{_collapsed(number in made.hidden_rows)}>"
        + "".join(_ods_cell(made, number, column, value) for column, value in enumerate(row, 1))
        + "</table:table-row>"
        for number, row in enumerate(made.rows, 1)
    )
    return f'<table:table table:name="{made.name}"{style}>{columns}{rows}</table:table>'


def _collapsed(is_hidden):
    return ' table:visibility="collapse"' if is_hidden else ""


def _ods_cell(made, row, column, value):
    place = f"{chr(64 + column)}{row}"
    formula = ""
    if place in made.formulas:
        formula, value = ' table:formula="of:=1"', made.formulas[place][1]
    spanned = next((area for area in made.merged if area.startswith(f"{place}:")), "")
    span = (
        f' table:number-columns-spanned="{ord(spanned.partition(":")[2][0]) - 64 - column + 1}"'
        if spanned
        else ""
    )
    attributes = formula + span
    if value is None:
        return f"<table:table-cell{attributes}/>"
    if isinstance(value, dt.date):
        return (
            f'<table:table-cell{attributes} office:value-type="date"'
            f' office:date-value="{value.isoformat()}"><text:p>x</text:p></table:table-cell>'
        )
    if isinstance(value, str):
        return (
            f'<table:table-cell{attributes} office:value-type="string"><text:p>{value}</text:p>'
            "</table:table-cell>"
        )
    kind = "percentage" if "%" in made.formats.get(place, "") else "float"
    return (
        f'<table:table-cell{attributes} office:value-type="{kind}" office:value="{value}">'
        f"<text:p>shown</text:p></table:table-cell>"
    )
