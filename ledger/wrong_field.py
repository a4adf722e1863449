"""Which field pydantic complains of first and why, without the value that it complains of."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import ValidationError

from ledger.refused_value import reason_of


class WrongField(NamedTuple):
    """A field by its path, parts joined by dots, and what is wrong with it."""

    field: str
    reason: str

    def __str__(self) -> str:
        """Return both in one phrase."""
        return f"{self.field}: {self.reason}"


def wrong_field(problem: ValidationError) -> WrongField:
    """Return the first complaint; the value may be a secret, so it is never in there."""
    first = problem.errors(include_input=False, include_url=False)[0]
    return WrongField(".".join(map(str, first["loc"])), reason_of(first))
