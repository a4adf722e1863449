"""A person's decision that a year is to be again as an earlier load left it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rollback:
    """Back to which load of a year, by its id and its number there; who wants it, and why."""

    load_id: str
    load_number: int
    who: str
    reason: str

    def __str__(self) -> str:
        """Say it in a line."""
        return f"back to load {self.load_number}, by {self.who}: {self.reason}"
