"""The formats of ledgers that can be read: a new one is a module beside its reader and a line."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from ledger.sie.port import SIE
from ledger.source import LedgerReader

READERS: Final[dict[str, LedgerReader]] = {reader.name: reader for reader in (SIE,)}
"""By the format's name, as the lake notes it."""

SUFFIXES: Final = frozenset(suffix for reader in READERS.values() for suffix in reader.suffixes)
"""Endings of file names that are taken for a ledger."""


def reader_of(file_name: str) -> LedgerReader:
    """Return the reader of a dropped file by the ending of its name.

    A file of any other name is taken for SIE, whose reader says what it is instead.
    """
    suffix = PurePath(file_name).suffix.lower()
    fitting = (reader for reader in READERS.values() if suffix in reader.suffixes)
    return next(fitting, SIE)


def suffixes_in_words() -> str:
    """Return the endings as a sentence lists them: ``.se, .si or .sie``."""
    *others, last = sorted(SUFFIXES)
    return f"{', '.join(others)} or {last}"
