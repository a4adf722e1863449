"""Small SIE files to read: one that is sound, and its bent copies."""

from __future__ import annotations

import pytest

SOUND = (
    "#FLAGGA 0",
    '#PROGRAM "Bokföraren" 1.0',
    "#FORMAT PC8",
    "#GEN 20240131",
    "#SIETYP 4",
    '#FNAMN "Övningsbolaget AB"',
    "#ORGNR 556677-8899",
    "#RAR 0 20240101 20241231",
    '#KONTO 1930 "Bank"',
    '#KONTO 3001 "Försäljning"',
    "#IB 0 1930 100.00",
    "#UB 0 1930 200.00",
    "#RES 0 3001 -100.00",
    '#VER A 1 20240115 "Försäljning" 20240116',
    "{",
    "#TRANS 1930 {} 100.00",
    "#TRANS 3001 {} -100.00",
    "}",
)
"""A file without a fault; line numbers in the tests are those of its lines."""


def sie(*lines, encoding="cp437", line_end="\r\n"):
    """Join lines to a file."""
    return "".join(line + line_end for line in lines).encode(encoding)


class Bent:
    """The sound file with some lines changed; `content` is its bytes."""

    def __init__(self, **how):
        self.how = how
        self.lines = list(SOUND)

    def change(self, number, *lines):
        """Put other lines, or none, where line `number` of the sound file was."""
        self.lines[number - 1] = "\r\n".join(lines) if lines else None
        return self

    def insert(self, number, *lines):
        """Put lines before line `number`."""
        return self.change(number, *lines, SOUND[number - 1])

    def add(self, *lines):
        """Put lines at the end."""
        self.lines += lines
        return self

    @property
    def content(self):
        return sie(*(line for line in self.lines if line is not None), **self.how)


@pytest.fixture(scope="session")
def sound():
    """Give the lines of a file without a fault."""
    return SOUND


@pytest.fixture(scope="session")
def bend():
    """Give a sound file to change: ``bend().change(16, "#TRANS 1930 {} 100,00").content``."""
    return Bent


@pytest.fixture(scope="session")
def join():
    """Join lines to the bytes of a file."""
    return sie
