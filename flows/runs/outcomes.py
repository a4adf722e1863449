"""How the work on a year, or on several in one run, ended; the last becomes the run's state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.fiscal_year import year_in_words
from ledger.outcome import Outcome
from ledger.text import joined
from ledger.unit import Unit

NOTHING_TO_DO: Final = "No fiscal year here is open: nothing was fetched."


@dataclass(frozen=True)
class Ending:
    """What became of one unit, and why.

    `would_be`: of a dry run, what it would have come to. `unit` is None for what belongs to no
    year, and for several. `problem`: what was raised, if something was.
    """

    outcome: Outcome
    why: str
    unit: Unit | None = None
    would_be: Outcome | None = None
    problem: BaseException | None = None

    @property
    def message(self) -> str:
        """What a person is told."""
        if self.would_be is None:
            return self.why
        return f"Dry run, nothing was published. Would be {self.would_be}: {self.why}"

    def __str__(self) -> str:
        place = year_in_words(self.unit.year.key) if self.unit else "no defined year"
        return f"{place} {self.outcome.state_name}: {self.message}"


def combined(endings: Sequence[Ending]) -> Ending:
    """Return how a run of these years ends, worst first; alone, a year speaks for itself."""
    if not endings:
        return Ending(Outcome.UNCHANGED, NOTHING_TO_DO)
    if len(endings) == 1:
        return endings[0]
    ordered = sorted(endings, key=lambda ending: ending.outcome.goodness)
    worst = ordered[0].outcome
    counted = sum(ending.outcome is worst for ending in endings)
    details = joined(*map(str, ordered))
    why = f"{counted} of {len(endings)} years {worst.state_name}. {details}"
    return Ending(worst, why, problem=ordered[0].problem)
