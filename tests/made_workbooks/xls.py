"""Workbooks of Excel 97-2003: BIFF8 records in a compound file."""

from __future__ import annotations

import datetime as dt
import struct


def make_xls(*sheets):
    """Write BIFF8 records into a compound file."""
    streams = [_xls_sheet(made) for made in sheets]
    names = [_short_text(made.name) for made in sheets]
    head = [
        _bof(0x0005),
        _record(0x0042, struct.pack("<H", 1200)),
        *(_record(0x0031, _FONT) for _ in range(5)),
        *(_record(0x041E, struct.pack("<H", key) + _long_text(f)) for key, f in FORMATS.items()),
        *(_record(0x00E0, _xf(key)) for key in (0, 14, *FORMATS)),
    ]
    size = sum(map(len, head)) + sum(4 + 6 + len(name) for name in names) + 4
    sheets_at = [size + sum(map(len, streams[:i])) for i in range(len(streams))]
    bound = [
        _record(0x0085, struct.pack("<IBB", at, int(made.is_hidden), 0) + name)
        for at, made, name in zip(sheets_at, sheets, names, strict=True)
    ]
    return _compound(b"".join([*head, *bound, _record(0x000A, b""), *streams]))


FORMATS = {164: "#,##0.00", 165: "0.0%"}
_FONT = struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x05\x00Arial"
DAY_ZERO = dt.date(1899, 12, 30)


def _record(code, body):
    return struct.pack("<HH", code, len(body)) + body


def _bof(kind):
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 0x06))


def _xf(key):
    return struct.pack("<HHHBBBBIIH", 0, key, 0, 0x20, 0, 0, 0, 0, 0, 0)


def _short_text(text):
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def _long_text(text):
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _xls_sheet(made):
    return b"".join((_bof(0x0010), *_xls_looks(made), *_xls_cells(made), _record(0x000A, b"")))


def _xls_looks(made):
    for column in made.hidden_columns:
        yield _record(0x007D, struct.pack("<6H", column - 1, column - 1, 2000, 0, 1, 0))
    for row in made.hidden_rows:
        yield _record(0x0208, struct.pack("<6HI", row - 1, 0, 9, 255, 0, 0, 0x20))
    for area in made.merged:
        (top, left), (bottom, right) = (
            (int(place[1:]) - 1, ord(place[0]) - 65) for place in area.split(":")
        )
        yield _record(0x00E5, struct.pack("<5H", 1, top, bottom, left, right))


def _xls_cells(made):
    for row, values in enumerate(made.rows):
        for column, value in enumerate(values):
            if value is not None:
                yield _xls_cell(made, row, column, value)


def _xls_cell(made, row, column, value):
    shape = made.formats.get(f"{chr(65 + column)}{row + 1}")
    look = 2 + list(FORMATS.values()).index(shape) if shape else 0
    if isinstance(value, str) and value.startswith("#"):
        return _record(0x0205, struct.pack("<HHHBB", row, column, look, 0x17, 1))
    if isinstance(value, str):
        return _record(0x0204, struct.pack("<HHH", row, column, look) + _long_text(value))
    if isinstance(value, dt.date):
        value, look = (value - DAY_ZERO).days, 1
    return _record(0x0203, struct.pack("<HHHd", row, column, look, value))


def _compound(stream):
    """Wrap a stream as the only one of a compound file: header, allocation table, directory, it."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + count), 0xFFFFFFFE]
    table += [0xFFFFFFFF] * (128 - len(table))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"), b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0,
    ) + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)  # fmt: skip
    entries = [("Root Entry", 5, 0xFFFFFFFE, 0, 1), ("Workbook", 2, 2, len(stream), 0xFFFFFFFF)]
    directory = b"".join(_entry(*entry) for entry in entries).ljust(512, b"\0")
    return header + struct.pack("<128I", *table) + directory + stream


def _entry(name, kind, start, size, child):
    label = (name + "\0").encode("utf-16-le")
    none = 0xFFFFFFFF
    names = struct.pack("<64sHBBIII", label, len(label), kind, 1, none, none, child)
    return names + bytes(16 + 4 + 8 + 8) + struct.pack("<IQ", start, size)
