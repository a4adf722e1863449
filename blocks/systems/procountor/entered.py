"""What the page of a link tells of Procountor: the key that is asked for, and its user's rights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from blocks.http import CallProblem
from blocks.systems.ports import Requirement

KEY: Final = "procountor_key"
RIGHTS: Final = "procountor_rights"
API_KEY: Final = "api_key"
"""What preflight calls the key."""
ABOUT_KEY: Final = frozenset({"invalid_token", "http_401"})


class ProcountorKeys:
    """See `KeyEntry`."""

    def asked(self) -> Sequence[Requirement]:
        """Return the key and the rights of the user who makes it."""
        return Requirement(KEY), Requirement(RIGHTS)

    def unmet(self, problem: CallProblem) -> Sequence[Requirement]:
        """Say that the key is not accepted."""
        if problem.code not in ABOUT_KEY:
            raise problem
        return Requirement(KEY, False, str(problem), problem.who_acts), Requirement(RIGHTS)

    def met(self, found: Sequence[Requirement]) -> Sequence[Requirement]:
        """Return the key, and the rights as one: missing when one is, or a limit is set."""
        (key,) = [one for one in found if one.name == API_KEY]
        rights = [one for one in found if one.name != API_KEY]
        missing = [one for one in rights if one.passed is False]
        reason = " ".join(one.reason for one in missing) or "All that a ledger needs are there."
        who = missing[0].who_acts if missing else None
        return (
            Requirement(KEY, key.passed, key.reason),
            Requirement(RIGHTS, not missing, reason, who),
        )
