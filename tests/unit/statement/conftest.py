"""Statements read from a text that a test writes, or from a sheet that it describes."""

from __future__ import annotations

import pytest

from blocks.workbooks.reader import read_workbook
from ledger.statement.answers import NO_ANSWERS
from ledger.statement.reader import read_book
from tests.made_workbooks.sheet import Made
from tests.made_workbooks.xlsx import make_xlsx


@pytest.fixture
def read():
    """Read a text file: ``read("Rivi;2026\\n...")``."""
    return lambda text, answers=NO_ANSWERS: read_book(read_workbook(text.encode()), answers)


@pytest.fixture
def read_sheets():
    """Read a workbook of sheets (`Made`)."""
    return lambda *sheets, answers=NO_ANSWERS: read_book(read_workbook(make_xlsx(*sheets)), answers)


@pytest.fixture
def sheet():
    """Describe a sheet (`Made`)."""
    return Made


@pytest.fixture
def roles():
    """Return role and use of each column by its letters."""
    return lambda statement: {
        column.letters: column.role.value + ("*" if column.use else "")
        for column in statement.columns
    }


@pytest.fixture
def parts():
    """Return the rows that each total of a statement adds up."""
    return lambda statement: {
        line.row: list(line.parts) for line in statement.lines if line.is_total
    }


@pytest.fixture
def codes():
    """Return the codes of questions or remarks, in order."""
    return lambda notes: [note.code for note in notes]
