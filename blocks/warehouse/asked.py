"""What load records are read through: a DuckDB connection, or a cursor of a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Answer(Protocol):
    """The rows of an answer, and its columns, each beginning with its name."""

    @property
    def description(self) -> Sequence[Any] | None:
        """The columns."""

    def fetchone(self) -> Any:
        """Return the next row, or None."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""


class Asked(Protocol):
    """Takes statements whose parameters are written ``$name``."""

    def execute(self, query: str, parameters: Mapping[str, object] = ..., /) -> Answer:
        """Run a statement."""
