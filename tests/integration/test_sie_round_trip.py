"""Files of real programs, read, written as SIE 4E and read again."""

from __future__ import annotations

import dataclasses
import os
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from ledger.schemas import CANONICAL
from ledger.sie.reader import open_sie
from ledger.sie.text.checksum import control_sum
from ledger.sie.writer import write_sie

WRITTEN = [name for name in CANONICAL if name != "fiscal_year"]
NOT_IN_SIE = ("source_line", "source_ref")

CONTROL_SUM = re.compile(rb'(?m)^[ \t]*#KSUMMA[ \t]+"?([0-9]+)')
DUMMY = b"123456789"
"""Written by one program in place of a sum."""


def samples(*folders, having=None):
    """Name the sample files, those in which a pattern occurs."""
    root = os.environ.get("SIE_SAMPLES")
    if not root:
        reason = "SIE_SAMPLES names no folder with SIE files of real programs"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="no samples")]
    paths = sorted(path for folder in folders for path in (Path(root) / folder).iterdir())
    return [
        pytest.param(path, id=path.name)
        for path in paths
        if having is None or having.search(path.read_bytes())
    ]


def storable(value):
    """Say what is left of a text in a SIE file, in other words than the writer's."""
    if not isinstance(value, str):
        return value
    value = re.sub("[\x00-\x1f\x7f]", " ", unicodedata.normalize("NFC", value))
    value = re.sub(r'\\(?=["]|\Z)', "/", value)
    return value.encode("cp437", "replace").decode("cp437")


def contents(table, change=lambda value: value):
    """Count the rows of a table, whatever their order."""
    table = table.drop_columns([name for name in NOT_IN_SIE if name in table.column_names])
    columns = [[change(value) for value in column.to_pylist()] for column in table.columns]
    return Counter(zip(*columns, strict=True))


@pytest.mark.share(3)
@pytest.mark.parametrize("path", samples("good", "broken"))
def test_what_was_read_survives_writing_and_reading(path, read_sie):
    """Types 1-3 and 4I too: all that the tables hold of them has its place in a 4E."""
    file, tables = read_sie(path.read_bytes(), path.suffix)

    written = write_sie(file.header, tables, control_sum=True)

    again, tables_again = read_sie(written)
    for name in WRITTEN:
        assert contents(tables[name], storable) == contents(tables_again[name]), name
    assert again_from(file.header) == again.header
    assert written == write_sie(again.header, tables_again, control_sum=True)
    assert [control_sum(written)] == [int(said) for said in CONTROL_SUM.findall(written)]
    assert again.diagnostics.count("control_sum_missing") == 0
    assert again.diagnostics.count("control_sum_wrong") == 0


def again_from(header):
    """The header of the new file: the same books, another file."""
    texts = {
        name: storable(getattr(header, name))
        for name in ("program", "program_version", "company_name", "company_code")
    }
    return dataclasses.replace(
        header, sie_type="4E", declared_format="PC8", already_read=False, **texts
    )


@pytest.mark.parametrize("path", samples("good", having=CONTROL_SUM))
def test_control_sum_of_a_program_is_reproduced(path):
    content = path.read_bytes()
    said = CONTROL_SUM.findall(content)

    computed = control_sum(content, encoding=open_sie(content).encoding)

    assert said[0] == DUMMY or said == [b"%d" % computed]


@pytest.mark.parametrize("path", samples("good"))
def test_text_read_from_code_page_437_is_written_unchanged(path, read_sie):
    """What is replaced comes from files that were converted on the way, some of them damaged."""
    file, tables = read_sie(path.read_bytes(), path.suffix)

    changed = [
        name for name in WRITTEN if contents(tables[name]) != contents(tables[name], storable)
    ]

    assert file.encoding != "cp437" or not changed
