"""The formats of ledgers that can be read: a new one is a module beside its reader and a line here.

This half is light: it imports no reader before one is asked for, since every command may ask which
files are ledgers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, cast

from ledger.errors import TerminalError

if TYPE_CHECKING:
    from ledger.source import LedgerReader


@dataclass(frozen=True)
class Format:
    """One format.

    `name`: in the lake, and as the source of what was dropped in. `title`: in sentences.
    `suffixes`: endings of file names, with the dot, in lower case. `port`: the module whose
    ``READER`` reads it. `has_workbooks`: its files may be workbooks, which its reader gets as text.
    """

    name: str
    title: str
    suffixes: frozenset[str]
    port: str
    has_workbooks: bool = False

    @property
    def reader(self) -> LedgerReader:
        """The reader, imported when it is first asked for."""
        return cast("LedgerReader", import_module(self.port).READER)


SIE: Final = Format("sie", "SIE", frozenset({".se", ".si", ".sie"}), port="ledger.sie.port")

JOURNAL: Final = Format(
    "journal",
    "journal file",
    frozenset({".csv", ".xlsx", ".xls", ".ods"}),
    port="ledger.journal.port",
    has_workbooks=True,
)

FENNOA: Final = Format("fennoa-ledger", "Fennoa", frozenset(), port="ledger.fennoa.port")
"""The answers of its API, which nobody drops in."""

PROCOUNTOR: Final = Format(
    "procountor-receipts", "Procountor", frozenset(), port="ledger.procountor.port"
)
"""The receipts of its API, which nobody drops in."""

FORMATS: Final = {item.name: item for item in (SIE, JOURNAL, FENNOA, PROCOUNTOR)}
"""By name."""

SUFFIXES: Final = frozenset(suffix for item in FORMATS.values() for suffix in item.suffixes)
"""Endings of file names that are taken for a ledger."""


def format_of(file_name: str) -> Format:
    """Return the format of a dropped file by the ending of its name.

    A file of any other name is taken for SIE, whose reader says what it is instead.
    """
    suffix = PurePath(file_name).suffix.lower()
    return next((item for item in FORMATS.values() if suffix in item.suffixes), SIE)


class UnknownFormat(TerminalError):
    """A landing is of a format that this release does not read."""

    sentence = (
        "A ledger of format {format!r} cannot be read: known are {known}. A later release landed "
        "it; read it with that one."
    )


def format_named(name: str) -> Format:
    """Return the format that a landing notes; what earlier releases landed notes none and is SIE.

    Raises:
        TerminalError: No such format is known here.
    """
    try:
        return FORMATS[name] if name else SIE
    except KeyError:
        raise UnknownFormat(format=name, known=", ".join(FORMATS)) from None


def suffixes_in_words() -> str:
    """Return the endings of ledgers as a sentence lists them: ``.se, .si or .sie``."""
    return in_words(SUFFIXES)


def in_words(suffixes: Iterable[str]) -> str:
    """Return at least two endings as a sentence lists them."""
    *others, last = sorted(suffixes)
    return f"{', '.join(others)} or {last}"
