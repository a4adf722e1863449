"""Names of files as others give them, made fit to be stored, shown and used again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

NAME_MAX_BYTES: Final = 200
"""Longest name that is kept; file systems take 255, and ours get a number and a suffix."""

SUFFIX_MAX_CHARS: Final = 16


NO_NAMES: Final = frozenset({"", ".", ".."})
"""What names a folder, or nothing."""


def shown_name(name: str) -> str:
    """Return a file's name as text that can be stored, shown and used as a name again.

    A name is any bytes but a slash. Those that are no UTF-8 are read as Latin-1, which old systems
    write; what is not printable (line ends, terminal escapes, signs that turn the direction of
    writing) becomes ``_``, as does what names no file; what is too long is cut before its suffix.
    """
    raw = os.fsencode(name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    clean = "".join(sign if sign.isprintable() else "_" for sign in text)
    return "_" if clean in NO_NAMES else _shortened(clean)


def _shortened(name: str) -> str:
    if len(name.encode()) <= NAME_MAX_BYTES:
        return name
    suffix = Path(name).suffix
    end = suffix if len(suffix) <= SUFFIX_MAX_CHARS else ""
    stem = name.removesuffix(end).encode()[: NAME_MAX_BYTES - len(end.encode())]
    return stem.decode(errors="ignore") + end
