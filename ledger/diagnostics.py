"""What a reader noticed in a file: a value with its place, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a diagnostic matters."""

    ERROR = "error"
    """Something was damaged or left out: what was read is not all that was sent."""
    WARNING = "warning"
    """The format was irregular and an assumption was made that could be wrong."""
    INFO = "info"
    """The format was irregular and the meaning is beyond doubt."""


@dataclass(frozen=True)
class Diagnostic:
    """One deviation in a file.

    `line` counts from 1 (0: the file as a whole). `field` is the record's label and field, such
    as ``#TRANS amount``. `message` says what came and what was expected, without quoting names or
    texts of the file; `assumed` says how it was read.
    """

    code: str
    level: Level
    line: int
    field: str
    message: str
    assumed: str = ""
