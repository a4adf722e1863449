"""What the page of a link tells of Fennoa: the API user that is asked for, and its role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from blocks.http import CallProblem
from blocks.systems.fennoa.preflight import BOOKS, USER
from blocks.systems.ports import Requirement

NAMES: Final = {USER: "fennoa_user", BOOKS: "fennoa_books"}
"""What the page calls the requirements of preflight that the customer can meet."""


class FennoaKeys:
    """See `KeyEntry`."""

    def asked(self) -> Sequence[Requirement]:
        """Return the API user with its key, and its role."""
        return tuple(Requirement(name) for name in NAMES.values())

    def unmet(self, problem: CallProblem) -> Sequence[Requirement]:
        """Say that user or key is not accepted."""
        if problem.values["status"] != HTTPStatus.UNAUTHORIZED:
            raise problem
        user = Requirement(NAMES[USER], False, str(problem), problem.who_acts)
        return user, Requirement(NAMES[BOOKS])

    def met(self, found: Sequence[Requirement]) -> Sequence[Requirement]:
        """Return those two of what preflight found."""
        return tuple(replace(one, name=NAMES[one.name]) for one in found if one.name in NAMES)
